// What makes no sense is refused before the kernel hears of it: nothing changes, nothing of the
// kernel gets into a document, and the kernel and its other documents live on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import * as Y from 'yjs';
import { Doc, Kernel, UndoManager } from '../../sdk/index.mjs';
import { newKernel } from './kernel.mjs';

const SECRET = 'what another document says';
const kernel = await newKernel();
const other = new Doc(kernel, { clientId: 9 });
other.getText('t').insert(0, SECRET);

const invalid = (error) => error.name === 'KernelError' && error.code === 'invalid';
const hex = (bytes) => Buffer.from(bytes).toString('hex');

// A document with one type of each kind.
const newPlace = () => {
  const doc = new Doc(kernel, { clientId: 1 });
  const place = {
    doc,
    text: doc.getText('t'),
    list: doc.getArray('a'),
    map: doc.getMap('m'),
    tree: doc.getXmlFragment('x'),
  };
  place.text.insert(0, 'abc');
  place.element = place.tree.insertElement(0, 'p');
  place.line = place.element.insertText(0);
  return place;
};

const refuses = (place, use, what) => {
  const before = hex(place.doc.encodeStateAsUpdate());
  assert.throws(use, invalid, `${use}, ${what}`);
  assert.equal(kernel.isPoisoned, false, `${use}, ${what}`);
  assert.equal(hex(place.doc.encodeStateAsUpdate()), before, `${use}, ${what}`);
  assert.equal(other.getText('t').toString(), SECRET);
};

class Point {
  x = 1;
}

const NO_VALUES = {
  'a type': ({ text }) => text,
  'a type of another document': () => other.getText('t'),
  'a document': ({ doc }) => doc,
  'a kernel': () => kernel,
  'an instance of a class': () => new Point(),
  'a date': () => new Date(0),
  'a map': () => new Map([['a', 1]]),
  'a regular expression': () => /a/,
  'a function': () => () => 1,
  'a symbol': () => Symbol('a'),
  'a boxed string': () => new String('a'),
  'other numbers than bytes': () => new Float64Array(2),
  'a buffer without a view': () => new ArrayBuffer(2),
  'a bigint of 65 bits': () => 2n ** 63n,
  'what only looks like bytes': () => Object.create(Uint8Array.prototype),
};

test('only values go where a value goes', () => {
  for (const [what, made] of Object.entries(NO_VALUES)) {
    const place = newPlace();
    const { text, list, map, element, line } = place;
    const value = made(place);
    for (const use of [
      () => map.set('k', value),
      () => map.set('k', { deep: [value] }),
      () => list.insert(0, [value]),
      () => list.insert(0, [1, [value]]),
      () => list.insert(0, value),
      () => list.push([value]),
      () => text.insertEmbed(0, value),
      () => text.insertEmbed(0, { of: value }),
      () => text.insertEmbed(0, undefined),
      () => text.insertEmbed(0, { image: 'a' }, { link: value }),
      () => text.insert(0, 'x', { link: value }),
      () => text.insert(0, 'x', value),
      () => text.format(0, 1, { link: value }),
      () => text.format(0, 1, value),
      () => text.applyDelta([{ insert: value }]),
      () => text.applyDelta([{ insert: 'x', attributes: { link: value } }]),
      () => text.applyDelta(value),
      () => element.setAttribute('k', value),
      () => line.insertEmbed(0, value),
    ]) {
      refuses(place, use, what);
    }
  }
});

test('only strings go where a text or a name goes', () => {
  const strings = [
    undefined,
    null,
    5,
    true,
    5n,
    Symbol('a'),
    {},
    ['a'],
    new String('a'),
    () => 'a',
  ];
  for (const string of strings) {
    const place = newPlace();
    const { doc, text, list, map, tree, element, line } = place;
    for (const use of [
      () => text.insert(0, string),
      () => text.insert(0, string, { bold: true }),
      () => line.insert(0, string),
      () => map.set(string, 1),
      () => map.setType(string, 'text'),
      () => map.setType('k', string),
      () => map.get(string),
      () => map.has(string),
      () => map.delete(string),
      () => list.insertType(0, string),
      () => tree.insertElement(0, string),
      () => element.insertElement(0, string),
      () => element.setAttribute(string, 'a'),
      () => tree.insertHook(0, string),
      () => list.pushType(string),
      () => element.getAttribute(string),
      () => element.hasAttribute(string),
      () => element.removeAttribute(string),
      ...(string === undefined
        ? []
        : [
            () => doc.getText(string),
            () => doc.getArray(string),
            () => doc.getMap(string),
            () => doc.getXmlFragment(string),
          ]),
    ]) {
      refuses(place, use, typeof string);
    }
  }
});

test('what every object inherits is no kind of type', () => {
  const place = newPlace();
  for (const kind of ['constructor', 'toString', '__proto__', '']) {
    refuses(place, () => place.map.setType('k', kind), kind);
    refuses(place, () => place.list.insertType(0, kind), kind);
  }
});

test('only whole numbers go where an index goes', () => {
  const indexes = [null, '1', NaN, -1, 0.5, 2 ** 32, Infinity, 1n, Symbol('a'), {}, [1], true];
  const trap = { valueOf: () => assert.fail('nobody asks for its value') };
  for (const index of [...indexes, trap]) {
    const place = newPlace();
    const { doc, text, list, tree } = place;
    list.push([1]);
    for (const use of [
      () => text.insert(index, 'a'),
      () => text.insert(index, 'abc'),
      () => text.insert(index, 'abc', { bold: true }),
      () => text.insertEmbed(index, { a: 1 }),
      () => text.delete(index),
      () => text.delete(0, index),
      () => text.format(index, 1, { bold: true }),
      () => text.format(0, index, { bold: true }),
      () => list.insert(index, [1]),
      () => list.insertType(index, 'text'),
      () => list.delete(index),
      () => list.delete(0, index),
      () => list.get(index),
      () => tree.insertElement(index, 'p'),
      () => tree.insertHook(index, 'h'),
      () => tree.insertText(index),
      () => tree.delete(index),
      () => tree.get(index),
      () => doc.relativePosition(text, index),
    ]) {
      refuses(place, use, typeof index);
    }
    if (Number.isInteger(index) && index < 2 ** 31) continue;
    refuses(place, () => doc.relativePosition(text, 0, index), typeof index);
  }
});

test('the largest index is beyond every length, and not what push means', () => {
  const place = newPlace();
  const { list, tree } = place;
  list.push([1]);
  const last = 2 ** 32 - 1;
  refuses(place, () => list.insert(last, [1]));
  refuses(place, () => list.insertType(last, 'text'));
  refuses(place, () => list.delete(last));
  refuses(place, () => tree.insertElement(last, 'p'));
  refuses(place, () => tree.insertHook(last, 'h'));
  refuses(place, () => tree.insertText(last));
  assert.equal(list.get(last), undefined);
});

test('only a Uint8Array is bytes', () => {
  const update = other.encodeStateAsUpdate();
  const none = [
    undefined,
    null,
    5,
    'AAA=',
    [...update],
    { length: 2, 0: 0, 1: 0 },
    update.slice().buffer,
    new DataView(update.slice().buffer),
    new Uint16Array(update),
  ];
  for (const bytes of none) {
    const place = newPlace();
    const { doc } = place;
    for (const use of [
      () => doc.applyUpdate(bytes),
      () => doc.applyUpdateV2(bytes),
      () => doc.applyUpdates([bytes]),
      () => doc.applyUpdates([update, bytes]),
      () => doc.applyUpdates(bytes),
      () => doc.findPosition(bytes),
      () => kernel.mergeUpdates([update, bytes]),
      () => kernel.mergeUpdates(bytes),
      () => kernel.diffUpdate(bytes, new Uint8Array([0])),
      () => kernel.diffUpdate(update, bytes),
      () => kernel.stateVectorFromUpdate(bytes),
      () => kernel.convertUpdate(bytes, 2),
      ...(bytes === undefined
        ? []
        : [() => doc.encodeStateAsUpdate(bytes), () => doc.encodeStateAsUpdateV2(bytes)]),
    ]) {
      refuses(place, use, Object.prototype.toString.call(bytes));
    }
  }
  const { doc } = newPlace();
  doc.applyUpdate(Buffer.from(update));
  doc.applyUpdate(runInNewContext('new Uint8Array(bytes)', { bytes: [...update] }));
  assert.ok(doc.getText('t').toString().includes(SECRET));
});

test('a format is 1 or 2', () => {
  const place = newPlace();
  const update = place.doc.encodeStateAsUpdate();
  for (const format of [0, 3, '1', null, NaN, 1n, Symbol('a')]) {
    for (const use of [
      () => place.doc.applyUpdates([update], null, format),
      () => kernel.mergeUpdates([update], format),
      () => kernel.diffUpdate(update, new Uint8Array([0]), format),
      () => kernel.stateVectorFromUpdate(update, format),
      () => kernel.convertUpdate(update, format),
    ]) {
      refuses(place, use, typeof format);
    }
  }
});

test('what is called back is a function, and what is undone a document or types', () => {
  const place = newPlace();
  const { doc, text } = place;
  for (const no of [undefined, null, 5, 'a', {}, []]) {
    refuses(place, () => doc.transact(no), typeof no);
    refuses(place, () => doc.onUpdate(no), typeof no);
    refuses(place, () => doc.onUpdateV2(no), typeof no);
    refuses(place, () => new UndoManager(no), typeof no);
    refuses(place, () => new UndoManager([no]), typeof no);
  }
  refuses(place, () => new UndoManager([text, place]));
  refuses(place, () => new UndoManager(text, { captureTimeout: NaN }));
  refuses(place, () => new UndoManager(text, { captureTimeout: -1 }));
  refuses(place, () => new UndoManager(text, { trackedOrigins: 5 }));
  refuses(place, () => new UndoManager(text, { now: 5 }));
  const history = new UndoManager(text, { now: () => Symbol('later') });
  refuses(place, () => text.insert(0, 'a'));
  history.free();
  text.insert(0, 'a');
});

test('a type of another document is none of this one', () => {
  const place = newPlace();
  const theirs = other.getText('t');
  refuses(place, () => place.doc.relativePosition(theirs, 0));
  refuses(place, () => new UndoManager([place.text, theirs]));
  refuses(place, () => new UndoManager([theirs, place.text]));
  const history = new UndoManager([place.text, place.map]);
  place.text.insert(0, 'a');
  assert.ok(history.undo());
});

test('numbers of documents and kernels are checked', async () => {
  for (const clientId of [-1, 0.5, 2 ** 53, NaN, '1', 1n, null, {}]) {
    assert.throws(() => new Doc(kernel, { clientId }), invalid);
  }
  const { module } = await import('./kernel.mjs');
  for (const maxMemoryBytes of [-1, NaN, 'much', {}]) {
    await assert.rejects(Kernel.load(module, { maxMemoryBytes }), invalid);
  }
  const large = await Kernel.load(module, { maxMemoryBytes: 2 ** 32 + 1 });
  new Doc(large).getText('t').insert(0, 'x'.repeat(1_000_000));
});

test('a value that nests too deeply is refused', () => {
  const place = newPlace();
  const cycle = {};
  cycle.self = [cycle];
  const before = hex(place.doc.encodeStateAsUpdate());
  assert.throws(() => place.map.set('k', cycle), { name: 'KernelError', code: 'too_large' });
  assert.equal(hex(place.doc.encodeStateAsUpdate()), before);
  let deep = 1;
  for (let i = 0; i < 250; i++) deep = i % 2 ? [deep] : { deep };
  place.map.set('k', deep);
  assert.deepEqual(place.map.get('k'), deep);
});

test('values of another window are values', () => {
  const { map } = newPlace();
  const value = runInNewContext('({ a: [1, { b: new Uint8Array([7]) }], c: Object.create(null) })');
  map.set('k', value);
  assert.deepEqual(map.get('k'), { a: [1, { b: new Uint8Array([7]) }], c: {} });
});

test('a getter that edits in the middle of its value does not mix into it', () => {
  const { doc, map, list } = newPlace();
  const value = {
    before: 1,
    get inside() {
      list.push(['from the inside', { x: 'y'.repeat(1000) }]);
      return doc.encodeStateVector().length > 0;
    },
    after: 2,
  };
  map.set('k', value);
  assert.deepEqual(map.get('k'), { before: 1, inside: true, after: 2 });
  assert.deepEqual(list.toArray(), ['from the inside', { x: 'y'.repeat(1000) }]);
});

test('a clock that edits does not mix into what is being edited', () => {
  const { doc, map } = newPlace();
  let isFirst = true;
  const now = () => {
    if (isFirst) {
      isFirst = false;
      doc.getText('clock').insert(0, 'tick '.repeat(20));
    }
    return 1;
  };
  const history = new UndoManager(map, { now });
  map.set('k', 'of the value');
  assert.equal(map.get('k'), 'of the value');
  history.free();
});

test('what the caller throws is heard as it was thrown', () => {
  const place = newPlace();
  const own = new TypeError('mine');
  const toss = () => {
    throw own;
  };
  const same = (error) => error === own;
  assert.throws(() => place.doc.transact(toss), same);
  const value = Object.defineProperty({}, 'k', { get: toss, enumerable: true });
  assert.throws(() => place.map.set('k', value), same);
  const history = new UndoManager(place.text, { now: toss });
  assert.throws(() => place.text.insert(0, 'a'), same);
  history.free();
  const end = place.doc.onUpdate(toss);
  assert.throws(() => place.text.insert(0, 'a'), same);
  end();
  assert.equal(place.text.toString(), 'aabc');
  assert.equal(kernel.isPoisoned, false);
});

test('an update that a listener hears can go on at once, however long it is', async () => {
  for (const length of [100, 60_000, 200_000, 3_000_000]) {
    const [ours, follower] = [1, 2].map((clientId) => new Doc(kernel, { clientId }));
    const fresh = await newKernel();
    const [inFresh, besideFresh] = [3, 4].map((clientId) => new Doc(fresh, { clientId }));
    ours.onUpdate((update) => follower.applyUpdate(update));
    inFresh.onUpdate((update) => besideFresh.applyUpdates([update]));
    inFresh.onUpdateV2((update) => besideFresh.applyUpdateV2(update));
    for (const doc of [ours, inFresh]) doc.getText('t').insert(0, 'ä'.repeat(length));
    assert.equal(follower.getText('t').length, length);
    assert.equal(besideFresh.getText('t').length, length);
    const theirs = new Y.Doc();
    Y.applyUpdate(theirs, besideFresh.encodeStateAsUpdate());
    assert.equal(theirs.getText('t').toString(), 'ä'.repeat(length));
  }
});
