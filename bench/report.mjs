// Tables of docs/benchmarks.md: each benchmark owns the part between two marks of its name.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const file = path.join(root, 'docs/benchmarks.md');

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
};

export const rounded = (value) => {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  if (value >= 10) return value.toFixed(1);
  return value >= 1 ? value.toFixed(2) : value.toFixed(3);
};

export const machine = () =>
  `${os.availableParallelism()} cores (${os.cpus()[0].model.replace(/\s+/g, ' ').trim()}), ` +
  `${Math.round(os.totalmem() / 2 ** 30)} GB, node ${process.version.slice(1)}`;

export const today = () => new Date().toISOString().slice(0, 10);

// Columns as wide as their widest cell.
export const table = (rows) => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
};

const EMPTY = `# Benchmarks

Ours beside the npm peers, measured in one run on one machine, by the programs in \`bench/\`. Compare
columns, not digits: a shared machine varies by a factor of two between runs.
`;

// Replaces the part called `name`, or appends it.
export const publish = (name, text) => {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const part = `${start}\n\n${text.trim()}\n\n${end}`;
  const old = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : EMPTY;
  const first = old.indexOf(start);
  const next =
    first < 0
      ? `${old.trimEnd()}\n\n${part}\n`
      : old.slice(0, first) + part + old.slice(old.indexOf(end) + end.length);
  fs.writeFileSync(file, next);
  console.log(`${text.trim()}\n\nwritten to docs/benchmarks.md`);
};
