// Times engines in one process on an editing trace, each in its own formats, and prints JSON.
//   node --expose-gc trace.mjs TRACE ENGINE... [--seconds=10] [--save=FILE] [--state=FILE]
//
// Who needs more than that for the replay is stopped, and so that what it loads is whole gets the
// state of FILE if it reads Yjs, else the rest of the trace in large transactions. The first engine
// saves its state.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import zlib from 'node:zlib';
import { collected, cpuMs, expect, medianMs } from './timing.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    save: { type: 'string' },
    state: { type: 'string' },
  },
});
const [file, ...engines] = positionals;
const limitMs = Number(flags.seconds) * 1000;
const { txns, endContent } = JSON.parse(zlib.gunzipSync(fs.readFileSync(file)));
const patches = txns.flatMap((step) => step.patches);
const CHUNK = 500;
const WARM_MS = 1500;

// Yields when each chunk was done; fewer than there are if it took too long.
const replay = (replica) => {
  const marks = [];
  const start = cpuMs();
  for (let i = 0; i < patches.length;) {
    for (const end = Math.min(i + CHUNK, patches.length); i < end; i++)
      replica.patch(...patches[i]);
    marks.push(cpuMs() - start);
    if (marks.at(-1) > limitMs) break;
  }
  return marks;
};

const finish = (replica, from) => {
  for (let i = from; i < patches.length;) {
    replica.transact(() => {
      for (const end = Math.min(i + 20 * CHUNK, patches.length); i < end; i++) {
        const [position, removed, inserted] = patches[i];
        if (removed > 0) replica.erase(position, removed);
        if (inserted !== '') replica.insert(position, inserted);
      }
    });
  }
};

const measured = async (engine) => {
  const { FORMATS, Replica } = await import(`./engines/${engine}.mjs`);
  const out = { load_ms: {}, encode_ms: {}, bytes: {} };
  // The last time counts, which is warm: for that, compilers need a second or so, and an engine that
  // is quick takes several rounds.
  let replica;
  for (let spent = 0, round = 0; round < 2 || spent < WARM_MS; round++) {
    collected();
    replica?.free();
    out.update_bytes = 0;
    replica = new Replica(1, (update) => {
      out.update_bytes += update.length;
    });
    out.marks = replay(replica);
    spent += out.marks.at(-1);
    if (out.marks.at(-1) > limitMs / 2) break;
  }
  out.edits = Math.min(CHUNK * out.marks.length, patches.length);
  out.replay_ms = out.marks.at(-1);
  if (out.edits < patches.length) out.update_bytes = undefined;
  if (out.edits < patches.length && flags.state && FORMATS[0] === 'v1') {
    replica.free();
    replica = new Replica(1);
    replica.restore('v1', new Uint8Array(fs.readFileSync(flags.state)));
  } else finish(replica, out.edits);
  expect(replica.text() === endContent);
  for (const format of FORMATS) {
    const bytes = replica.encode(format);
    out.bytes[format] = bytes.length;
    const load = () => {
      const copy = new Replica(2);
      copy.restore(format, bytes);
      expect(copy.text().length === endContent.length);
      return copy;
    };
    const start = cpuMs();
    const copy = load();
    const repeats = cpuMs() - start > 500 ? 3 : 15;
    out.load_ms[format] = medianMs(() => load().free(), repeats);
    out.encode_ms[format] = medianMs(() => copy.encode(format), repeats);
    copy.free();
  }
  if (flags.save && engine === engines[0]) fs.writeFileSync(flags.save, replica.encode('v1'));
  replica.free();
  return out;
};

const out = {};
for (const engine of engines) {
  out[engine] = await measured(engine);
  const { edits, marks, load_ms } = out[engine];
  console.error(`  ${engine}: ${edits} edits in ${marks.at(-1).toFixed(0)} ms, load`, load_ms);
}
console.log(JSON.stringify(out));
