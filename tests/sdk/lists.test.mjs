// Lists, entries and XML through the JavaScript face, beside npm yjs where bytes count.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { Doc, SharedArray, SharedMap, XmlElement, XmlHook, XmlText } from '../../sdk/index.mjs';
import { newKernel } from './kernel.mjs';

const kernel = await newKernel();
const newDoc = (clientId = 1) => new Doc(kernel, { clientId });
const newYDoc = (clientId = 1) => {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  return doc;
};
const sameBytes = (ours, theirs) => {
  assert.deepEqual(ours.encodeStateAsUpdate(), Y.encodeStateAsUpdate(theirs));
  assert.deepEqual(ours.encodeStateAsUpdateV2(), Y.encodeStateAsUpdateV2(theirs));
};

test('push writes what the push of Yjs writes', () => {
  const [ours, theirs] = [newDoc(), newYDoc()];
  for (const doc of [ours, theirs]) {
    const list = doc.getArray('a');
    list.insert(0, [1, 2, 3]);
    list.delete(2, 1);
    list.push([4]);
    list.delete(0, 3);
    list.push(['five', null, { six: [7] }]);
    list.push([]);
    list.push([new Uint8Array([8])]);
    list.delete(1, 3);
    doc.transact(() => {
      list.push([9]);
      list.push([10]);
    });
  }
  assert.deepEqual(ours.getArray('a').toArray(), ['five', 9, 10]);
  sameBytes(ours, theirs);
});

test('a type that is pushed lies where the push of Yjs puts it', () => {
  const [ours, theirs] = [newDoc(), newYDoc()];
  for (const doc of [ours, theirs]) {
    doc.getArray('a').insert(0, [1, 2, 3]);
    doc.getArray('a').delete(1, 2);
  }
  ours.getArray('a').pushType('map').set('k', 1);
  ours.getArray('a').pushType('array').push([2]);
  for (const type of [new Y.Map([['k', 1]]), Y.Array.from([2])]) theirs.getArray('a').push([type]);
  assert.deepEqual(ours.toJSON().a, [1, { k: 1 }, [2]]);
  sameBytes(ours, theirs);
});

test('children at the end of XML are those that Yjs pushes', () => {
  const [ours, theirs] = [newDoc(), newYDoc()];
  const [tree, fragment] = [ours.getXmlFragment('x'), theirs.getXmlFragment('x')];
  for (const name of ['p', 'q', 'r']) {
    tree.insertElement(tree.length, name);
    fragment.push([new Y.XmlElement(name)]);
  }
  tree.delete(1, 2);
  fragment.delete(1, 2);
  tree.insertText(tree.length);
  fragment.push([new Y.XmlText()]);
  assert.equal(tree.toString(), fragment.toString());
  sameBytes(ours, theirs);
});

test('a list is answered whole: values, types and subdocuments', () => {
  const doc = newDoc();
  const list = doc.getArray('a');
  assert.deepEqual(list.toArray(), []);
  list.push(['a', 1.5, null, new Uint8Array([1, 2]), { b: [true] }]);
  list.insertType(2, 'map').set('k', 'inside');
  list.pushType('array').push([1]);
  list.push(['ü', 'x'.repeat(100_000), '👋'.repeat(20)]);
  list.delete(0);
  const all = list.toArray();
  assert.deepEqual(
    all.map((value, i) => [value, list.get(i)]).filter(([a, b]) => !a?.equals?.(b) && a === b),
    [1.5, null, 'ü', 'x'.repeat(100_000), '👋'.repeat(20)].map((value) => [value, value]),
  );
  assert.ok(all[1] instanceof SharedMap && all[5] instanceof SharedArray);
  assert.equal(all[1].get('k'), 'inside');
  assert.deepEqual(all[3], new Uint8Array([1, 2]));
  assert.deepEqual(all[4], { b: [true] });
  const theirs = newYDoc(2);
  const inside = new Y.Doc({ guid: 'inside' });
  theirs.getArray('a').push([inside, 'after']);
  const reader = newDoc(3);
  reader.applyUpdate(Y.encodeStateAsUpdate(theirs));
  assert.deepEqual(reader.getArray('a').toArray(), [{ guid: 'inside', options: {} }, 'after']);
  const tree = doc.getXmlFragment('x');
  tree.insertText(0);
  tree.insertElement(0, 'p');
  const [element, text] = tree.toArray();
  assert.ok(element instanceof XmlElement && text instanceof XmlText);
  assert.ok(element.equals(tree.get(0)) && text.equals(tree.get(1)));
});

test('a long list that came as one block is answered in one call', () => {
  const count = 50_000;
  const theirs = newYDoc();
  theirs.getArray('a').insert(
    0,
    Array.from({ length: count }, (_, i) => `element ${i}`),
  );
  const ours = newDoc(2);
  ours.applyUpdate(Y.encodeStateAsUpdate(theirs));
  const list = ours.getArray('a');
  let calls = 0;
  const { x } = kernel;
  kernel.x = new Proxy(x, { get: (all, name) => (calls++, all[name]) });
  const all = list.toArray();
  kernel.x = x;
  assert.equal(calls, 1);
  assert.deepEqual(all, theirs.getArray('a').toArray());
});

test('whether a map has a key is asked of the kernel, not of all keys', () => {
  const map = newDoc().getMap('m');
  for (const value of [undefined, null, false, 0, '', 'x']) map.set(`k${value}`, value);
  map.setType('type', 'text');
  assert.deepEqual(
    map.keys().map((key) => map.has(key)),
    Array(7).fill(true),
  );
  map.delete('type');
  map.delete('k0');
  assert.deepEqual(
    ['type', 'k0', 'knull', 'missing', '', 'toString'].map((key) => map.has(key)),
    [false, false, true, false, false, false],
  );
});

test('elements and hooks have names', () => {
  const [ours, theirs] = [newDoc(), newYDoc()];
  const tree = ours.getXmlFragment('x');
  const element = tree.insertElement(0, 'täble');
  element.setAttribute('width', '3');
  element.setAttribute('none', undefined);
  assert.equal(element.nodeName, 'täble');
  assert.deepEqual(
    ['width', 'none', 'height'].map((name) => element.hasAttribute(name)),
    [true, true, false],
  );
  assert.deepEqual(element.keys(), ['width', 'none']);
  element.removeAttribute('none');
  tree.insertHook(1, 'widget').set('k', 1);
  Y.applyUpdate(theirs, ours.encodeStateAsUpdate());
  const [, hook] = theirs.getXmlFragment('x').toArray();
  assert.ok(hook instanceof Y.XmlHook && hook.hookName === 'widget' && hook.get('k') === 1);
  assert.equal(theirs.getXmlFragment('x').get(0).getAttribute('width'), '3');
  const found = tree.get(1);
  assert.ok(found instanceof XmlHook && found.equals(tree.toArray()[1]));
  assert.equal(found.hookName, 'widget');
  assert.deepEqual(found.toJSON(), { k: 1 });
});
