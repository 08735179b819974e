// The proof of durability against a server that commits when the test says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';

import { load } from './load.mjs';

const { DurabilityProof } = await load('durability.ts');

const kRemote = { name: 'the server' };

// A page and a server. The server holds `committed`; updates of the page wait in `arrived`.
function pair() {
  const doc = new Y.Doc();
  const committed = new Y.Doc();
  const arrived = [];
  const questions = [];
  let timer = null;
  const proof = new DurabilityProof({
    doc,
    remoteOrigin: kRemote,
    ask: (known) => questions.push(known),
    schedule: (task) => {
      timer = task;
      return () => {
        timer = null;
      };
    },
  });
  doc.on('update', (update, origin) => origin !== kRemote && arrived.push(update));
  return {
    doc,
    committed,
    proof,
    text: doc.getText('t'),
    passTime() {
      const task = timer;
      timer = null;
      task?.();
    },
    commit() {
      for (const update of arrived.splice(0)) Y.applyUpdate(committed, update);
    },
    // What both sides say when a connection opens.
    greet() {
      proof.connected();
      const answer = Y.encodeStateAsUpdate(committed, Y.encodeStateVector(doc));
      proof.hearUpdate(answer, true);
      Y.applyUpdate(doc, answer, kRemote);
      proof.hearStateVector(Y.encodeStateVector(committed));
    },
    answer() {
      const known = questions.shift();
      assert.ok(known, 'the page asked');
      proof.hearUpdate(Y.encodeStateAsUpdate(committed, known), true);
    },
    // What was sent is committed, the page asks, and the server answers.
    settle() {
      this.commit();
      this.passTime();
      this.answer();
    },
    questions,
  };
}

test('an empty document is saved as soon as the server has spoken', () => {
  const { proof, greet } = pair();
  assert.equal(proof.state, 'offline');
  greet();
  assert.equal(proof.state, 'saved');
});

test('an edit is not saved before it is committed', () => {
  const page = pair();
  page.greet();
  page.text.insert(0, 'hello');
  assert.equal(page.proof.state, 'saving');
  page.passTime();
  page.answer();
  assert.equal(page.proof.state, 'saving');
  page.settle();
  assert.equal(page.proof.state, 'saved');
  assert.equal(page.proof.unsaved, 0);
});

test('a deletion, which moves no clock, is not saved before it is committed', () => {
  const page = pair();
  page.greet();
  page.text.insert(0, 'hello');
  page.settle();
  page.text.delete(1, 3);
  assert.equal(page.proof.state, 'saving');
  page.passTime();
  page.answer();
  assert.equal(page.proof.state, 'saving');
  page.settle();
  assert.equal(page.proof.state, 'saved');
});

test('an answer does not speak for an edit that was made after it', () => {
  const page = pair();
  page.greet();
  page.text.insert(0, 'a');
  page.commit();
  page.passTime();
  page.text.insert(1, 'b');
  page.answer();
  assert.equal(page.proof.state, 'saving');
  page.settle();
  assert.equal(page.proof.state, 'saved');
});

test('edits made offline are counted and saved after the server is back', () => {
  const page = pair();
  page.greet();
  page.proof.disconnected();
  page.text.insert(0, 'a');
  page.text.insert(1, 'b');
  assert.equal(page.proof.state, 'offline');
  assert.equal(page.proof.unsaved, 2);
  page.greet();
  assert.equal(page.proof.state, 'saving');
  page.settle();
  assert.equal(page.proof.state, 'saved');
  assert.equal(page.proof.unsaved, 0);
});

test('what one connection proved is not believed of the next', () => {
  const page = pair();
  page.greet();
  page.text.insert(0, 'kept');
  page.settle();
  assert.equal(page.proof.state, 'saved');
  // The server comes back from an older backup.
  page.proof.disconnected();
  page.proof.connected();
  page.proof.hearStateVector(Y.encodeStateVector(new Y.Doc()));
  page.proof.hearUpdate(Y.encodeStateAsUpdate(new Y.Doc()), true);
  assert.equal(page.proof.state, 'saving');
});

test('an edit of somebody else that arrives is saved, since servers pass on what they committed', () => {
  const page = pair();
  page.greet();
  const other = new Y.Doc();
  other.getText('t').insert(0, 'from afar');
  const update = Y.encodeStateAsUpdate(other);
  Y.applyUpdate(page.committed, update);
  page.proof.hearUpdate(update, false);
  Y.applyUpdate(page.doc, update, kRemote);
  assert.equal(page.proof.state, 'saved');
});

test('an update beyond a gap proves nothing', () => {
  const page = pair();
  page.greet();
  page.doc.clientID = 7;
  page.text.insert(0, 'ab');
  const tail = new Y.Doc();
  Y.applyUpdate(tail, Y.encodeStateAsUpdate(page.doc));
  page.text.insert(2, 'cd');
  page.proof.hearUpdate(Y.encodeStateAsUpdate(page.doc, Y.encodeStateVector(tail)), true);
  assert.equal(page.proof.state, 'saving');
});

test('random edits, commits, answers and cuts never show saved for what is not committed', () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed}. Replay: SEED=${seed} node --test test/`);
  let state = seed;
  const below = (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const page = pair();
  page.greet();
  let savedSeen = 0;
  const check = () => {
    if (page.proof.state !== 'saved') return;
    savedSeen += 1;
    assert.equal(page.text.toString(), page.committed.getText('t').toString(), `seed ${seed}`);
  };
  const moves = [
    () => page.text.insert(below(page.text.length + 1), 'xyz'.slice(below(3))),
    () => page.text.length && page.text.delete(below(page.text.length), 1),
    () => page.commit(),
    () => page.passTime(),
    () => page.questions.length && page.answer(),
    () => below(8) || (page.proof.disconnected(), page.questions.splice(0)),
    () => page.proof.state === 'offline' && page.greet(),
  ];
  page.proof.watch(check);
  for (let step = 0; step < 5000; step += 1) {
    moves[below(moves.length)]();
    check();
  }
  assert.ok(savedSeen > 50, `seed ${seed}: saved was seen ${savedSeen} times`);
});
