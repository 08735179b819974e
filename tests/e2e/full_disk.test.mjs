// A store that can grow no further: clients are told so and nothing is called kept, what is stored
// stays as it is, and all goes on by itself when there is room again. Once with a limit on the size
// of files, which needs no privilege, and for root also on a file system of its own that is full.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as Y from 'yjs';
import { HClient, synced, until, YClient } from './clients.mjs';
import { Server, temporaryFolder, tidemark } from './server.mjs';

const PIECE = 'x'.repeat(50_000);
const UNAVAILABLE = 4503;

const readText = async (server, room) => {
  const reader = new YClient(server, room, new Y.Doc());
  await synced(reader);
  const text = reader.doc.getText('t').toString();
  reader.destroy();
  return text;
};

// Writes until the store refuses; returns how many pieces were acknowledged before.
const fill = async (client) => {
  for (let n = 0; ; n++) {
    client.doc.getText('t').insert(client.doc.getText('t').length, `${n}${PIECE}`);
    await until(
      () => !client.provider.hasUnsyncedChanges || client.closes.length > 0,
      'an answer to an edit',
    );
    if (client.closes.length > 0) return n;
    assert.ok(n < 1000, 'the disk never got full');
  }
};

const fillsAndRecovers = async (server, makeRoom) => {
  const other = new YClient(server, 'other');
  await synced(other);
  other.doc.getText('t').insert(0, 'written before');
  assert.ok(await other.confirmed());

  const writer = new HClient(server, 'full');
  const listener = new YClient(server, 'full');
  await synced(writer, listener);
  const acknowledged = await fill(writer);
  assert.ok(acknowledged > 3, 'something was stored before');
  assert.ok(writer.provider.hasUnsyncedChanges, 'what was refused is not called kept');
  assert.equal(writer.closes[0].code, UNAVAILABLE);
  assert.match(writer.closes[0].reason, /^full: /);
  assert.doesNotMatch(writer.closes[0].reason, /tidemark\.db/, 'files are no business of clients');
  await until(() => server.output.includes('event=storage_unavailable'), 'a line in the log');
  assert.match(server.output, /event=storage_unavailable detail="full: appending: .*tidemark\.db/);
  assert.equal(server.process.exitCode, null, 'the server runs on');
  const ready = await fetch(`${server.httpUrl}/readyz`);
  assert.equal(ready.status, 503);

  const found = tidemark(server.data, 'doctor');
  assert.equal(found.status, 0, `what is stored is sound: ${found.stdout}${found.stderr}`);
  // Nobody heard what was not stored.
  const heard = listener.doc.getText('t').toString();
  assert.ok(heard.length <= acknowledged * (PIECE.length + 3));

  await makeRoom();
  await until(() => writer.isSynced && !writer.provider.hasUnsyncedChanges, 'all is kept', 30_000);
  await until(() => listener.doc.getText('t').length === writer.doc.getText('t').length, 'heard');
  await until(() => server.output.includes('event=storage_recovered'), 'the good news in the log');
  assert.equal((await fetch(`${server.httpUrl}/readyz`)).status, 200);
  [writer, listener, other].forEach((client) => client.destroy());

  const expected = writer.doc.getText('t').toString();
  await server.kill();
  await server.start();
  assert.equal(await readText(server, 'full'), expected);
  assert.equal(await readText(server, 'other'), 'written before');
};

describe('a store whose file may not grow', { timeout: 120_000 }, () => {
  const LIMIT = 3 << 20;
  const server = new Server({ wrap: ['prlimit', `--fsize=${LIMIT}:unlimited`] });
  before(() => server.start());
  after(() => server.dispose());

  test('refuses what it cannot keep and goes on when it may grow again', () =>
    fillsAndRecovers(server, () => {
      execFileSync('prlimit', ['--pid', String(server.process.pid), '--fsize=unlimited']);
      server.wrap = [];
    }));
});

const onSmallDisk = () => {
  const folder = temporaryFolder();
  const data = path.join(folder, 'data');
  const server = new Server({ data });
  before(() => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tidemark-e2e', folder]);
    return server.start();
  });
  after(async () => {
    await server.dispose();
    execFileSync('umount', [folder]);
    fs.rmdirSync(folder);
  });

  test('refuses what it cannot keep and goes on when there is room', async () => {
    const ballast = path.join(folder, 'ballast');
    fs.writeFileSync(ballast, Buffer.alloc(3 << 20));
    await fillsAndRecovers(server, () => fs.rmSync(ballast));
  });
};

if (process.getuid() === 0) describe('a store on a full disk', { timeout: 120_000 }, onSmallDisk);
else console.log('# a full file system is left out: to mount a small one takes root');
