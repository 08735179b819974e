// Plays the workloads on one engine and prints the times as JSON, as play.cpp does for the kernel.
//   node --expose-gc play.mjs ENGINE WORKLOADS [--seconds=3] [NAME...]
//
// Times are cumulative at each fiftieth of the work. Who needs more than that many seconds for a
// workload stops at the next fiftieth; the others are then compared with it there.
import fs from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { collected, cpuMs, expect } from './timing.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '3' } },
});
const [engine, file, ...names] = positionals;
const { FORMATS, Replica, keep = (update) => update } = await import(`./engines/${engine}.mjs`);
const limitMs = Number(flags.seconds) * 1000;
const PARTS = 50;
const REPEATS = 5;

// Runs work(i) for each of `count` things and returns the marks; fewer if it takes too long.
const marked = (count, work, spentMs = () => 0) => {
  const marks = [];
  const start = cpuMs();
  for (let part = 1, i = 0; part <= PARTS; part++) {
    for (const end = Math.round((count * part) / PARTS); i < end; i++) work(i);
    marks.push(cpuMs() - start);
    if (marks.at(-1) + spentMs() > limitMs) break;
  }
  return marks;
};

// Not every engine keeps the order of keys.
const alike = (...replicas) =>
  isDeepStrictEqual(...replicas.map((replica) => JSON.parse(replica.content())));

const total = (sections) =>
  Object.values(sections).reduce((sum, marks) => sum + (marks.at(-1) ?? 0), 0);

// Edits and what they cost the other replica are timed apart, in turns.
const playOne = ({ edits: [ops] }) => {
  const updates = [];
  const writer = new Replica(1, (update) => updates.push(keep(update)));
  const reader = new Replica(2);
  const [edit, apply] = [[], []];
  let [editMs, applyMs] = [0, 0];
  for (let part = 1, i = 0; part <= PARTS; part++) {
    const start = cpuMs();
    for (const end = Math.round((ops.length * part) / PARTS); i < end; i++) writer.edit(ops[i]);
    const middle = cpuMs();
    for (const update of updates) reader.apply(update);
    editMs += middle - start;
    applyMs += cpuMs() - middle;
    updates.length = 0;
    edit.push(editMs);
    apply.push(applyMs);
    if (editMs + applyMs > limitMs) break;
  }
  expect(alike(writer, reader));
  return { sections: { edit, apply }, replicas: [writer, reader] };
};

const playTwo = ({ start: text, edits }) => {
  const updates = [[], []];
  const replicas = edits.map(
    (_, n) => new Replica(n + 1, (update) => updates[n].push(keep(update))),
  );
  replicas[0].edit(['insert', 0, text]);
  for (const update of updates[0]) replicas[1].apply(update);
  for (const list of updates) list.length = 0;
  const start = cpuMs();
  replicas.forEach((replica, n) =>
    replica.transact(() => {
      for (const op of edits[n]) replica.edit(op);
    }),
  );
  const sent = updates.map((list) => [...list]);
  replicas.forEach((replica, n) => sent[1 - n].forEach((update) => replica.apply(update)));
  const spent = cpuMs() - start;
  expect(alike(...replicas));
  return { sections: { edit: [spent] }, replicas };
};

const playMany = ({ edits }) => {
  const updates = [];
  const replicas = edits.map(([op], n) => {
    const replica = new Replica(n + 1, (update) => updates.push(keep(update)));
    replica.edit(op);
    return replica;
  });
  expect(updates.length === edits.length);
  for (const replica of replicas.slice(2)) replica.free();
  const sent = [...updates];
  const [first, second] = replicas;
  let apply;
  const start = cpuMs();
  first.batch(() => {
    apply = marked(sent.length, (i) => first.apply(sent[i]));
  });
  // With what the end of the transaction takes.
  apply[apply.length - 1] = cpuMs() - start;
  if (apply.length === PARTS) {
    second.batch(() => sent.forEach((update) => second.apply(update)));
    expect(alike(first, second));
  }
  return { sections: { apply }, replicas: [first, second] };
};

const playUndo = ({ edits: [ops] }) => {
  const replica = new Replica(1, () => {});
  replica.startUndo();
  const edit = marked(ops.length, (i) => replica.edit(ops[i]));
  const text = replica.text();
  const undo = edit.length < PARTS ? [] : marked(ops.length, () => replica.undo());
  if (undo.length === PARTS) expect(replica.text() === '');
  const redo = undo.length < PARTS ? [] : marked(ops.length, () => replica.redo());
  if (redo.length === PARTS) expect(replica.text() === text);
  return { sections: { edit, undo, redo }, replicas: [replica] };
};

const SHAPES = { one: playOne, two: playTwo, many: playMany, undo: playUndo };

const played = (workload) => {
  const runs = [];
  for (let spent = 0; runs.length < REPEATS && spent < limitMs;) {
    collected();
    const start = cpuMs();
    const { sections, replicas } = SHAPES[workload.shape](workload);
    spent += cpuMs() - start;
    const bytes = {};
    for (const format of FORMATS) bytes[format] = replicas[0].encode(format).length;
    runs.push({ ...sections, bytes });
    for (const replica of replicas) replica.free();
  }
  const times = ({ bytes, ...sections }) => total(sections);
  return runs.sort((a, b) => times(a) - times(b))[runs.length >> 1];
};

const out = {};
for (const workload of JSON.parse(fs.readFileSync(file, 'utf8'))) {
  if (names.length > 0 && !names.includes(workload.name)) continue;
  if (Replica.prototype[workload.edits[0][0][0]] === undefined) continue;
  if (workload.shape === 'undo' && Replica.prototype.startUndo === undefined) continue;
  out[workload.name] = played(workload);
  const { bytes, ...sections } = out[workload.name];
  const words = Object.entries(sections).map(
    ([section, marks]) => `${section} ${marks.at(-1)?.toFixed(1)} ms in ${marks.length} parts`,
  );
  console.error(`  ${engine}, ${workload.name}: ${words.join(', ')}, ${JSON.stringify(bytes)}`);
}
console.log(JSON.stringify(out));
