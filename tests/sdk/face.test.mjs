// The kernel's JavaScript face: what it says in its comments, one by one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { Doc, UndoManager } from '../../sdk/index.mjs';
import { newKernel } from './kernel.mjs';

const kernel = await newKernel();
const newDoc = (clientId = 1, options = {}) => new Doc(kernel, { clientId, ...options });
const code = (expected) => (error) => error.code === expected;
const inYjs = (update) => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc;
};

test('the module asks nothing of the world', async () => {
  const { default: fs } = await import('node:fs');
  const bytes = fs.readFileSync(new URL('../../build/wasm/tidemark.wasm', import.meta.url));
  assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), []);
});

test('text is inserted, erased and formatted', () => {
  const text = newDoc().getText('t');
  text.insert(0, 'Hello');
  text.insert(5, '!');
  text.insert(5, ' wörld 👋');
  text.delete(0);
  text.insert(0, 'h', { bold: true });
  text.format(6, 5, { italic: true });
  assert.equal(text.toString(), 'hello wörld 👋!');
  assert.equal(text.length, 'hello wörld 👋!'.length);
  assert.deepEqual(text.toDelta(), [
    { insert: 'h', attributes: { bold: true } },
    { insert: 'ello ' },
    { insert: 'wörld', attributes: { italic: true } },
    { insert: ' 👋!' },
  ]);
  text.format(6, 5, { italic: null });
  text.insertEmbed(0, { image: 'a.png' });
  assert.deepEqual(text.toDelta()[0], { insert: { image: 'a.png' } });
});

test('a delta is applied in one transaction', () => {
  const doc = newDoc();
  const updates = [];
  doc.onUpdate((update) => updates.push(update.slice()));
  const text = doc.getText('t');
  text.applyDelta([{ insert: 'Hello world' }]);
  text.applyDelta([{ retain: 6, attributes: { bold: true } }, { delete: 5 }, { insert: 'you' }]);
  assert.equal(updates.length, 2);
  assert.deepEqual(text.toDelta(), [
    { insert: 'Hello ', attributes: { bold: true } },
    { insert: 'you' },
  ]);
  assert.throws(() => text.applyDelta([{ jump: 3 }]), code('malformed'));
});

test('half a surrogate pair becomes the replacement character, as it would for a peer', () => {
  const text = newDoc().getText('t');
  text.insert(0, '\ud83d');
  text.insert(1, 'a\ude00b');
  assert.equal(text.toString(), '\ufffda\ufffdb');
});

test('arrays and maps hold what lib0 can say', () => {
  const doc = newDoc();
  const values = [
    null,
    true,
    false,
    0,
    -0,
    -7,
    2 ** 31,
    0.5,
    1 / 3,
    2n ** 60n,
    'ü',
    new Uint8Array([1, 255]),
  ];
  const map = doc.getMap('m');
  values.forEach((value, i) => map.set(`k${i}`, value));
  map.set('undefined', undefined);
  map.set('object', { b: [1, { c: null }], __proto: 1 });
  const array = doc.getArray('a');
  array.insert(0, ['x', { y: [] }]);
  array.push([3]);
  array.delete(0);
  assert.deepEqual(array.toArray(), [{ y: [] }, 3]);
  values.forEach((value, i) => assert.deepEqual(map.get(`k${i}`), value));
  assert.equal(map.get('missing'), undefined);
  assert.ok(map.has('undefined') && !map.has('missing'));
  map.delete('k0');
  const theirs = inYjs(doc.encodeStateAsUpdate());
  assert.deepEqual(theirs.getMap('m').toJSON(), map.toJSON());
  assert.deepEqual(theirs.getArray('a').toJSON(), doc.toJSON().a);
});

test('a key that would set the prototype is a key', () => {
  const doc = newDoc();
  doc.getMap('m').set('o', JSON.parse('{"__proto__": {"polluted": 1}}'));
  const { o } = doc.toJSON().m;
  assert.deepEqual(Object.keys(o), ['__proto__']);
  assert.equal(o.polluted, undefined);
});

test('types nest', () => {
  const doc = newDoc();
  const list = doc.getMap('m').setType('list', 'array');
  list.insertType(0, 'text').insert(0, 'deep');
  list.insertType(1, 'map').set('k', 1);
  assert.deepEqual(doc.toJSON(), { m: { list: ['deep', { k: 1 }] } });
  assert.ok(list.get(0).equals(doc.getMap('m').get('list').get(0)));
  doc.getMap('m').delete('list');
  assert.equal(list.isLive, false);
  assert.equal(list.length, 0);
});

test('XML has elements, attributes and texts', () => {
  const doc = newDoc();
  const element = doc.getXmlFragment('x').insertElement(0, 'p');
  element.setAttribute('align', 'left');
  element.insertText(0).insert(0, 'hi');
  assert.equal(element.getAttribute('align'), 'left');
  assert.equal(doc.getXmlFragment('x').toString(), '<p align="left">hi</p>');
  const theirs = inYjs(doc.encodeStateAsUpdate());
  assert.equal(theirs.getXmlFragment('x').toString(), '<p align="left">hi</p>');
});

test('a transaction is one update, with its origin', () => {
  const doc = newDoc();
  const heard = [];
  const who = { name: 'the editor' };
  doc.onUpdate((update, origin, isLocal) => heard.push([update.length > 0, origin, isLocal]));
  const answer = doc.transact(() => {
    doc.getText('t').insert(0, 'a');
    doc.transact(() => doc.getMap('m').set('k', 1));
    return 7;
  }, who);
  assert.equal(answer, 7);
  doc.getText('t').insert(0, 'b');
  doc.transact(() => {}, who);
  assert.deepEqual(heard, [
    [true, who, true],
    [true, null, true],
  ]);
  doc.applyUpdate(doc.encodeStateAsUpdate(), 'changes nothing');
  doc.getText('t').insert(0, 'b');
  assert.deepEqual(heard.pop(), [true, null, true]);
  assert.throws(() => doc.transact(() => assert.fail('inside')), /inside/);
  doc.getText('t').insert(0, 'c');
  assert.equal(heard.length, 3);
});

test('updates in both formats carry a replica along', () => {
  const [ours, follower, followerV2] = [1, 2, 3].map((id) => newDoc(id));
  ours.onUpdate((update) => follower.applyUpdate(update, 'net'));
  const end = ours.onUpdateV2((update) => followerV2.applyUpdateV2(update, 'net'));
  const remote = [];
  follower.onUpdate((update, origin, isLocal) => remote.push([origin, isLocal]));
  for (let i = 0; i < 300; i++) ours.getText('t').insert(i, 'abc'.repeat(1 + (i % 90)));
  end();
  ours.getText('t').insert(0, 'later');
  assert.equal(follower.getText('t').toString(), ours.getText('t').toString());
  assert.notEqual(followerV2.getText('t').toString(), ours.getText('t').toString());
  assert.deepEqual(remote[0], ['net', false]);
});

test('a listener may edit and may free other documents', () => {
  const doc = newDoc();
  const other = newDoc(2);
  const seen = [];
  doc.onUpdate((update) => {
    seen.push(update.slice());
    if (seen.length === 1) {
      doc.getText('t').insert(0, 'x'.repeat(200_000));
      other.free();
    }
  });
  doc.getText('t').insert(0, 'a');
  const theirs = new Y.Doc();
  for (const update of seen) Y.applyUpdate(theirs, update);
  assert.equal(theirs.getText('t').toString(), doc.getText('t').toString());
});

test('views of updates live in a ring that does not overwrite the last ones', () => {
  const doc = newDoc();
  const kept = [];
  doc.onUpdate((update) => kept.push([update, update.slice()]));
  for (let i = 0; i < 3000; i++) doc.getText('t').insert(i, 'x');
  for (const [view, copy] of kept.slice(-1000)) assert.deepEqual(view, copy);
});

test('state vectors ask for what is missing', () => {
  const [a, b] = [newDoc(1), newDoc(2)];
  a.getText('t').insert(0, 'one ');
  b.applyUpdate(a.encodeStateAsUpdate());
  a.getText('t').insert(4, 'two');
  const missing = a.encodeStateAsUpdate(b.encodeStateVector());
  assert.deepEqual(missing, Y.diffUpdate(a.encodeStateAsUpdate(), b.encodeStateVector()));
  b.applyUpdateV2(a.encodeStateAsUpdateV2(b.encodeStateVector()));
  assert.equal(b.getText('t').toString(), 'one two');
  assert.throws(() => a.encodeStateAsUpdate(new Uint8Array([9])), code('malformed'));
});

test('many updates are applied in one call', () => {
  const a = newDoc(1);
  const updates = [];
  a.onUpdate((update) => updates.push(update.slice()));
  for (let i = 0; i < 500; i++) a.getText('t').insert(i >> 1, 'y');
  const b = newDoc(2);
  let heard = 0;
  b.onUpdate(() => heard++);
  b.applyUpdates(updates, 'net');
  assert.equal(b.getText('t').toString(), a.getText('t').toString());
  assert.equal(heard, 500);
  assert.throws(() => b.applyUpdates([updates[0], new Uint8Array([7])]), code('malformed'));
});

test('updates that come too early wait', () => {
  const a = newDoc(1);
  const updates = [];
  a.onUpdate((update) => updates.push(update.slice()));
  a.getText('t').insert(0, 'ab');
  a.getText('t').insert(2, 'cd');
  const b = newDoc(2);
  b.applyUpdate(updates[1]);
  assert.ok(b.hasPending);
  b.applyUpdate(updates[0]);
  assert.ok(!b.hasPending);
  assert.equal(b.getText('t').toString(), 'abcd');
});

test('updates are merged, cut and converted without a document, as by yjs', () => {
  const a = newDoc(1);
  const updates = [];
  a.onUpdate((update) => updates.push(update.slice()));
  for (let i = 0; i < 20; i++) a.getText('t').insert(i, 'z');
  const merged = kernel.mergeUpdates(updates);
  assert.deepEqual(merged, Y.mergeUpdates(updates));
  assert.deepEqual(kernel.convertUpdate(merged, 2), Y.convertUpdateFormatV1ToV2(merged));
  assert.deepEqual(kernel.convertUpdate(kernel.convertUpdate(merged, 2), 1), merged);
  assert.deepEqual(kernel.stateVectorFromUpdate(merged), Y.encodeStateVectorFromUpdate(merged));
  const vector = Y.encodeStateVectorFromUpdate(updates[0]);
  assert.deepEqual(kernel.diffUpdate(merged, vector), Y.diffUpdate(merged, vector));
});

test('places stay where they are', () => {
  const doc = newDoc();
  const text = doc.getText('t');
  text.insert(0, 'hello');
  const place = doc.relativePosition(text, 3);
  text.insert(0, 'oh ');
  const found = doc.findPosition(place);
  assert.ok(found.type.equals(text));
  assert.deepEqual([found.index, found.assoc], [6, 0]);
  const theirs = inYjs(doc.encodeStateAsUpdate());
  const absolute = Y.createAbsolutePositionFromRelativePosition(
    Y.decodeRelativePosition(place),
    theirs,
  );
  assert.equal(absolute.index, 6);
  assert.equal(newDoc(9).findPosition(place), null);
  assert.throws(() => doc.findPosition(new Uint8Array([77])), code('malformed'));
});

test('what was done here is taken back and brought back', () => {
  const doc = newDoc();
  const text = doc.getText('t');
  let now = 1000;
  const history = new UndoManager(text, { now: () => now, trackedOrigins: [null, 'me'] });
  text.insert(0, 'a');
  text.insert(1, 'b');
  now += 1000;
  doc.transact(() => text.insert(2, 'c'), 'me');
  doc.transact(() => text.insert(0, '> '), 'somebody');
  doc.getMap('m').set('k', 1);
  assert.equal(history.undoCount, 2);
  assert.ok(history.undo());
  assert.equal(text.toString(), '> ab');
  assert.ok(history.undo());
  assert.ok(!history.undo());
  assert.equal(text.toString(), '> ');
  assert.ok(history.redo());
  assert.equal(history.redoCount, 1);
  assert.equal(text.toString(), '> ab');
  history.clear();
  assert.equal(history.undoCount + history.redoCount, 0);
  assert.deepEqual(doc.toJSON().m, { k: 1 });
});

test('what makes no sense is an error with a code, and changes nothing', () => {
  const doc = newDoc();
  const text = doc.getText('t');
  text.insert(0, 'abc');
  assert.throws(() => text.insert(4, 'x'), code('invalid'));
  assert.throws(() => text.insert(-1, 'x'), code('invalid'));
  assert.throws(() => text.insert(0.5, 'long'), code('invalid'));
  assert.throws(() => text.delete(2, 2), code('invalid'));
  assert.throws(() => doc.getMap('t'), code('conflict'));
  assert.throws(() => doc.applyUpdate(new Uint8Array([1, 2, 3])), code('malformed'));
  assert.throws(() => doc.getArray('a').insert(0, 'not a list'), code('malformed'));
  assert.throws(() => doc.getMap('m').set(3, 1), code('invalid'));
  assert.throws(() => doc.getMap('m').setType('k', 'table'), code('invalid'));
  assert.throws(() => new Doc(kernel, { clientId: 0.5 }), code('invalid'));
  const cycle = {};
  cycle.self = cycle;
  assert.throws(() => doc.getMap('m').set('k', cycle), code('too_large'));
  assert.equal(text.toString(), 'abc');
  assert.deepEqual(doc.toJSON().m ?? {}, {});
});
