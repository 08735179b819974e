// The kernel beside npm yjs on recorded editing, in turns, and the medians of the rounds.
//   node crdt.mjs [rounds] [--traces=DIR] [--operations=100000] [--dry]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import zlib from 'node:zlib';
import { machine, median, publish, root, rounded, table, today } from './report.mjs';
import { medianRatio, ratioCell, traceRows, workloadRows } from './rows.mjs';
import { CLIENTS, workloads } from './workloads.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    traces: { type: 'string' },
    operations: { type: 'string', default: '100000' },
    dry: { type: 'boolean', default: false },
  },
});
const rounds = Number(positionals[0] ?? 3);
const shared = process.env.TIDEMARK_SHARED ?? path.join(root, '../shared');
const folder = flags.traces ?? path.join(shared, 'traces');
const file = (trace, kind = 'sequential') => path.join(folder, kind, `${trace}.json.gz`);
const [MAIN, ...OTHERS] = ['automerge-paper', 'seph-blog1', 'rustcode', 'sveltecomponent'];
if (!fs.existsSync(file(MAIN))) {
  console.error(`no trace at ${file(MAIN)}: name the folder of traces with --traces=DIR`);
  process.exit(2);
}

const run = (command, ...args) =>
  JSON.parse(
    execFileSync(command, args, {
      encoding: 'utf8',
      cwd: path.join(root, 'bench'),
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
const native = (program, ...args) =>
  run(path.join(root, 'build/release/bench', `bench_${program}`), ...args);
const inNode = (...args) => run(process.execPath, '--expose-gc', ...args);

const measured = (trace) => {
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(native('crdt', file(trace)));
    theirs.push(inNode('yjs_crdt.mjs', file(trace)));
    const [mine, other] = [ours.at(-1), theirs.at(-1)].map(({ replay_ms }) => rounded(replay_ms));
    console.error(`${trace}, round ${round + 1}: ${mine} and ${other} ms`);
  }
  return { ours, theirs };
};

const { ours, theirs } = measured(MAIN);

const of = (list, name) => median(list.map((result) => result[name]));

const ROWS = [
  ['replay, one update event per edit', 'replay_ms', 'ms'],
  ['replay, nobody listens', 'replay_unheard_ms', 'ms'],
  ['apply 259,778 updates one by one', 'apply_each_ms', 'ms'],
  ['load V1 and read the text', 'load_v1_ms', 'ms'],
  ['load V2 and read the text', 'load_v2_ms', 'ms'],
  ['encode V1', 'encode_v1_ms', 'ms'],
  ['encode V1 again, unchanged', 'encode_v1_again_ms', 'ms'],
  ['encode V2', 'encode_v2_ms', 'ms'],
  ['encode V2 again, unchanged', 'encode_v2_again_ms', 'ms'],
  ['what a synced peer lacks (V1)', 'diff_ms', 'ms'],
  ['the same for the next synced peer', 'diff_again_ms', 'ms'],
  ['merge 20,000 updates, no document', 'merge_ms', 'ms'],
  ['memory per loaded document', 'kb_per_document', 'kB'],
];

const timeRow = ([what, name, unit], mines = ours, others = theirs) => {
  const [mine, other] = [of(mines, name), of(others, name)];
  return [what, `${rounded(mine)} ${unit}`, `${rounded(other)} ${unit}`, ratioCell(other / mine)];
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

// What several people wrote at the same time, told to a fresh replica.
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-bench-'));
const concurrentRow = (trace) => {
  const [ours, theirs] = [[], []];
  const updates = path.join(work, `${trace}.updates`);
  for (let round = 0; round < rounds; round++) {
    ours.push(native('concurrent', file(trace, 'concurrent'), updates));
    theirs.push(inNode('concurrent.mjs', 'yjs', file(trace, 'concurrent'), updates));
    const [mine, other] = [ours.at(-1), theirs.at(-1)].map(({ apply_ms }) => rounded(apply_ms));
    console.error(`${trace}, round ${round + 1}: ${mine} and ${other} ms`);
  }
  const count = ours[0].updates.toLocaleString('en-US');
  return timeRow([`${trace}, ${count} updates`, 'apply_ms', 'ms'], ours, theirs);
};
const concurrentRows = [
  ['all remote updates of', ...rows[0].slice(1)],
  ...['friendsforever', 'clownschool'].map(concurrentRow),
];

// The published time of yjs for this replay, in seconds: dmonad/crdt-benchmarks, B4x100.
const PUBLISHED_S = 609;
const largeRows = () => {
  const state = path.join(work, 'large');
  const mine = native('large', file(MAIN), state);
  console.error(`${MAIN} a hundred times: ${rounded(mine.replay_ms)} ms`);
  const other = inNode('large.mjs', state, String(mine.length));
  const seconds = (ms) => `${rounded(ms / 1000)} s`;
  const megabytes = (kb) => `${rounded(kb / 1024)} MB`;
  return [
    [`${MAIN} a hundred times`, ...rows[0].slice(1)],
    [
      'replay, one update event per edit',
      seconds(mine.replay_ms),
      `${PUBLISHED_S} s, published`,
      ratioCell((PUBLISHED_S * 1000) / mine.replay_ms),
    ],
    [
      'load V1 and read the text',
      seconds(mine.load_ms),
      seconds(other.load_ms),
      ratioCell(other.load_ms / mine.load_ms),
    ],
    [
      'resident memory of that',
      megabytes(mine.resident_kb),
      megabytes(other.resident_kb),
      ratioCell(other.resident_kb / mine.resident_kb),
    ],
  ];
};
const large = largeRows();

// Every engine on the main trace, and on the workloads.
const saved = path.join(work, 'state');
console.error('every engine on automerge-paper');
const { yjs: yjsTrace, tidemark: wasmTrace } = inNode(
  'trace.mjs',
  file(MAIN),
  'yjs',
  'tidemark',
  `--save=${saved}`,
);
const PEERS = ['ywasm', 'loro', 'automerge'];
const nameOf = async (engine) => (await import(`./engines/${engine}.mjs`)).name;
const peerNames = await Promise.all(PEERS.map(nameOf));
const nativeTrace = {
  replay_ms: of(ours, 'replay_ms'),
  load_ms: { v1: of(ours, 'load_v1_ms'), v2: of(ours, 'load_v2_ms') },
  encode_ms: { v1: of(ours, 'encode_v1_ms'), v2: of(ours, 'encode_v2_ms') },
  bytes: { v1: ours[0].v1_bytes, v2: ours[0].v2_bytes },
};
const traces = [
  ['Tidemark, native', nativeTrace],
  ['Tidemark, wasm', wasmTrace],
  ['yjs 13.6.33', yjsTrace],
  ...PEERS.map((peer, i) => [
    peerNames[i],
    inNode('trace.mjs', file(MAIN), peer, `--state=${saved}`)[peer],
  ]),
];
const engineRows = [
  ['automerge-paper', 'replay', 'formats', 'load and read the text', 'encode', 'bytes'],
  ...traceRows(traces, ours[0].updates),
];
const [wasmReplay, wasmLoad] = [
  yjsTrace.replay_ms / wasmTrace.replay_ms,
  yjsTrace.load_ms.v1 / wasmTrace.load_ms.v1,
];
const wasmFile = path.join(root, 'build/wasm/tidemark.wasm');
const wasmKb = zlib.gzipSync(fs.readFileSync(wasmFile), { level: 9 }).length / 1000;

const CRDT_BENCHMARKS = /^B/;

// One note in many documents.
const smallNote = path.join(work, 'note.v1');
const smalls = { ours: [], theirs: [] };
for (let round = 0; round < rounds; round++) {
  smalls.ours.push(native('small', smallNote));
  smalls.theirs.push(inNode('yjs_small.mjs', smallNote));
}
const [small] = smalls.ours;
const smallRows = [
  ['each of many small documents', ...rows[0].slice(1)],
  ...[
    ['load V1', 'load_us', 'us'],
    ['load V2', 'load_v2_us', 'us'],
    ['freeze to V2', 'freeze_us', 'us'],
    ['memory while open', 'open_bytes', 'B'],
    ['memory while cold', 'cold_bytes', 'B'],
  ].map((row) => timeRow(row, smalls.ours, smalls.theirs)),
];

const list = workloads(Number(flags.operations));
const listFile = path.join(work, 'workloads.json');
fs.writeFileSync(listFile, JSON.stringify(list));
console.error('workloads');
const shortNames = list.map(({ name }) => name).filter((name) => CRDT_BENCHMARKS.test(name));
const played = [
  native('play', listFile),
  ...['tidemark', 'yjs'].map((engine) => inNode('play.mjs', engine, listFile, '--seconds=12')),
];
const playedByPeers = PEERS.map((peer) => inNode('play.mjs', peer, listFile, ...shortNames));
fs.rmSync(work, { recursive: true });
const columns = ['Tidemark, native', 'Tidemark, wasm', 'yjs 13.6.33'];
const shortHead = [
  'crdt-benchmarks',
  ...columns,
  ...peerNames,
  'native takes, beside yjs',
  'beside the fastest',
  'wasm takes, beside yjs',
  'state V1 / V2 in bytes',
];
const longHead = ['more edits', ...columns, ...shortHead.slice(-4, -3), ...shortHead.slice(-2)];

const text = `## Documents: \`./dev bench crdt\`

259,778 edits of one text with 104,852 characters at the end (editing-traces, automerge-paper), both
with client id 1, warm, processor time, medians of ${rounds} rounds in turns. ${today()}, ${machine()}.

${table(rows)}

${table(others)}

${table(concurrentRows)}

${table(large)}

Every engine, in its own formats; ours as wasm through its JavaScript face, in one process with yjs:
there it takes ${rounded(wasmReplay)} times less for the replay and ${rounded(wasmLoad)} times less for the load of V1. The module has
${rounded(wasmKb)} kB (gzip). Who took more than 10 s for the replay was stopped where the table says.

${table(engineRows)}

A note of 940 characters, written in twenty bursts with words taken out: ${small.blocks} blocks, ${small.v1_bytes.toLocaleString('en-US')} bytes in
V1 and ${small.v2_bytes.toLocaleString('en-US')} in V2. ${small.documents.toLocaleString('en-US')} documents hold it here, ${smalls.theirs[0].documents.toLocaleString('en-US')} in yjs. A cold document is its
update in V2 and, here, its state vector.

${table(smallRows)}

The workloads of dmonad/crdt-benchmarks, which end with B3.4, for N = 6,000 and ${CLIENTS.toLocaleString('en-US')} clients: in B1 each edit
and, on a second replica, its update; in B2 the edits of two replicas in one transaction each, and the exchange;
in B3 one replica that gets the update of each client, in one transaction. Medians of up to five runs. The
states are equal to those of yjs byte for byte where nothing else is said. The median of what yjs takes
is ${rounded(medianRatio(list, played[0], played[2], CRDT_BENCHMARKS))} times what ours takes, ${rounded(medianRatio(list, played[1], played[2], CRDT_BENCHMARKS))} times that of the wasm module. Who took more than 3 s (yjs: 12 s) was
stopped: the part that it had done is in brackets, and ratios are for that part.

${table([shortHead, ...workloadRows(list, [...played, ...playedByPeers], CRDT_BENCHMARKS)])}

More edits, of each kind of content, each with its update and that applied to a second replica; under
an undo manager each is a step, then all are undone and redone. Who took more than 12 s was stopped.
Sizes are those of the whole.

${table([longHead, ...workloadRows(list, played, /^[a-z]/)])}`;
if (flags.dry) console.log(text);
else publish('crdt', text);
