// Three writers on npm yjs edit and hear of each other; the kernel compacts the log of all updates,
// or a half of it, and npm yjs must not be able to tell: not by content, not by the state that it
// encodes, not by snapshots, whichever half comes first, with gc and without.
//   node tests/bytes/check.mjs [seed] [count] --child=PROGRAM
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import * as Y from 'yjs';

import { Random } from '../support/random.mjs';

const { values: flags, positionals } = parseArgs({
  options: { child: { type: 'string' } },
  allowPositionals: true,
});
const first = Number(positionals[0] ?? 1);
const count = Number(positionals[1] ?? 100);

const child = spawn(flags.child, { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const compacted = async (format, update) => {
  child.stdin.write(`${format} ${Buffer.from(update).toString('hex')}\n`);
  const { value } = await lines.next();
  assert.ok(!value.includes('error'), value);
  const [kept, givenUp] = value.split(' ').map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
  return { kept, givenUp };
};

const tools = {
  1: { event: 'update', merge: Y.mergeUpdates, apply: Y.applyUpdate },
  2: { event: 'updateV2', merge: Y.mergeUpdatesV2, apply: Y.applyUpdateV2 },
};

const editText = (text, random) => {
  const at = random.below(text.length + 1);
  const left = text.length - at;
  if (left > 0 && random.oneIn(3)) text.delete(at, 1 + random.below(Math.min(left, 5)));
  else if (left > 1 && random.oneIn(4)) text.format(at, 2, { b: random.oneIn(2) ? true : null });
  else if (random.oneIn(8)) text.insertEmbed(at, { image: 'x' });
  else text.insert(at, random.pick(['a', 'bc', 'word ', 'ü', '😀']));
};

const editList = (list, random) => {
  const at = random.below(list.length + 1);
  if (at < list.length && random.oneIn(2)) list.delete(at, 1);
  else if (random.oneIn(3)) list.insert(at, [random.oneIn(2) ? new Y.Map() : new Y.Text('in')]);
  else list.insert(at, [1, 'two', { three: [null] }]);
};

const edit = (doc, random) => {
  const map = doc.getMap('m');
  const key = random.pick(['k', 'l']);
  const choice = random.below(8);
  if (choice === 0) map.delete(key);
  else if (choice === 1) map.set(key, random.below(9));
  else if (choice === 2) map.set(key, random.oneIn(2) ? new Y.Array() : new Uint8Array([1, 2]));
  else if (choice < 5) editList(doc.getArray('a'), random);
  else editText(doc.getText('t'), random);
};

const logOfACrowd = (random, format, gc) => {
  const log = [];
  const docs = [11, 12, 13].map((id) => {
    const doc = new Y.Doc({ gc });
    doc.clientID = id;
    doc.on(tools[format].event, (update, origin) => origin === 'peer' || log.push(update));
    return doc;
  });
  for (let round = 0; round < 30; round++) {
    const writer = random.pick(docs);
    for (let i = random.below(6); i > 0; i--) edit(writer, random);
    const reader = random.pick(docs);
    const news = Y.encodeStateAsUpdate(writer, Y.encodeStateVector(reader));
    Y.applyUpdate(reader, news, 'peer');
  }
  return log;
};

const replicaOf = (updates, format, gc) => {
  const doc = new Y.Doc({ gc });
  doc.clientID = 1;
  for (const update of updates) tools[format].apply(doc, update);
  assert.equal(doc.store.pendingStructs, null);
  assert.equal(doc.store.pendingDs, null);
  return doc;
};

const viewOf = (doc) => ({
  text: doc.getText('t').toDelta(),
  list: doc.getArray('a').toJSON(),
  map: doc.getMap('m').toJSON(),
  snapshot: Buffer.from(Y.encodeSnapshot(Y.snapshot(doc))).toString('hex'),
});

const play = async (seed) => {
  const random = new Random(seed);
  const format = 1 + random.below(2);
  const log = logOfACrowd(random, format, random.oneIn(2));
  if (log.length < 2) return;
  const { merge } = tools[format];
  const whole = await compacted(format, merge(log));
  const cut = 1 + random.below(log.length - 1);
  const tail = await compacted(format, merge(log.slice(cut)));
  const head = await compacted(format, merge(log.slice(0, cut)));
  for (const gc of [false, true]) {
    const plain = replicaOf([merge(log)], format, gc);
    const state = Y.encodeStateAsUpdate(plain);
    assert.deepEqual(Y.encodeStateAsUpdate(replicaOf([whole.kept], format, gc)), state);
    for (const updates of [[tail.kept, head.kept], [whole.givenUp], [tail.givenUp, head.givenUp]]) {
      assert.deepEqual(viewOf(replicaOf(updates, format, gc)), viewOf(plain));
    }
  }
};

for (let seed = first; seed < first + count; seed++) {
  try {
    await play(seed);
  } catch (error) {
    console.log(`seed ${seed}: replay with node tests/bytes/check.mjs ${seed} 1`);
    throw error;
  }
}
child.stdin.end();
console.log(`npm yjs read ${count} compacted logs as it read the originals`);
