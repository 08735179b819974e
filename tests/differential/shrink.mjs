// Makes a failing program smaller while it still fails: whole runs of steps first, then single
// ops, then the arguments of ops.
import { playProgram } from '../support/session.mjs';

const BUDGET_MS = 60_000;

// The program as yjs can play it: ops and steps that no longer apply are gone. Null if it cannot.
export const repair = (program) => {
  const copy = structuredClone(program);
  try {
    const trace = playProgram(copy, { lenient: true });
    copy.steps = copy.steps.filter(
      (step, n) => !trace[n].skip && (step.ops === undefined || step.ops.length > 0),
    );
    return { program: copy, expected: playProgram(copy) };
  } catch {
    return null;
  }
};

const without = (list, first, count) => [...list.slice(0, first), ...list.slice(first + count)];

const withSteps = (program, steps) => ({ ...program, steps });

function* shorterSteps(program) {
  const { steps } = program;
  for (
    let size = Math.ceil(steps.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let first = steps.length - size; first >= 0; first -= size)
      yield withSteps(program, without(steps, first, size));
    if (steps.length === 1) return;
  }
}

function* shorterOps(program) {
  for (const [n, step] of program.steps.entries()) {
    if (!(step.ops?.length > 1)) continue;
    for (let k = 0; k < step.ops.length; k++) {
      yield withSteps(program, program.steps.with(n, { ...step, ops: without(step.ops, k, 1) }));
    }
  }
}

const simpler = (value) => {
  if (typeof value === 'string' && value.length > 1)
    return [
      value.slice(0, 1),
      value.slice(0, value.length >> 1),
      value.slice(value.length >> 1),
    ].filter((text) => text.isWellFormed());
  if (Array.isArray(value) && value.length > 1) return value.map((_, i) => without(value, i, 1));
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return [0, value - 1];
  return [];
};

function* simplerArguments(program) {
  for (const [n, step] of program.steps.entries()) {
    for (const [k, op] of (step.ops ?? []).entries()) {
      for (let a = 2; a < op.length; a++) {
        for (const value of simpler(op[a])) {
          yield withSteps(
            program,
            program.steps.with(n, { ...step, ops: step.ops.with(k, op.with(a, value)) }),
          );
        }
      }
    }
  }
}

function* plainer(program) {
  if (program.events) yield { ...program, events: false };
  for (let r = 0; r < program.roots.length; r++) {
    if (program.roots.length > 1) yield { ...program, roots: without(program.roots, r, 1) };
  }
  for (const [n, step] of program.steps.entries()) {
    if (step.check && step.check.length > 1)
      for (const c of step.check)
        yield withSteps(program, program.steps.with(n, { ...step, check: [c] }));
  }
}

// `fails(program, expected)` says whether the program, which yjs played to `expected`, still fails.
export const shrink = async (program, fails) => {
  const deadline = Date.now() + BUDGET_MS;
  let best = program;
  for (let progress = true; progress;) {
    progress = false;
    for (const candidates of [shorterSteps, shorterOps, plainer, simplerArguments]) {
      for (let found = true; found;) {
        found = false;
        for (const candidate of candidates(best)) {
          if (Date.now() > deadline) return best;
          const repaired = repair(candidate);
          if (repaired === null || !(await fails(repaired.program, repaired.expected))) continue;
          best = repaired.program;
          found = progress = true;
          break;
        }
      }
    }
  }
  return best;
};
