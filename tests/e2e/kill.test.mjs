// kill -9 at random moments while four clients write: what was acknowledged is there afterwards.
// TIDEMARK_E2E_KILLS says how often (10); TIDEMARK_E2E_SEED which moments.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../support/random.mjs';
import { converged, until } from './clients.mjs';
import { lost, readLedger, startWriters } from './ledger.mjs';
import { Server } from './server.mjs';

const KILLS = Number(process.env.TIDEMARK_E2E_KILLS ?? 10);
const SEED = process.env.TIDEMARK_E2E_SEED ?? String(Date.now());

describe('a server that is killed', { timeout: KILLS * 30_000 }, () => {
  const server = new Server();
  const random = new Random(SEED);
  before(() => server.start());
  after(() => server.dispose());

  test(`has lost nothing that it acknowledged, ${KILLS} times, seed ${SEED}`, async (t) => {
    const kept = []; // what earlier rounds were promised
    let written = 0;
    for (let round = 0; round < KILLS; round++) {
      const room = `ledger-${round % 3}`;
      const writers = await startWriters(server, room, round);
      await delay(20 + random.below(600));
      await server.kill();
      // Nobody may bring back from memory what the server has forgotten.
      writers.forEach((w) => w.client.disconnect());
      await Promise.all(writers.map((w) => w.stop()));
      kept.push(...writers.map(({ name, acknowledged }) => ({ room, name, acknowledged })));
      written += writers.reduce((sum, w) => sum + w.written, 0);

      await server.start();
      for (const name of new Set(kept.map((k) => k.room))) {
        const entries = await readLedger(server, name);
        assert.deepEqual(
          lost(
            kept.filter((k) => k.room === name),
            entries,
          ),
          [],
          `lost in round ${round}, seed ${SEED}`,
        );
      }
      // Those who were cut off come back with what was never acknowledged, and all agree.
      writers.forEach((w) => w.client.connect());
      await until(() => writers.every((w) => w.client.isSynced), 'the writers synced again');
      await converged(
        writers.map((w) => w.client.doc),
        (doc) => doc.getText('text').toString(),
        30_000,
      );
      const entries = await readLedger(server, room);
      assert.deepEqual(
        writers.filter((w) => !entries.has(`${w.name}:${w.written - 1}`)).map((w) => w.name),
        [],
        'come back without what they wrote',
      );
      writers.forEach((w) => w.client.destroy());
    }
    const acknowledged = kept.reduce((sum, k) => sum + k.acknowledged, 0);
    t.diagnostic(
      `${KILLS} kills, ${written} entries written, ${acknowledged} acknowledged before a kill, 0 lost, seed ${SEED}`,
    );
    assert.ok(acknowledged > 0, 'nothing was ever acknowledged: the test shows nothing');
  });
});
