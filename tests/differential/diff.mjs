// Differential test: random sessions are played by npm yjs and by a child process with the engine
// under test; whatever they say must be the same.
//
//   node diff.mjs [seed] [count] [--child=COMMAND] [--ops=N] [--program=FILE] [--keep-going]
//
// `seed` is drawn from the clock if absent and is always printed. Session n of a run uses a seed of
// its own; a failure prints it, so that `diff.mjs SEED 1` plays that session alone.
import '../support/virtual_time.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as Y from 'yjs';
import { playProgram } from '../support/session.mjs';
import { unhex } from '../support/values.mjs';
import { Child } from './child.mjs';
import { compareTraces, readable } from './compare.mjs';
import { generate, seedOf } from './generate.mjs';
import { shrink } from './shrink.mjs';
import { Tally } from './tally.mjs';

const WINDOW = 16;
const here = path.dirname(fileURLToPath(import.meta.url));

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    child: { type: 'string' },
    ops: { type: 'string', default: '30' },
    program: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
  },
});

const [command, ...args] = (
  flags.child ?? `${process.execPath} ${path.join(here, 'reference.mjs')}`
).split(' ');
const child = new Child(command, args);
const tally = new Tally();
const statistics = { states: 0, statesNotByteEqual: 0, excused: 0, broken: 0 };
console.warn = console.log = new Proxy(console.log, {
  apply: (log, self, list) => String(list[0]).includes('[yjs]') || Reflect.apply(log, self, list),
});

const spellUpdate = (hex, decode) => {
  try {
    const { structs, ds } = decode(unhex(hex));
    const lines = structs.map(
      (s) =>
        `    ${s.constructor.name} ${s.id.client}:${s.id.clock}+${s.length} ` +
        JSON.stringify({
          origin: s.origin,
          right: s.rightOrigin,
          parent: s.parent?.client === undefined ? s.parent : s.parent,
          key: s.parentSub,
          content: s.content && {
            [s.content.constructor.name]: Object.values(
              s.content,
            )[0]?.constructor?.name?.startsWith('Y')
              ? Object.values(s.content)[0].constructor.name
              : Object.values(s.content),
          },
        }),
    );
    for (const [client, ranges] of ds.clients)
      lines.push(`    deleted ${client}: ${ranges.map((r) => `${r.clock}+${r.len}`).join(' ')}`);
    return lines.join('\n');
  } catch (error) {
    return `    (does not read: ${error.message})`;
  }
};

const spellSide = (value) => {
  if (Array.isArray(value) && typeof value[1] === 'string')
    return `${JSON.stringify(value)}\n${spellUpdate(value[1], Y.decodeUpdate)}`;
  if (typeof value === 'string' && /^[0-9a-f]{4,}$/.test(value))
    return `${value}\n${spellUpdate(value, Y.decodeUpdate)}`;
  return readable(value);
};

const cut = (text, most) =>
  text.length <= most ? text : `${text.slice(0, most)} ... ${text.length - most} more`;

const report = (program, difference, most = Infinity) => {
  const step = JSON.stringify(program.steps[difference.step] ?? null);
  console.log(`  step ${difference.step} ${cut(step, most)}: ${difference.what}`);
  if (difference.what.startsWith('error')) return;
  console.log(`  yjs:  ${cut(spellSide(difference.expected), most)}`);
  console.log(`  ours: ${cut(spellSide(difference.actual), most)}`);
};

const judge = async (program, expected, isFlat) =>
  compareTraces(program, expected, await child.play(program), {
    isFlat: isFlat || flags.strict,
    statistics,
  });

// What a difference says without its numbers: a smaller program must fail in the same way, or it
// shows another fault than the one found.
const kind = ({ what }) => what.replace(/[0-9]+/g, 'N');

const onFailure = async (seed, session, difference) => {
  console.log(`seed ${seed}: ${difference.what}. Replay: ./dev diff ${seed} 1`);
  console.log(`  as found, ${session.program.steps.length} steps:`);
  report(session.program, difference, 2000);
  if (flags['no-shrink']) return;
  const program = await shrink(session.program, async (smaller, expected) => {
    const found = await judge(smaller, expected, session.isFlat);
    return found !== null && kind(found) === kind(difference);
  });
  console.log(`  smallest program, ${program.steps.length} steps:\n  ${JSON.stringify(program)}`);
  const final = await judge(program, playProgram(program), session.isFlat);
  if (final) report(program, final);
  else console.log('  it did not fail again: what it shows depends on what was played before');
};

const playOne = async (seed, failures) => {
  const session = generate(seed, { opCount: Number(flags.ops) });
  if (session.isBroken) statistics.broken++;
  tally.add(session.tally);
  const difference = await judge(session.program, session.trace, session.isFlat);
  if (difference) failures.push({ seed, session, difference });
};

const runSeeds = async (base, count) => {
  const started = Date.now();
  const failures = [];
  const running = new Set();
  let done = 0;
  for (; done < count && (failures.length === 0 || flags['keep-going']); done++) {
    const seed = count === 1 ? base : seedOf(base, done);
    const promise = playOne(seed, failures).finally(() => running.delete(promise));
    running.add(promise);
    if (running.size >= WINDOW) await Promise.race(running);
    else await new Promise(setImmediate);
  }
  await Promise.all(running);
  for (const failure of flags['keep-going'] ? failures : failures.slice(0, 1))
    await onFailure(failure.seed, failure.session, failure.difference);
  const seconds = (Date.now() - started) / 1000;
  console.log(tally.lines());
  console.log(
    `${done} sessions, ${failures.length} differences, ${statistics.states} states of which ` +
      `${statistics.statesNotByteEqual} equal only in normal form, ` +
      `${statistics.excused} sessions excused, ${statistics.broken} cut short where yjs failed, ${seconds.toFixed(1)} s, seed ${base}`,
  );
  return failures.length;
};

const runProgram = async (file) => {
  const program = JSON.parse(fs.readFileSync(file, 'utf8'));
  const difference = await judge(program, playProgram(program), false);
  if (difference) report(program, difference);
  else console.log('no difference');
  return difference ? 1 : 0;
};

const seed = BigInt(positionals[0] ?? Date.now());
const count = Number(positionals[1] ?? 500);
const failed = flags.program ? await runProgram(flags.program) : await runSeeds(seed, count);
child.stop();
process.exitCode = failed > 0 ? 1 : 0;
