// Random sessions of two replicas, played through the kernel's JavaScript face and by npm yjs: each
// edit must emit the same bytes in both formats, and all must show the same. The seed is printed;
// TIDEMARK_SDK_SEED replays it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { Doc, UndoManager } from '../../sdk/index.mjs';
import { Random } from '../support/random.mjs';
import { newKernel } from './kernel.mjs';

const SESSIONS = 60;
const STEPS = 120;
const kernel = await newKernel();

const WORDS = ['a', 'b', 'hello', 'wörld ', '👋', '\n', 'x'.repeat(40)];
const STYLES = [{ bold: true }, { bold: null }, { link: 'https://example.org' }, { size: 12 }];
const VALUES = [1, -1.5, 2 ** 40, 'text', true, null, { a: [1, { b: '' }] }, new Uint8Array([7])];

// One replica in both worlds.
class Pair {
  constructor(id) {
    this.ours = new Doc(kernel, { clientId: id });
    this.yjs = new Y.Doc();
    this.yjs.clientID = id;
    this.told = { ours: [], yjs: [] };
    this.ours.onUpdate((update) => this.told.ours.push(update.slice()));
    this.ours.onUpdateV2((update) => this.told.ours.push(update.slice()));
    this.yjs.on('update', (update) => this.told.yjs.push(update));
    this.yjs.on('updateV2', (update) => this.told.yjs.push(update));
    for (const doc of [this.ours, this.yjs]) {
      doc.getText('t');
      doc.getArray('a');
      doc.getMap('m');
    }
    this.histories = [
      new UndoManager([this.ours.getText('t'), this.ours.getMap('m')], { captureTimeout: 0 }),
      new Y.UndoManager([this.yjs.getText('t'), this.yjs.getMap('m')], { captureTimeout: 0 }),
    ];
  }

  // The same words in both; what they said must be equal.
  both(edit) {
    this.told = { ours: [], yjs: [] };
    this.ours.transact(() => edit(this.ours));
    this.yjs.transact(() => edit(this.yjs));
    return this.agreed();
  }
  agreed() {
    const { ours, yjs } = this.told;
    assert.deepEqual(
      ours.map((update) => Buffer.from(update).toString('hex')),
      yjs.map((update) => Buffer.from(update).toString('hex')),
    );
    return ours;
  }

  undo(verb) {
    this.told = { ours: [], yjs: [] };
    const [ours, yjs] = this.histories;
    assert.equal(ours[verb](), yjs[verb]() !== null);
    return this.agreed();
  }

  apply(update, format) {
    this.told = { ours: [], yjs: [] };
    if (format === 1) {
      this.ours.applyUpdate(update);
      Y.applyUpdate(this.yjs, update);
    } else {
      this.ours.applyUpdateV2(update);
      Y.applyUpdateV2(this.yjs, update);
    }
    return this.agreed();
  }

  check() {
    assert.deepEqual(this.ours.getText('t').toDelta(), this.yjs.getText('t').toDelta());
    assert.deepEqual(this.ours.getArray('a').toJSON(), this.yjs.getArray('a').toJSON());
    assert.deepEqual(this.ours.getArray('a').toArray(), this.yjs.getArray('a').toArray());
    for (const key of ['k0', 'k1']) {
      assert.equal(this.ours.getMap('m').has(key), this.yjs.getMap('m').has(key));
    }
    assert.deepEqual(this.ours.getMap('m').toJSON(), this.yjs.getMap('m').toJSON());
    assert.deepEqual(this.ours.encodeStateVector(), Y.encodeStateVector(this.yjs));
    assert.deepEqual(this.ours.encodeStateAsUpdate(), Y.encodeStateAsUpdate(this.yjs));
    assert.deepEqual(this.ours.encodeStateAsUpdateV2(), Y.encodeStateAsUpdateV2(this.yjs));
    const place = this.yjs.getText('t').length >> 1;
    const theirs = Y.createRelativePositionFromTypeIndex(this.yjs.getText('t'), place);
    assert.deepEqual(
      this.ours.relativePosition(this.ours.getText('t'), place),
      Y.encodeRelativePosition(theirs),
    );
  }

  free() {
    this.ours.free();
    this.yjs.destroy();
  }
}

const randomEdit = (random, pair) => {
  const length = pair.yjs.getText('t').length;
  const elements = pair.yjs.getArray('a').length;
  const index = random.below(length + 1);
  const count = random.below(Math.min(5, length - index + 1));
  const place = random.below(elements + 1);
  const [word, style, value] = [random.pick(WORDS), random.pick(STYLES), random.pick(VALUES)];
  const key = `k${random.below(4)}`;
  switch (random.below(10)) {
    case 0:
      return (doc) => doc.getText('t').insert(index, word, style);
    case 1:
      return (doc) => doc.getText('t').format(index, count, style);
    case 2:
    case 3:
      return (doc) => doc.getText('t').delete(index, count);
    case 4:
      return (doc) => doc.getMap('m').set(key, value);
    case 5:
      return (doc) => doc.getMap('m').delete(key);
    case 6:
      return (doc) => doc.getArray('a').insert(place, [value, word]);
    case 7:
      return (doc) => doc.getArray('a').delete(place, Math.min(2, elements - place));
    case 8:
      return (doc) => doc.getArray('a').push([word, value]);
    default:
      return (doc) => doc.getText('t').insert(index, word);
  }
};

const play = (seed) => {
  const random = new Random(seed);
  const pairs = [new Pair(1 + random.below(1000)), new Pair(2000 + random.below(1000))];
  const sent = [[], []];
  for (let step = 0; step < STEPS; step++) {
    const n = random.below(2);
    const [pair, inbox] = [pairs[n], sent[1 - n]];
    const kind = random.below(10);
    if (kind < 6) inbox.push(...pair.both(randomEdit(random, pair)));
    else if (kind === 6) inbox.push(...pair.undo(random.oneIn(3) ? 'redo' : 'undo'));
    else {
      // One transaction says V1 and V2, in this order.
      const [v1, v2] = sent[n].splice(0, 2);
      if (v1 === undefined) continue;
      inbox.push(...(random.oneIn(2) ? pair.apply(v1, 1) : pair.apply(v2, 2)));
    }
    if (random.oneIn(20)) pair.check();
  }
  for (const pair of pairs) {
    pair.check();
    pair.free();
  }
};

test('random sessions emit the bytes of npm yjs', () => {
  const first = Number(process.env.TIDEMARK_SDK_SEED ?? Math.floor(Math.random() * 1e9));
  const count = process.env.TIDEMARK_SDK_SEED === undefined ? SESSIONS : 1;
  for (let seed = first; seed < first + count; seed++) {
    try {
      play(seed);
    } catch (error) {
      error.message = `seed ${seed} (TIDEMARK_SDK_SEED=${seed} replays it): ${error.message}`;
      throw error;
    }
  }
  console.log(`seeds ${first} to ${first + count - 1}`);
});
