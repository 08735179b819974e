// Turns what play.mjs and bench_play print into rows of a table.
import { median, rounded } from './report.mjs';

// Cumulative ms of the sections where the shorter of two runs of a workload stopped.
const spentAt = (run, other) =>
  Object.keys(run)
    .filter((section) => section !== 'bytes' && other[section].length > 0)
    .reduce((sum, section) => {
      const part = Math.min(run[section].length, other[section].length);
      return sum + (run[section][part - 1] ?? 0);
    }, 0);

const PARTS = 50;
const isWhole = ({ bytes, ...sections }) =>
  Object.values(sections).every((marks) => marks.length === 1 || marks.length === PARTS);

// How far somebody came who was stopped: of the first section that is not whole.
const reach = ({ bytes, ...sections }) => {
  const [section, marks] = Object.entries(sections).find(([, list]) => list.length < PARTS);
  return `${section} ${(marks.length * 100) / PARTS} %`;
};

const timeCell = (run) => {
  if (run === undefined) return '';
  const ms = `${rounded(spentAt(run, run))} ms`;
  return isWhole(run) ? ms : `${ms} (${reach(run)})`;
};

// How many times longer the other takes for what both have done.
export const ratioOf = (mine, other) => spentAt(other, mine) / spentAt(mine, other);

export const ratioCell = (ratio) =>
  ratio >= 1 ? `${rounded(ratio)} times less` : `**${rounded(1 / ratio)} times more**`;

const sizeCell = (mine, other) =>
  Object.entries(mine.bytes)
    .map(([format, size]) => {
      const equal = !isWhole(other) || other.bytes[format] === size;
      return `${size.toLocaleString('en-US')}${equal ? '' : ' **not equal**'}`;
    })
    .join(' / ');

// One row for each workload that is named so: what, each engine's time, how many times less ours takes
// than yjs and than the fastest of the others, the sizes. `engines` are runs by workload: ours, ours
// as wasm, yjs, and others.
export const workloadRows = (workloads, engines, names) =>
  workloads
    .filter(({ name }) => names.test(name))
    .map(({ name, title }) => {
      const [mine, wasm, yjs, ...others] = engines.map((engine) => engine[name]);
      const ratios = [yjs, ...others].filter(Boolean).map((other) => ratioOf(mine, other));
      return [
        /^B/.test(name) ? `${name} ${title}` : title,
        ...[mine, wasm, yjs, ...others].map(timeCell),
        ratioCell(ratios[0]),
        ...(others.length > 0 ? [ratioCell(Math.min(...ratios))] : []),
        ratioCell(ratioOf(wasm, yjs)),
        sizeCell(mine, yjs),
      ];
    });

export const medianRatio = (workloads, ours, other, names) =>
  median(
    workloads
      .filter(({ name }) => names.test(name))
      .map(({ name }) => ratioOf(ours[name], other[name])),
  );

// Every engine on one trace: how long for how many edits, and each of its formats. `edits` is how
// many there are.
export const traceRows = (engines, edits) =>
  engines.map(([name, { replay_ms, edits: done = edits, load_ms, encode_ms, bytes }]) => {
    const each = (values, unit) =>
      Object.values(values)
        .map((value) => (unit ? `${rounded(value)} ms` : value.toLocaleString('en-US')))
        .join(' / ');
    const part = done < edits ? ` for the first ${done.toLocaleString('en-US')}` : '';
    return [
      name,
      `${rounded(replay_ms)} ms${part}`,
      Object.keys(bytes).join(' / '),
      each(load_ms, 'ms'),
      each(encode_ms, 'ms'),
      each(bytes),
    ];
  });
