// Loads the very large text that large.cpp wrote.
//   node --expose-gc large.mjs STATE LENGTH
import fs from 'node:fs';
import * as Y from 'yjs';
import { expect, msOf } from './timing.mjs';

const [, , file, length] = process.argv;
const state = new Uint8Array(fs.readFileSync(file));
const residentKb = () => {
  globalThis.gc();
  return process.memoryUsage().rss / 1024;
};

const before = residentKb();
const doc = new Y.Doc();
// Once: it takes seconds.
const load_ms = msOf(() => {
  Y.applyUpdate(doc, state);
  expect(doc.getText('t').toString().length === Number(length));
});
const resident_kb = residentKb() - before;
expect(doc.getText('t').length === Number(length));
console.log(JSON.stringify({ load_ms, resident_kb }));
