// Documents from other hands: editors write them through npm yjs, as their users would, two at a
// time; the kernel reads them, update by update and whole, and must hold and say what yjs does. What
// it says is given back to the editor, which must show what its writers saw.
//
//   node check.mjs [seed] [count] [--child=COMMAND]
//
// `seed` is drawn from the clock if absent and is always printed; sessions have the seeds after it.
import { EDITORS } from './editors.mjs';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import * as Y from 'yjs';
import { normalForm } from '../support/normal.mjs';
import { Random } from '../support/random.mjs';
import { hex, unhex } from '../support/values.mjs';

const KINDS = { text: [2, Y.Text], xmlfragment: [4, Y.XmlFragment] };
const PEER = 'peer';
const EDITS = 60;
const APPLY = { 1: Y.applyUpdate, 2: Y.applyUpdateV2 };

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { child: { type: 'string' } },
});
const [first = Date.now() % 1_000_000_000, count = 40] = positionals.map(Number);

const child = spawn(flags.child, { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

const kernel = async ([kind, name], updates) => {
  const words = updates.map(({ version, bytes }) => `${version}:${hex(bytes)}`);
  child.stdin.write(`${KINDS[kind][0]} ${name} ${words.join(' ')}\n`);
  const { value = 'error: the kernel ended' } = await answers.next();
  if (value.startsWith('error')) throw new Error(value);
  const [sv, v1, v2, emitted = ''] = value.split(' ');
  return { sv, v1, v2, emitted: emitted.split(',') };
};

const reference = ([kind, name], updates) => {
  const doc = new Y.Doc();
  doc.clientID = 9;
  doc.get(name, KINDS[kind][1]);
  const emitted = [];
  doc.on('update', (update) => emitted.push(hex(update)));
  for (const { version, bytes } of updates) APPLY[version](doc, bytes);
  return {
    sv: hex(Y.encodeStateVector(doc)),
    v1: hex(Y.encodeStateAsUpdate(doc)),
    v2: hex(Y.encodeStateAsUpdateV2(doc)),
    emitted: emitted.length > 0 ? emitted : [''],
  };
};

const forms = { v1: (bytes) => bytes, v2: Y.convertUpdateFormatV2ToV1 };
let states = 0;
let unequal = 0;

const compare = (what, expected, actual) => {
  for (const part of ['sv', 'emitted', 'v1', 'v2']) {
    if (isDeepStrictEqual(expected[part], actual[part])) continue;
    // Yjs merges garbage when it happens to pass it: the same may be cut otherwise.
    const form = forms[part];
    const isSame =
      form && isDeepStrictEqual(...[expected, actual].map((s) => normalForm(form(unhex(s[part])))));
    if (!isSame)
      throw new Error(`${what}: ${part}\n  yjs    ${expected[part]}\n  kernel ${actual[part]}`);
    unequal++;
  }
  states += 2;
};

const write = (editor, random) => {
  const updates = [];
  const peers = [0, 1].map(() => {
    const doc = new Y.Doc();
    doc.clientID = random.below(2 ** 32);
    doc.on('update', (bytes, origin) => origin !== PEER && updates.push({ version: 1, bytes }));
    return { doc, session: editor.open(doc) };
  });
  const sync = (to, from) =>
    Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)), PEER);
  for (let i = 0; i < EDITS; i++) {
    random.pick(peers).session.edit(random);
    if (random.oneIn(4)) sync(...random.pick([peers, peers.toReversed()]));
  }
  // Until nobody has anything to add: editors mend what concurrent edits made of their schema.
  for (let i = 0; i < 4; i++) sync(...(i % 2 ? peers : peers.toReversed()));
  return { updates, peers };
};

const showOf = (editor, bytes) => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, bytes);
  const session = editor.open(doc);
  const shown = JSON.stringify(session.show());
  session.close();
  return shown;
};

const check = async (editor, seed) => {
  const random = new Random(seed);
  const { updates, peers } = write(editor, random);
  const read = await kernel(editor.root, updates);
  compare('update by update', reference(editor.root, updates), read);
  const [{ doc }] = peers;
  for (const [version, bytes] of [
    [1, Y.encodeStateAsUpdate(doc)],
    [2, Y.encodeStateAsUpdateV2(doc)],
  ]) {
    const whole = [{ version, bytes }];
    const loaded = await kernel(editor.root, whole);
    compare(`whole, V${version}`, reference(editor.root, whole), loaded);
    if (showOf(editor, unhex(loaded.v1)) !== showOf(editor, Y.encodeStateAsUpdate(doc)))
      throw new Error('the editor shows something else');
  }
  for (const { session } of peers) session.close();
  return updates.length;
};

console.log(`seeds ${first} to ${first + count - 1}`);
let failed = 0;
for (const editor of EDITORS) {
  let updates = 0;
  for (let seed = first; seed < first + count && failed === 0; seed++) {
    try {
      updates += await check(editor, seed);
    } catch (error) {
      failed++;
      console.log(`${editor.name}, seed ${seed}: ${error.stack}\nReplay: ./dev editors ${seed} 1`);
    }
  }
  console.log(`${editor.name}: ${count} documents of ${updates} updates`);
}
console.log(`${unequal} of ${states} states cut otherwise than yjs cuts them`);
console.log(`${EDITORS.length * count - failed} passed, ${failed} failed`);
child.stdin.end();
process.exit(failed > 0 ? 1 : 0);
