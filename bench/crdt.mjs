// The kernel beside npm yjs on recorded editing, in turns, and the medians of the rounds.
//   node crdt.mjs [rounds] [--traces=DIR] [--dry]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { machine, median, publish, root, rounded, table, today } from './report.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { traces: { type: 'string' }, dry: { type: 'boolean', default: false } },
});
const rounds = Number(positionals[0] ?? 5);
const shared = process.env.TIDEMARK_SHARED ?? path.join(root, '../shared');
const folder = path.join(flags.traces ?? path.join(shared, 'traces'), 'sequential');
const file = (trace) => path.join(folder, `${trace}.json.gz`);
const [MAIN, ...OTHERS] = ['automerge-paper', 'seph-blog1', 'rustcode', 'sveltecomponent'];
if (!fs.existsSync(file(MAIN))) {
  console.error(`no trace at ${file(MAIN)}: name the folder of traces with --traces=DIR`);
  process.exit(2);
}

const run = (command, ...args) =>
  JSON.parse(execFileSync(command, args, { encoding: 'utf8', cwd: path.join(root, 'bench') }));

const measured = (trace) => {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(run(path.join(root, 'build/release/bench/bench_crdt'), file(trace)));
    theirs.push(run(process.execPath, '--expose-gc', 'yjs_crdt.mjs', file(trace)));
    const [mine, other] = [ours.at(-1), theirs.at(-1)].map(({ replay_ms }) => rounded(replay_ms));
    console.error(`${trace}, round ${round + 1}: ${mine} and ${other} ms`);
  }
  return { ours, theirs };
};

const { ours, theirs } = measured(MAIN);

const of = (list, name) => median(list.map((result) => result[name]));

const ROWS = [
  ['replay, one update event per edit', 'replay_ms', 'ms'],
  ['apply 259,778 updates one by one', 'apply_each_ms', 'ms'],
  ['load V1 and read the text', 'load_v1_ms', 'ms'],
  ['load V2 and read the text', 'load_v2_ms', 'ms'],
  ['encode V1', 'encode_v1_ms', 'ms'],
  ['encode V2', 'encode_v2_ms', 'ms'],
  ['what a synced peer lacks (V1)', 'diff_ms', 'ms'],
  ['merge 20,000 updates, no document', 'merge_ms', 'ms'],
  ['memory per loaded document', 'kb_per_document', 'kB'],
];

const timeRow = ([what, name, unit], mines = ours, others = theirs) => {
  const [mine, other] = [of(mines, name), of(others, name)];
  const ratio =
    other >= mine
      ? `${rounded(other / mine)} times less`
      : `**${rounded(mine / other)} times more**`;
  return [what, `${rounded(mine)} ${unit}`, `${rounded(other)} ${unit}`, ratio];
};

const sizeRow = ([what, name]) => {
  const [mine, other] = [ours[0][name], theirs[0][name]];
  return [
    what,
    `${mine.toLocaleString('en-US')} B`,
    `${other.toLocaleString('en-US')} B`,
    mine === other ? 'equal' : '**not equal**',
  ];
};

const rows = [
  ['automerge-paper', 'Tidemark, native', 'yjs 13.6.33', 'ours takes'],
  ...ROWS.map((row) => timeRow(row)),
  ...[
    ['bytes of all updates', 'update_bytes'],
    ['state, V1', 'v1_bytes'],
    ['state, V2', 'v2_bytes'],
    ['merge of 20,000 updates', 'merged_bytes'],
  ].map(sizeRow),
];
const otherRows = OTHERS.map((trace) => {
  const results = measured(trace);
  const edits = results.ours[0].updates.toLocaleString('en-US');
  return timeRow([`${trace}, ${edits} edits`, 'replay_ms', 'ms'], results.ours, results.theirs);
});
const others = [['replay of other traces', ...rows[0].slice(1)], ...otherRows];
const text = `## Documents: \`./dev bench crdt\`

259,778 edits of one text with 104,852 characters at the end (editing-traces, automerge-paper), both
with client id 1, warm, processor time, medians of ${rounds} rounds in turns. ${today()}, ${machine()}.

${table(rows)}

${table(others)}`;
if (flags.dry) console.log(text);
else publish('crdt', text);
