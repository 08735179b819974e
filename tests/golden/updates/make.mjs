// Prints what npm yjs 13.6.33 answers to byte-level questions about updates, one per line, for
// src/crdt/update_test.cpp. The file is kept as this makes it:
//   node make.mjs [first seed] [sessions] > yjs13_updates.txt
//
//   merge FORMAT RESULT INPUT...     diff FORMAT RESULT UPDATE STATE-VECTOR
//   state FORMAT RESULT UPDATE       convert FROM-FORMAT RESULT UPDATE
//   meta FORMAT CLIENT:FROM:TO,...|- UPDATE
//   any BYTES JSON (both in hexadecimal)
//   number BITS TEXT                 contains FORMAT yes|no STATE-VECTOR DELETE-SET UPDATE
import * as Y from 'yjs';
import * as encoding from 'lib0/encoding';

import { Random } from '../../support/random.mjs';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const print = (...words) => process.stdout.write(words.join(' ') + '\n');

const sublist = (random, list, max) => list.filter(() => random.below(list.length) < max);

const STRINGS = [
  'a',
  'bc',
  'words and words',
  '\u00e9',
  '\u{1F600}',
  'x\u{1F600}\u{1F601}y',
  '\u4e2d\u6587',
  '\n',
];
const VALUES = [
  null,
  true,
  false,
  0,
  -1,
  63,
  64,
  -64,
  8191,
  2 ** 31 - 1,
  -(2 ** 31 - 1),
  2 ** 31,
  2 ** 53,
  0.5,
  0.1,
  1e21,
  1e-7,
  -0,
  '',
  'text',
  'quote " and \\ and \u0001',
  '\u{1F600}',
  [],
  {},
  [1, [2, ['x']]],
  { b: 1, a: { c: null } },
  { 10: 'ten', 2: 'two', k: [true] },
];
const ATTRIBUTES = ['bold', 'link', 'color'];
const CLIENTS = [1, 2, 77, 2 ** 31 + 5, 2 ** 32 - 1, 2 ** 45 + 3, 2 ** 53 - 1];

const value = (random) => random.pick(VALUES);
const EMBEDS = [{ image: 'a.png' }, 'embed', 7, [1], { 1: 2, 0: 1 }];
const SUBDOCUMENTS = [{ guid: 'sub' }, { guid: 'm', meta: { a: 1 }, autoLoad: true }];
const formatValue = (random) => random.pick([true, null, { href: 'x' }, 'red', 1.5]);

function someType(random) {
  return random.pick([
    () => new Y.Map([['k', 1]]),
    () => new Y.Array(),
    () => new Y.Text('nested'),
    () => new Y.XmlElement('DIV'),
    () => new Y.XmlText('xml'),
    () => new Y.XmlFragment(),
    () => new Y.XmlHook('hook'),
  ])();
}

function editText(random, text) {
  const at = random.below(text.length + 1);
  const count = Math.min(random.below(4) + 1, text.length - at);
  const attributes = { [random.pick(ATTRIBUTES)]: formatValue(random) };
  switch (random.below(6)) {
    case 0:
      return count > 0 && text.delete(at, count);
    case 1:
      return count > 0 && text.format(at, count, attributes);
    case 2:
      return text.insertEmbed(at, random.pick(EMBEDS));
    case 3:
      return text.insert(at, random.pick(STRINGS), attributes);
    default:
      return text.insert(at, random.pick(STRINGS));
  }
}

function editArray(random, array) {
  const at = random.below(array.length + 1);
  const count = Math.min(random.below(3) + 1, array.length - at);
  switch (random.below(6)) {
    case 0:
      return count > 0 && array.delete(at, count);
    case 1:
      return array.insert(at, [someType(random)]);
    case 2:
      return array.insert(at, [new Uint8Array([1, 2, random.below(256)])]);
    case 3:
      return array.insert(at, [new Y.Doc(random.pick(SUBDOCUMENTS))]);
    default:
      return array.insert(at, [value(random), value(random)].slice(random.below(2)));
  }
}

function editMap(random, map) {
  const key = random.pick(['a', 'b', 'c', '\u{1F600}', '']);
  switch (random.below(5)) {
    case 0:
      return map.delete(key);
    case 1:
      return map.set(key, someType(random));
    case 2:
      return map.set(key, random.pick([undefined, 123456789012345678901n, new Date(0)]));
    default:
      return map.set(key, value(random));
  }
}

function editXml(random, xml) {
  const at = random.below(xml.length + 1);
  switch (random.below(5)) {
    case 0:
      return at < xml.length && xml.delete(at, 1);
    case 1:
      return xml.insert(at, [new Y.XmlText('t')]);
    case 2: {
      const child = at < xml.length ? xml.get(at) : null;
      if (child instanceof Y.XmlElement) child.setAttribute(random.pick(['id', 'class']), 'v');
      return;
    }
    default:
      return xml.insert(at, [new Y.XmlElement(random.pick(['p', 'DIV']))]);
  }
}

function edit(random, doc) {
  switch (random.below(7)) {
    case 0:
      return editArray(random, doc.getArray('list'));
    case 1:
      return editMap(random, doc.getMap(''));
    case 2:
      return editXml(random, doc.getXmlFragment('xml'));
    case 3: {
      const nested = doc
        .getArray('list')
        .toArray()
        .filter((child) => child instanceof Y.AbstractType);
      if (nested.length === 0) return;
      const child = random.pick(nested);
      if (child instanceof Y.Text) return editText(random, child);
      if (child instanceof Y.Array) return editArray(random, child);
      if (child instanceof Y.Map) return editMap(random, child);
      return;
    }
    default:
      return editText(random, doc.getText('text'));
  }
}

// Several documents that edit and now and then hear of each other, and every update of each.
function session(random) {
  const clients = CLIENTS.filter(() => random.oneIn(2))
    .concat(7)
    .slice(0, 4);
  const docs = clients.map((client) => {
    const doc = new Y.Doc({ gc: !random.oneIn(4) });
    doc.clientID = client;
    return doc;
  });
  const updates = { v1: [], v2: [] };
  for (const doc of docs) {
    doc.on('update', (update, origin) => origin !== 'remote' && updates.v1.push(update));
    doc.on('updateV2', (update, origin) => origin !== 'remote' && updates.v2.push(update));
  }
  const states = { v1: [], v2: [] };
  const steps = random.below(30) + 5;
  for (let i = 0; i < steps; i++) {
    const doc = random.pick(docs);
    doc.transact(() => {
      for (let n = random.below(3); n >= 0; n--) edit(random, doc);
    });
    if (random.oneIn(3)) Y.applyUpdate(doc, Y.encodeStateAsUpdate(random.pick(docs)), 'remote');
    if (random.oneIn(4)) {
      states.v1.push(Y.encodeStateAsUpdate(doc));
      states.v2.push(Y.encodeStateAsUpdateV2(doc));
    }
  }
  const vectors = docs.map((doc) => Y.encodeStateVector(doc));
  return { docs, updates, states, vectors };
}

const V1 = {
  name: 'v1',
  merge: Y.mergeUpdates,
  diff: Y.diffUpdate,
  state: Y.encodeStateVectorFromUpdate,
  convert: Y.convertUpdateFormatV1ToV2,
  meta: Y.parseUpdateMeta,
  contains: Y.snapshotContainsUpdate,
};
const V2 = {
  name: 'v2',
  merge: Y.mergeUpdatesV2,
  diff: Y.diffUpdateV2,
  state: Y.encodeStateVectorFromUpdateV2,
  convert: Y.convertUpdateFormatV2ToV1,
  meta: Y.parseUpdateMetaV2,
  contains: null,
};

const shuffled = (random, list) =>
  list
    .map((item) => [random.next(), item])
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map((pair) => pair[1]);

// A state vector somewhere between nothing and everything.
function partOf(random, update, format) {
  const part = new Map();
  for (const [client, clock] of format.meta(update).to) {
    if (!random.oneIn(4)) part.set(client, random.below(clock + 1));
  }
  return Y.encodeStateVector(part);
}

// How V1 says a value that JSON cannot is nobody's business: Yjs throws there.
const convertible = (update) => {
  try {
    return V2.convert(update);
  } catch {
    return null;
  }
};

function ask(random, format, updates, states) {
  const all = updates.concat(states);
  const inputs = random.oneIn(3)
    ? shuffled(random, sublist(random, states, 4))
    : shuffled(random, sublist(random, all, random.pick([3, 8, 20])));
  if (inputs.length === 0) return;
  const merged = format.merge(inputs);
  print('merge', format.name, hex(merged), ...inputs.map(hex));
  for (const update of [merged, random.pick(all)]) {
    const known = partOf(random, update, format);
    print('diff', format.name, hex(format.diff(update, known)), hex(update), hex(known));
    print('state', format.name, hex(format.state(update)), hex(update));
    const converted = format === V1 ? V1.convert(update) : convertible(update);
    if (converted) print('convert', format.name, hex(converted), hex(update));
    const { from, to } = format.meta(update);
    const meta = [...from].map(([client, clock]) => `${client}:${clock}:${to.get(client)}`);
    print('meta', format.name, meta.sort().join(',') || '-', hex(update));
  }
}

function askContains(random, { docs, updates }) {
  if (updates.v1.length === 0) return;
  const snapshot = Y.snapshot(random.pick(docs));
  const update = random.pick(updates.v1);
  const deletes = encoding.createEncoder();
  const bytes = Y.encodeSnapshot(new Y.Snapshot(snapshot.ds, new Map()));
  encoding.writeUint8Array(deletes, bytes.subarray(0, bytes.length - 1));
  print(
    'contains',
    'v1',
    Y.snapshotContainsUpdate(snapshot, update) ? 'yes' : 'no',
    hex(Y.encodeStateVector(snapshot.sv)),
    hex(encoding.toUint8Array(deletes)),
    hex(update),
  );
}

function anyBytes(item) {
  const encoder = encoding.createEncoder();
  encoding.writeAny(encoder, item);
  return encoding.toUint8Array(encoder);
}

function askValues(random) {
  const deep = (depth) => {
    const kind = random.below(depth > 3 ? 2 : 4);
    if (kind < 2) return value(random);
    if (kind === 2) return Array.from({ length: random.below(4) }, () => deep(depth + 1));
    return Object.fromEntries(
      Array.from({ length: random.below(4) }, () => [
        random.pick(['a', 'b', '7', '10', '-1', '\u00e9"']),
        deep(depth + 1),
      ]),
    );
  };
  for (let i = 0; i < 4; i++) {
    const item = deep(0);
    print('any', hex(anyBytes(item)), hex(Buffer.from(JSON.stringify(item))));
  }
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < 8; i++) {
    view.setBigUint64(0, random.next());
    let number = view.getFloat64(0);
    if (i % 4 === 1) number = random.below(1e9) / 10 ** random.below(12);
    if (i % 4 === 2) {
      number = 2 ** (random.below(2000) - 1000) * (1 + random.below(3) * Number.EPSILON);
    }
    if (i % 4 === 3) number = random.below(2 ** 53 - 1) * 10 ** (random.below(40) - 20);
    if (!Number.isFinite(number)) continue;
    view.setFloat64(0, number);
    print('number', view.getBigUint64(0).toString(16), JSON.stringify(number));
  }
}

const first = Number(process.argv[2] ?? 1);
const sessions = Number(process.argv[3] ?? 16);
for (let seed = first; seed < first + sessions; seed++) {
  const random = new Random(seed);
  const made = session(random);
  ask(random, V1, made.updates.v1, made.states.v1);
  ask(random, V2, made.updates.v2, made.states.v2);
  askContains(random, made);
  askValues(random);
}
