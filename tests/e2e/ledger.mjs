// Writers that note what the server has acknowledged, and the check that none of it is lost.
import { setTimeout as delay } from 'node:timers/promises';
import * as Y from 'yjs';
import { HClient, until, YClient } from './clients.mjs';

const WRITE_EVERY_MS = 4;

// Appends numbered entries to `array` until stopped. `acknowledged` counts entries of which the
// server has said that it keeps them.
export class Writer {
  constructor(client, name) {
    this.client = client;
    this.name = name;
    this.written = 0;
    this.acknowledged = 0;
    this.running = false;
    if (client.kind === 'hocuspocus')
      client.provider.on('unsyncedChanges', ({ number }) => this.onUnsynced(number));
  }

  // The provider counts changes up and acknowledgements, which come in order, down. After a new
  // connection it starts at one, so only what happens while we write counts.
  onUnsynced(number) {
    if (this.running && this.client.isConnected)
      this.acknowledged = Math.max(this.acknowledged, this.written - number);
  }

  async run() {
    this.running = true;
    this.ended =
      this.client.kind === 'y-websocket'
        ? Promise.all([this.write(), this.confirm()])
        : this.write();
    await this.ended;
  }

  async write() {
    const { doc } = this.client;
    const list = doc.getArray('ledger');
    const text = doc.getText('text');
    while (this.running) {
      const n = this.written;
      doc.transact(() => {
        list.push([`${this.name}:${n}`]);
        text.insert(n % (text.length + 1), `${n} `);
        if (n % 9 === 8) text.delete(0, 3);
      });
      this.written = n + 1;
      await delay(WRITE_EVERY_MS);
    }
  }

  async confirm() {
    while (this.running) {
      const written = this.written;
      if (await this.client.confirmed().catch(() => false)) this.acknowledged = written;
      await delay(WRITE_EVERY_MS);
    }
  }

  async stop() {
    this.running = false;
    await this.ended;
  }
}

export const startWriters = async (server, room, round) => {
  const writers = [YClient, HClient, YClient, HClient].map(
    (Client, n) => new Writer(new Client(server, room), `${round}.${n}`),
  );
  await until(() => writers.every((w) => w.client.isSynced), 'all writers synced');
  writers.forEach((w) => w.run());
  return writers;
};

// What a stranger who comes now is given.
export const readLedger = async (server, room) => {
  const reader = new HClient(server, room, new Y.Doc());
  await until(() => reader.isSynced, 'the reader synced', 30_000);
  const entries = new Set(reader.doc.getArray('ledger').toArray());
  reader.destroy();
  return entries;
};

// Entries that were acknowledged to a writer and are not in the ledger.
export const lost = (writers, entries) =>
  writers.flatMap(({ name, acknowledged }) =>
    Array.from({ length: acknowledged }, (_, n) => `${name}:${n}`).filter(
      (entry) => !entries.has(entry),
    ),
  );
