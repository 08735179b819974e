// SIGTERM while clients write: the server closes with 1001, ends well, and keeps what it
// acknowledged.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from './clients.mjs';
import { lost, readLedger, startWriters } from './ledger.mjs';
import { isReference, Server } from './server.mjs';

describe('a server that is asked to stop', { timeout: 60_000 }, () => {
  const server = new Server();
  before(() => server.start());
  after(() => server.dispose());

  test('loses nothing that it acknowledged and says goodbye', async () => {
    const writers = await startWriters(server, 'ledger', 0);
    await delay(400);
    const closesBefore = writers.map((w) => w.client.closes.length);
    const how = await server.stop();
    await until(
      () => writers.every((w, n) => w.client.closes.length > closesBefore[n]),
      'everybody told',
    );
    writers.forEach((w) => w.client.disconnect());
    await Promise.all(writers.map((w) => w.stop()));
    assert.deepEqual(
      writers.map((w, n) => w.client.closes[closesBefore[n]].code),
      [1001, 1001, 1001, 1001],
    );
    if (!isReference) assert.deepEqual(how, { code: 0, signal: null });

    await server.start();
    const entries = await readLedger(server, 'ledger');
    assert.deepEqual(lost(writers, entries), []);
    assert.ok(
      writers.every((w) => w.acknowledged > 0),
      'everybody had something acknowledged',
    );
    writers.forEach((w) => w.client.destroy());
  });
});
