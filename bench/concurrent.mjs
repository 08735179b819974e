// Times a fresh replica that is told everything that several people wrote at the same time, as
// concurrent.cpp does, with the updates that it wrote.
//   node --expose-gc concurrent.mjs ENGINE TRACE UPDATES
import fs from 'node:fs';
import zlib from 'node:zlib';
import { expect, medianMs } from './timing.mjs';

const [, , engine, trace, file] = process.argv;
const { Replica } = await import(`./engines/${engine}.mjs`);
const { endContent } = JSON.parse(zlib.gunzipSync(fs.readFileSync(trace)));

const bytes = fs.readFileSync(file);
const updates = [];
for (let at = 0; at < bytes.length;) {
  const end = at + 4 + bytes.readUInt32LE(at);
  updates.push(new Uint8Array(bytes.subarray(at + 4, end)));
  at = end;
}

const apply_ms = medianMs(() => {
  const replica = new Replica(1000);
  for (const update of updates) replica.apply(update);
  expect(replica.text() === endContent);
  replica.free();
}, 7);
console.log(JSON.stringify({ apply_ms, updates: updates.length }));
