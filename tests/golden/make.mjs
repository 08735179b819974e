// Writes yjs13.jsonl: what npm yjs 13.6 does with the golden sessions, and the bytes of values and
// of protocol frames. One JSON object per line. `--check` only compares.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as auth from 'y-protocols/auth';
import * as awareness from 'y-protocols/awareness';
import * as sync from 'y-protocols/sync';
import * as Y from 'yjs';
import { playProgram } from '../support/session.mjs';
import { decode, encode, hex } from '../support/values.mjs';
import { CASES } from './cases.mjs';
import { marks } from './marks.mjs';
import { NUMBERS, randomNumbers } from './values.mjs';

const file = path.join(path.dirname(fileURLToPath(import.meta.url)), 'yjs13.jsonl');

const frame = (write) => {
  const encoder = encoding.createEncoder();
  write(encoder);
  return hex(encoding.toUint8Array(encoder));
};

// What waits inside of Yjs is no result; it only tells the differential test what to compare.
const resultOnly = ({ w: _, check, ...result }) =>
  check ? { check: check.map(({ w: _, ...state }) => state) } : result;

const sessions = () =>
  CASES.map(({ name, shared, program }) => ({
    session: name,
    ...(shared ? { shared } : {}),
    program,
    trace: playProgram(program).map(resultOnly),
  }));

const ANY_VALUES = [
  { $u: 1 },
  null,
  true,
  false,
  { $n: 'NaN' },
  ...NUMBERS,
  { $i: '0' },
  { $i: '-1' },
  { $i: '9223372036854775807' },
  '',
  'str',
  'é😀\u0000"\\\n\u2028\u007f\ufeff',
  { $b: '' },
  { $b: '00ff80' },
  [],
  [1, [2, 'x'], { $u: 1 }],
  {},
  { a: 1, b: { c: [] } },
  { z: 1, 10: 'ten', 2: 'two', '': 0, '01': 1, 4294967294: 3, 4294967295: 2 },
  { u: { $u: 1 }, n: { $n: 'NaN' }, '"\n': '"\n' },
  ...randomNumbers(300),
];

const jsonText = (value) => {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // a bigint
  }
};

// The lib0 encoding of a value and, where there is one, its JSON text.
const values = () =>
  ANY_VALUES.map((json) => {
    const value = decode(json);
    const bytes = frame((encoder) => encoding.writeAny(encoder, value));
    const back = decoding.readAny(
      decoding.createDecoder(new Uint8Array(Buffer.from(bytes, 'hex'))),
    );
    if (JSON.stringify(encode(back)) !== JSON.stringify(encode(value)))
      throw new Error(`${bytes} does not read back`);
    return { value: encode(value), any: bytes, json: jsonText(value) };
  });

const syncFrames = () => {
  const doc = new Y.Doc();
  doc.clientID = 1;
  const updates = [];
  doc.on('update', (update) => updates.push(hex(update)));
  doc.getText('t').insert(0, 'hi');
  doc.getText('t').delete(0, 1);
  const empty = new Y.Doc();
  const vector = Y.encodeStateVector(doc);
  return [
    { frame: 'sync step 1', vector: hex(vector), bytes: frame((e) => sync.writeSyncStep1(e, doc)) },
    {
      frame: 'sync step 1',
      vector: hex(Y.encodeStateVector(empty)),
      bytes: frame((e) => sync.writeSyncStep1(e, empty)),
    },
    {
      frame: 'sync step 2',
      update: hex(Y.encodeStateAsUpdate(doc)),
      bytes: frame((e) => sync.writeSyncStep2(e, doc)),
    },
    {
      frame: 'sync step 2',
      update: hex(Y.encodeStateAsUpdate(doc, vector)),
      bytes: frame((e) => sync.writeSyncStep2(e, doc, vector)),
    },
    ...updates.map((update) => ({
      frame: 'update',
      update,
      bytes: frame((e) => sync.writeUpdate(e, Buffer.from(update, 'hex'))),
    })),
    ...['no', '', 'é😀'].map((reason) => ({
      frame: 'permission denied',
      reason,
      bytes: frame((e) => auth.writePermissionDenied(e, reason)),
    })),
  ];
};

const quiet = (doc) => {
  const instance = new awareness.Awareness(doc);
  clearInterval(instance._checkInterval);
  return instance;
};

const docWithId = (id) => {
  const doc = new Y.Doc();
  doc.clientID = id;
  return doc;
};

// Each step: an update that arrives (`apply`) or a local state (`set`), and what the instance then
// holds and has announced as changed.
const awarenessStory = (name, id, steps) => {
  const instance = quiet(docWithId(id));
  let heard = [];
  for (const event of ['change', 'update']) {
    instance.on(event, ({ added, updated, removed }, origin) =>
      heard.push([event, added, updated, removed, origin === 'local' ? 'local' : 'remote']),
    );
  }
  const story = steps.map((step) => {
    heard = [];
    if (step.apply !== undefined)
      awareness.applyAwarenessUpdate(instance, Buffer.from(step.apply, 'hex'), 'peer');
    if (step.set !== undefined) instance.setLocalState(step.set);
    const clients = [...instance.meta.keys()].sort((a, b) => a - b);
    return {
      ...step,
      heard,
      holds: clients.map((client) => [
        client,
        instance.meta.get(client).clock,
        instance.states.get(client) ?? null,
      ]),
      bytes: hex(awareness.encodeAwarenessUpdate(instance, clients)),
    };
  });
  heard = []; // what the end itself says
  instance.destroy();
  return { awareness: name, id, story };
};

const announce = (id, ...states) => {
  const instance = quiet(docWithId(id));
  const out = states.map((state) => {
    instance.setLocalState(state);
    return hex(awareness.encodeAwarenessUpdate(instance, [id]));
  });
  instance.destroy();
  return out;
};

const awarenessStories = () => {
  const user = { user: { name: 'Ä 😀', color: '#f00' }, cursor: { anchor: 1, head: null } };
  const [first, second, moved, gone] = announce(
    7,
    {},
    user,
    { ...user, cursor: { anchor: 2, head: 3.5 } },
    null,
  );
  const [big] = announce(Number.MAX_SAFE_INTEGER, { n: [1, 1e21, 'x'] });
  const [foreign, foreignGone] = announce(1, { other: 'tab' }, null);
  return [
    awarenessStory('a peer comes, moves and leaves', 1, [
      { set: { me: 1 } },
      { apply: first },
      { apply: second },
      { apply: second },
      { apply: moved },
      { apply: first },
      { apply: gone },
      { apply: gone },
      { apply: moved },
    ]),
    awarenessStory('large ids and several at once', 1, [
      { apply: big },
      { apply: second },
      { set: {} },
      { set: null },
      { set: { back: true } },
    ]),
    awarenessStory('somebody removes us', 1, [
      { set: { me: 1 } },
      { apply: foreignGone },
      { apply: foreign },
    ]),
    awarenessStory('same state, newer clock', 3, [
      { apply: announce(9, { a: 1 }, { a: 1 })[0] },
      { apply: announce(9, { a: 1 }, { a: 1 })[1] },
    ]),
  ];
};

const text =
  [...sessions(), ...values(), ...syncFrames(), ...awarenessStories(), ...marks()]
    .map((line) => JSON.stringify(line))
    .join('\n') + '\n';
if (process.argv.includes('--check')) {
  const same = fs.readFileSync(file, 'utf8') === text;
  console.log(
    same
      ? 'yjs13.jsonl is what yjs says today'
      : 'yjs13.jsonl differs from what yjs says: run make.mjs and look at the diff',
  );
  process.exitCode = same ? 0 : 1;
} else {
  fs.writeFileSync(file, text);
  console.log(`${CASES.length} sessions, ${text.length} bytes`);
}
