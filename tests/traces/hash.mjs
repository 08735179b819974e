// Writes hashes.json: what npm yjs emits for every trace, as rolling hashes, so that the C++ test
// need not run yjs. `--check` only compares.
//   node hash.mjs [--traces=DIR] [--check]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as Y from 'yjs';
import { playTrace, readTrace, RollingHash, traceFiles, tracesFolder } from './trace.mjs';

const CHECKPOINTS = 100;
const file = path.join(path.dirname(fileURLToPath(import.meta.url)), 'hashes.json');
const { values: flags } = parseArgs({
  options: { traces: { type: 'string' }, check: { type: 'boolean', default: false } },
});

const hashOf = (bytes) => {
  const hash = new RollingHash();
  hash.add(bytes);
  return hash.text();
};

const measure = (trace) => {
  const edits = trace.txns.reduce((sum, { patches }) => sum + patches.length, 0);
  const every = Math.ceil(edits / CHECKPOINTS);
  const formats = ['v1', 'v2'].map(() => ({
    updates: 0,
    bytes: 0,
    checkpoints: [],
    hash: new RollingHash(),
  }));
  const { doc, text } = playTrace(trace, (bytes, format) => {
    const to = formats[format];
    to.hash.add(bytes);
    to.bytes += bytes.length;
    if (++to.updates % every === 0) to.checkpoints.push(to.hash.text());
  });
  if (text.toString() !== trace.endContent)
    throw new Error('the final text differs from the trace');
  const [v1, v2] = formats.map(({ hash, ...rest }) => ({ ...rest, hash: hash.text() }));
  return {
    every,
    v1,
    v2,
    state_v1: hashOf(Y.encodeStateAsUpdate(doc)),
    state_v2: hashOf(Y.encodeStateAsUpdateV2(doc)),
  };
};

const folder = tracesFolder(flags.traces);
const files = traceFiles(folder);
if (files.length === 0) {
  console.log(
    `no traces in ${folder}: nothing done (name them with --traces=DIR or TIDEMARK_SHARED)`,
  );
  process.exit(0);
}
const old = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
const out = { ...old };
for (const { name, file: source } of files) {
  const started = Date.now();
  out[name] = measure(readTrace(source));
  console.log(
    `${name}: ${out[name].v1.updates} updates, ${out[name].v1.bytes} and ${out[name].v2.bytes} bytes, ${Date.now() - started} ms`,
  );
}
const text = `{\n${Object.keys(out)
  .map((name) => `${JSON.stringify(name)}: ${JSON.stringify(out[name])}`)
  .join(',\n')}\n}\n`;
if (flags.check) {
  const same = JSON.stringify(out) === JSON.stringify(old);
  console.log(
    same ? 'hashes.json is what yjs says today' : 'hashes.json differs from what yjs says',
  );
  process.exitCode = same ? 0 : 1;
} else {
  fs.writeFileSync(file, text);
}
