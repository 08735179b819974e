// One hot room on our server, with its store on, and on the npm servers, in turns.
//   node server.mjs [--writers=10] [--readers=40] [--rate=100] [--window=64] [--seconds=2]
//                   [--rounds=3] [--only=TEXT] [--dry]
// Each round starts each server anew on an empty folder and has it carry two rooms: in the first
// the writers type at a steady rate, in the second as fast as it lets them. Every document is
// compared in the end, and with what npm yjs is given; ours is then killed and read from disk.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CONTESTANTS, Running, syncMilliseconds } from './contestants.mjs';
import { fnv1a, readText } from './reader.mjs';
import { machine, median, publish, root, rounded, table, today } from './report.mjs';

const { values: flags } = parseArgs({
  options: {
    writers: { type: 'string', default: '10' },
    readers: { type: 'string', default: '40' },
    rate: { type: 'string', default: '100' },
    window: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    dry: { type: 'boolean', default: false },
  },
});
const others = Number(flags.writers) + Number(flags.readers) - 1;
const chosen = CONTESTANTS.filter(({ name }) => name.includes(flags.only));
if (chosen.length === 0) {
  console.error(`no server has "${flags.only}" in its name`);
  process.exit(2);
}

// The load's result; its clients stay until they are dismissed.
const load = async ({ port }, { dialect }, rate, room) => {
  const { writers, readers, window, seconds } = flags;
  const options = [port, dialect, writers, readers, rate, window, seconds, room].map(String);
  const child = spawn(path.join(root, 'build/release/bench/bench_load'), options, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const line = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
  if (line === undefined) throw new Error('the load generator failed');
  const dismiss = async () => {
    child.stdin.end();
    await ended;
  };
  return { result: JSON.parse(line[0]), dismiss };
};

const differs = (contestant, what) => {
  throw new Error(`${contestant.name}: ${what}`);
};

// What happened in one room, and what it cost the server.
const measure = async (running, contestant, rate, room) => {
  const before = running.cpuSeconds();
  const { result, dismiss } = await load(running, contestant, rate, room);
  const cpu = running.cpuSeconds() - before;
  const text = await readText(running.port, contestant.dialect, room, result.text_bytes);
  await dismiss();
  if (result.delivered !== result.wanted || result.closed > 0)
    differs(contestant, `of ${result.wanted} edits ${result.delivered} arrived in ${room}`);
  if (!result.converged) differs(contestant, `the clients have different texts in ${room}`);
  if (text.length !== result.text_bytes || fnv1a(text) !== result.text_hash)
    differs(contestant, `npm yjs reads another text in ${room}`);
  return { ...result, cpu_us: (cpu * 1e6) / result.delivered };
};

// What a killed server of ours has kept must be all that anybody has heard.
const checkStore = (running, contestant, room, result) => {
  const [binary] = contestant.start({ port: '0', data: running.data }).command;
  const kept = execFileSync(
    binary,
    ['doc', 'export', '--data', running.data, '--format', 'text', room],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
  if (fnv1a(kept) !== result.text_hash) differs(contestant, 'the store holds another text');
};

const run = async (contestant) => {
  const running = await Running.start(contestant);
  try {
    const steady = await measure(running, contestant, flags.rate, 'steady');
    const full = await measure(running, contestant, 0, 'full');
    const megabytes = running.peakMegabytes();
    await running.kill();
    if (contestant.name.startsWith('Tidemark')) checkStore(running, contestant, 'full', full);
    return {
      p50: steady.p50_ms,
      p99: steady.p99_ms,
      steadyCpu: steady.cpu_us,
      deliveries: full.per_second,
      updates: full.per_second / others,
      fullCpu: full.cpu_us,
      megabytes,
    };
  } finally {
    await running.kill();
    running.dispose();
  }
};

const results = new Map(chosen.map((contestant) => [contestant, []]));
const syncs = [];
for (let round = 1; round <= Number(flags.rounds); round++) {
  for (const contestant of chosen) {
    syncs.push(await syncMilliseconds(1000 / Number(flags.rate)));
    const result = await run(contestant);
    results.get(contestant).push(result);
    console.error(
      `round ${round}: ${contestant.name}: ${rounded(result.deliveries)} deliveries/s, ` +
        `${rounded(result.fullCpu)} us of processor each`,
    );
  }
}

const of = (contestant, name) => median(results.get(contestant).map((result) => result[name]));

const COLUMNS = [
  ['p50', 'p50', ' ms', 'less'],
  ['p99', 'p99', ' ms', 'less'],
  ['processor, steady', 'steadyCpu', ' us', 'less'],
  ['updates/s', 'updates', '', 'more'],
  ['deliveries/s', 'deliveries', '', 'more'],
  ['processor, full', 'fullCpu', ' us', 'less'],
  ['memory', 'megabytes', ' MB', 'less'],
];

const rowOf = (contestant) => [
  contestant.name,
  ...COLUMNS.map(([, name, unit]) => rounded(of(contestant, name)) + unit),
];

// How many times better ours is; below one, in bold, it is worse.
const ratioRow = (peer) => {
  const ours = chosen.find(
    ({ name, dialect }) => name.startsWith('Tidemark') && dialect === peer.dialect,
  );
  if (ours === undefined || ours === peer) return [];
  const cells = COLUMNS.map(([, name, , better]) => {
    const ratio = of(ours, name) / of(peer, name);
    const times = better === 'more' ? ratio : 1 / ratio;
    return times >= 1 ? `${rounded(times)} x` : `**${rounded(times)} x**`;
  });
  return [[peer.name, ...cells]];
};

const titles = COLUMNS.map(([title]) => title);
const text = `## One hot room: \`./dev bench server\`

${flags.writers} writers and ${flags.readers} readers of one document over loopback, each server started anew on an empty
folder; medians of ${flags.rounds} rounds in turns. ${today()}, ${machine()}.
*Steady*: ${flags.rate} updates/s for ${flags.seconds} s; p50 and p99 are from the edit to each other client. *Full*: for
${flags.seconds} s as many as the server takes while ${flags.window} updates are on their way. A delivery is one edit that one
other client has got; processor is that of the whole server process, user and system, per delivery;
memory its peak. In every room all clients, and a newcomer with npm yjs, ended with the same text.
Before each run writing and syncing 8 KB was timed at the steady rate: the medians were ${rounded(Math.min(...syncs))} to ${rounded(Math.max(...syncs))} ms.
The machine's load average was ${rounded(os.loadavg()[0])} at the end.

${table([['server', ...titles], ...chosen.map(rowOf)])}

Where an edit has been when the others get it, with the settings that the server comes with:

${table([['server', 'store'], ...chosen.map(({ name, store }) => [name, store])])}

How many times better Tidemark does in the same dialect, with its store on; bold where it is worse:

${table([['against', ...titles], ...chosen.flatMap(ratioRow)])}`;
if (flags.dry) console.log(text);
else publish('server', text);
