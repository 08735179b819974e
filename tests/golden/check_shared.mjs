// Compares yjs13.jsonl with a collection of vectors that somebody else made with yjs 13.6, where
// both speak. `--shared=FILE`, else $TIDEMARK_SHARED/vectors/..., else the folder `shared` beside
// the checkout; says so and succeeds when there is none.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({ options: { shared: { type: 'string' } } });
const folder = process.env.TIDEMARK_SHARED ?? path.join(here, '../../../shared');
const file = flags.shared ?? path.join(folder, 'vectors/yjs13_vectors.json');

// What client 0 emitted, in order, and its state at the first check.
const historyOf = ({ program, trace }) => {
  const updates = program.steps.flatMap((step, n) =>
    (step.do ?? step.recv ?? step.merge ?? step.sync) === 0 ? (trace[n].u ?? []) : [],
  );
  const states = program.steps.flatMap((step, n) =>
    step.check ? [trace[n].check[step.check.indexOf(0)]] : [],
  );
  return {
    updates: updates.map((u) => u[1]),
    updatesV2: updates.map((u) => u[2]),
    states: states.filter(Boolean),
  };
};

const compareUtilities = (vector, updates, { trace }) => {
  const { utils } = trace.find((result) => result.utils);
  const pairs = {
    merged: [utils.merged, vector.merged],
    v2: [utils.toV2, vector.v2],
    updates: [updates.join(), vector.updates.join()],
  };
  return Object.keys(pairs).filter((name) => pairs[name][0] !== pairs[name][1]);
};

const compare = (vector, line) => {
  const { updates, updatesV2, states } = historyOf(line);
  if (vector.merged !== undefined) return compareUtilities(vector, updates, line);
  const [state] = vector.afterThird ? states.slice(-1) : states;
  const wrong = [];
  const expect = (what, ours, theirs) => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push(what);
  };
  expect('v1', state.v1, vector.v1);
  expect('v2', state.v2, vector.v2);
  expect('state vector', state.sv, vector.sv);
  expect('updates', updates, vector.updates);
  expect('updates V2', updatesV2, vector.updatesV2);
  // A snapshot is the delete set, which also ends a state, and the state vector.
  expect(
    'delete set',
    vector.snapshotV1.endsWith(state.sv) &&
      state.v1.endsWith(vector.snapshotV1.slice(0, -state.sv.length)),
    true,
  );
  if (vector.afterSecondOnly)
    expect(
      'pending',
      states.slice(0, 2).map((s) => s.v1),
      [vector.afterSecondOnly, vector.afterThird],
    );
  if (vector.text !== undefined)
    expect('text', state.shown.t.dump.T.map(([insert]) => insert).join(''), vector.text);
  return wrong;
};

if (!fs.existsSync(file)) {
  console.log(
    `no shared vectors at ${file}: nothing compared (name them with --shared=FILE or TIDEMARK_SHARED)`,
  );
  process.exit(0);
}

const vectors = JSON.parse(fs.readFileSync(file, 'utf8'));
const lines = fs
  .readFileSync(path.join(here, 'yjs13.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
let failed = 0;
const alone = [];
for (const vector of vectors) {
  const line = lines.find((l) => l.shared === vector.name);
  if (!line) {
    alone.push(vector.name);
    continue;
  }
  const wrong = compare(vector, line);
  if (wrong.length > 0) {
    failed++;
    console.log(`"${vector.name}": ${wrong.join(', ')} differ`);
  }
}
console.log(
  `${vectors.length - alone.length} of ${vectors.length} shared vectors compared, ${failed} differ; only there: ${alone.join('; ')}`,
);
process.exitCode = failed > 0 ? 1 : 0;
