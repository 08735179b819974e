// Who owns what, and how it ends: freed documents, a kernel out of memory, a kernel with a bug.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Doc, UndoManager } from '../../sdk/index.mjs';
import { newKernel } from './kernel.mjs';

const code = (expected) => (error) => error.code === expected;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

test('a freed document refuses everything, and so do its types and histories', async () => {
  const kernel = await newKernel();
  const doc = new Doc(kernel);
  const text = doc.getText('t');
  const map = doc.getMap('m');
  const history = new UndoManager(doc);
  const end = doc.onUpdate(() => {});
  text.insert(0, 'abc');
  doc.free();
  doc.free();
  end();
  for (const use of [
    () => text.insert(0, 'a'),
    () => text.insert(0, 'abc'),
    () => text.delete(0),
    () => text.toString(),
    () => text.length,
    () => text.isLive,
    () => map.set('k', 1),
    () => map.get('k'),
    () => doc.getText('new'),
    () => doc.transact(() => {}),
    () => doc.clientId,
    () => doc.memoryBytes,
    () => doc.applyUpdate(new Uint8Array([0, 0])),
    () => doc.encodeStateAsUpdate(),
    () => doc.toJSON(),
    () => doc.onUpdate(() => {}),
    () => history.undo(),
    () => history.undoCount,
    () => new UndoManager(doc),
  ]) {
    assert.throws(use, code('freed'), String(use));
  }
});

test('a document is not freed in the middle of its transaction', async () => {
  const doc = new Doc(await newKernel());
  doc.transact(() => assert.throws(() => doc.free(), code('invalid')));
  doc.free();
});

test('documents that nobody refers to give their memory back', async () => {
  const kernel = await newKernel();
  const content = 'x'.repeat(100_000);
  const fill = () => {
    for (let i = 0; i < 20; i++) new Doc(kernel, { clientId: 1 }).getText('t').insert(0, content);
  };
  // All of them would take 200 MB.
  for (let round = 0; round < 100; round++) {
    fill();
    collectGarbage();
    await new Promise(setImmediate);
  }
  assert.ok(kernel.memoryBytes < 50_000_000, `${kernel.memoryBytes} bytes are held`);
});

test('origins are forgotten, but those that a history tracks are told apart', async () => {
  const doc = new Doc(await newKernel());
  const text = doc.getText('t');
  const [mine, yours] = [{ name: 'mine' }, { name: 'yours' }];
  const options = { captureTimeout: 0 };
  const first = new UndoManager(text, { ...options, trackedOrigins: [mine, 'both'] });
  const second = new UndoManager(text, { ...options, trackedOrigins: ['both', yours, undefined] });
  const weak = [];
  doc.onUpdate(() => {});
  const edit = (origin) => doc.transact(() => text.insert(0, 'x'), origin);
  for (const origin of [mine, yours, 'both', null, undefined, 'else']) edit(origin);
  const editAs = (origin) => {
    weak.push(new WeakRef(origin));
    edit(origin);
    doc.applyUpdate(doc.encodeStateAsUpdate(), origin);
  };
  for (let i = 0; i < 10; i++) editAs({ i });
  assert.deepEqual([first.undoCount, second.undoCount], [2, 4]);
  await new Promise(setImmediate);
  collectGarbage();
  assert.equal(weak.filter((ref) => ref.deref() !== undefined).length, 0);
  second.free();
  edit(yours);
  const third = new UndoManager(text, { ...options, trackedOrigins: [yours] });
  edit(mine);
  edit(yours);
  assert.deepEqual([first.undoCount, third.undoCount], [3, 1]);
});

test('out of memory poisons the kernel instead of leaving half an edit', async () => {
  const kernel = await newKernel({ maxMemoryBytes: 8_000_000 });
  const doc = new Doc(kernel);
  const text = doc.getText('t');
  text.insert(0, 'a');
  const grow = () => {
    for (;;) text.insert(0, 'x'.repeat(100_000));
  };
  assert.throws(grow, code('out_of_memory'));
  assert.ok(kernel.isPoisoned);
  assert.throws(() => text.toString(), code('poisoned'));
  assert.throws(() => doc.transact(() => {}), code('poisoned'));
  assert.throws(() => new Doc(kernel), code('poisoned'));
  doc.free();
  assert.ok(kernel.memoryBytes < 32_000_000, `${kernel.memoryBytes} bytes are held`);
});

test('a failed assertion poisons the kernel and says what it was', async () => {
  const kernel = await newKernel();
  const doc = new Doc(kernel);
  const fail = () => kernel.call('tm_end', doc.handle);
  assert.throws(
    fail,
    (error) => error.code === 'trap' && /depth_ > 0 in src.crdt/.test(error.message),
  );
  assert.throws(() => doc.getText('t'), code('poisoned'));
  assert.throws(
    () => doc.encodeStateAsUpdate(),
    (error) => /depth_ > 0 in src.crdt/.test(error.message),
  );
});

test('a trap inside of a transaction is what the caller hears', async () => {
  const kernel = await newKernel({ maxMemoryBytes: 8_000_000 });
  const doc = new Doc(kernel);
  const text = doc.getText('t');
  const edit = () =>
    doc.transact(() => {
      for (;;) text.insert(0, 'x'.repeat(100_000));
    });
  assert.throws(edit, code('out_of_memory'));
});

test('kernels are worlds apart', async () => {
  const [poisoned, sound] = [await newKernel(), await newKernel()];
  const doc = new Doc(sound);
  doc.getText('t').insert(0, 'safe');
  assert.throws(() => poisoned.call('tm_end', new Doc(poisoned).handle), code('trap'));
  assert.equal(doc.getText('t').toString(), 'safe');
});
