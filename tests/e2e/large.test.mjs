// A document whose state is larger than what may wait for a slow reader: it is one message, and
// loads all the same, from the log and after a restart.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { HClient, synced, until, YClient } from './clients.mjs';
import { Server } from './server.mjs';

const MAX_QUEUED = '4M'; // a sixteenth of the default, which would only cost the disk more
const PIECE_BYTES = 3 << 20;
const PIECES = 5;

describe('a document above max-queued-bytes', { timeout: 120_000 }, () => {
  const server = new Server({ options: ['--max-queued-bytes', MAX_QUEUED] });
  before(() => server.start());
  after(() => server.dispose());

  const loads = async (Client) => {
    const reader = new Client(server, 'large');
    await until(() => reader.isSynced, 'the large document', 60_000);
    const list = reader.doc.getArray('a');
    assert.equal(list.length, PIECES);
    list.forEach((piece, n) => {
      assert.equal(piece.length, PIECE_BYTES);
      assert.equal(piece[n], n);
    });
    assert.deepEqual(reader.closes, []);
    reader.destroy();
  };

  test('is taken in piece by piece and given out whole', async () => {
    const writer = new HClient(server, 'large');
    await synced(writer);
    for (let n = 0; n < PIECES; n++) {
      writer.doc.getArray('a').push([new Uint8Array(PIECE_BYTES).fill(n)]);
      assert.ok(await writer.confirmed());
    }
    writer.destroy();
    await loads(YClient);
    await loads(HClient);
  });

  test('is given out whole after a restart', async () => {
    await server.kill();
    await server.start();
    await loads(YClient);
    await loads(HClient);
  });
});
