// Many small documents in npm yjs, as small.cpp has them; prints the same JSON object.
//   node --expose-gc yjs_small.mjs FILE [documents]
import fs from 'node:fs';
import * as Y from 'yjs';
import { msOf } from './timing.mjs';

const state = new Uint8Array(fs.readFileSync(process.argv[2]));
const count = Number(process.argv[3] ?? 10_000);

const heapBytes = () => {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const load = (apply, bytes) => {
  const doc = new Y.Doc();
  doc.getText('t');
  apply(doc, bytes);
  return doc;
};
const loads = (apply, bytes) => {
  const before = heapBytes();
  const docs = [];
  const ms = msOf(() => {
    for (let i = 0; i < count; i++) docs.push(load(apply, bytes));
  });
  if (docs.at(-1).getText('t').length !== 940) throw new Error('not the note');
  return { us: (ms * 1000) / count, bytes: (heapBytes() - before) / count };
};

const note = load(Y.applyUpdate, state);
const v2 = Y.encodeStateAsUpdateV2(note);
loads(Y.applyUpdate, state);
const open = loads(Y.applyUpdate, state);
const before = heapBytes();
const frozen = [];
const freezeMs = msOf(() => {
  for (let i = 0; i < count; i++) frozen.push(Y.encodeStateAsUpdateV2(note));
});
console.log(
  JSON.stringify({
    load_us: open.us,
    open_bytes: open.bytes,
    load_v2_us: loads(Y.applyUpdateV2, v2).us,
    freeze_us: (freezeMs * 1000) / count,
    cold_bytes: (heapBytes() - before) / count,
    v1_bytes: state.length,
    v2_bytes: v2.length,
    documents: count,
  }),
);
