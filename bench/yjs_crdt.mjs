// Times npm yjs on an editing trace as crdt.cpp times the kernel; prints the same JSON object.
//   node --expose-gc yjs_crdt.mjs TRACE
import fs from 'node:fs';
import zlib from 'node:zlib';
import * as Y from 'yjs';
import { expect, medianMs, msOf } from './timing.mjs';

const COPIES = 10;
const MERGED = 20_000;
const trace = JSON.parse(zlib.gunzipSync(fs.readFileSync(process.argv[2])));

const newDoc = (id) => {
  const doc = new Y.Doc();
  doc.clientID = id;
  return [doc, doc.getText('t')];
};

const replay = (doc, text) => {
  for (const { patches } of trace.txns) {
    for (const [position, removed, inserted] of patches) {
      doc.transact(() => {
        if (removed > 0) text.delete(position, removed);
        if (inserted !== '') text.insert(position, inserted);
      });
    }
  }
};

const load = (apply, state) => {
  const [doc, text] = newDoc(2);
  apply(doc, state);
  return [doc, text];
};

// One warm-up round, in which the updates are kept for the apply below.
const updates = [];
{
  const [doc, text] = newDoc(1);
  doc.on('update', (update) => updates.push(update));
  replay(doc, text);
}
const out = {};
const [doc, text] = newDoc(1);
let bytes = 0;
doc.on('update', (update) => {
  bytes += update.length;
});
out.replay_ms = msOf(() => replay(doc, text));
expect(text.toString() === trace.endContent);

{
  const [unheard, unheardText] = newDoc(1);
  out.replay_unheard_ms = msOf(() => replay(unheard, unheardText));
}

const v1 = Y.encodeStateAsUpdate(doc);
const v2 = Y.encodeStateAsUpdateV2(doc);
const length = trace.endContent.length;
out.load_v1_ms = medianMs(() => expect(load(Y.applyUpdate, v1)[1].toString().length === length));
out.load_v2_ms = medianMs(() => expect(load(Y.applyUpdateV2, v2)[1].toString().length === length));
const [loaded] = load(Y.applyUpdate, v1);
out.encode_v1_ms = medianMs(() => expect(Y.encodeStateAsUpdate(loaded).length === v1.length));
out.encode_v2_ms = medianMs(() => expect(Y.encodeStateAsUpdateV2(loaded).length === v2.length));

const state = Y.encodeStateVector(loaded);
out.diff_ms = medianMs(() => expect(Y.encodeStateAsUpdate(loaded, state).length > 0));

// It keeps nothing of what it encoded.
for (const name of ['encode_v1', 'encode_v2', 'diff']) out[`${name}_again_ms`] = out[`${name}_ms`];

// Once: it takes seconds.
out.merge_ms = msOf(() => {
  out.merged_bytes = Y.mergeUpdates(updates.slice(0, MERGED)).length;
});

const [follower, followed] = newDoc(2);
out.apply_each_ms = msOf(() => {
  for (const update of updates) Y.applyUpdate(follower, update);
});
expect(followed.toString() === trace.endContent);

const heapKb = () => {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024;
};
const before = heapKb();
const copies = Array.from({ length: COPIES }, () => load(Y.applyUpdate, v1));
out.kb_per_document = (heapKb() - before) / copies.length;

Object.assign(out, {
  updates: updates.length,
  update_bytes: bytes,
  v1_bytes: v1.length,
  v2_bytes: v2.length,
});
console.log(JSON.stringify(out));
