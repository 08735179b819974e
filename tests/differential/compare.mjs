// Compares two traces of one program and names the first difference.
//
// What must be equal: every emitted update byte for byte, V1 and V2 (also of clean-ups and of
// remote transactions); events; what every document shows; state vectors; byte utilities. The bytes
// of a whole state must be equal where `isFlat` says so; elsewhere Yjs itself does not promise it
// (the moments at which garbage structs are merged differ), and the normal forms must be equal.
//
// Yjs knows no compaction. From the first one of a session on the bytes of states may differ: ours
// are merged as far as the rule of merging goes. Where nothing but what is deleted anyway may be
// given up, the normal forms are still equal. Where a history or a policy has kept deleted content,
// ours gives up what nobody wants any more and Yjs keeps it: then what is live, state vectors and
// delete sets must be equal (`isLive`), and all that is shown, told and undone. What our document
// says right after the compaction is in addition given to Yjs; see compactions.mjs.
//
// Who is told of a struct again makes Yjs cut its neighbours where it names them, and put them
// together again, which it cannot do with what undo has made a copy of. Ours does not look at a
// struct that it has. So where there is an undo stack the bytes of states may differ after such a
// delivery, and the normal forms must be equal. Where the struct came as garbage at first, that cut
// is the first, and breaks a pair of surrogates for good: in deleted text, also where a snapshot
// still shows it, a broken pair is then as good as a whole one.
//
// Undo of Yjs can put copies where its peers do not (see docs/compatibility.md), and the two may part
// from there on. Before that they must be equal.
import * as Y from 'yjs';
import { normalForm } from '../support/normal.mjs';
import { canonical, dump, encode, sameText, unhex } from '../support/values.mjs';
import { rootOf } from '../support/session.mjs';
import { Compactions } from './compactions.mjs';
import { Deliveries } from './deliveries.mjs';

const text = (value) => JSON.stringify(canonical(value));

const textOfPast = (value, { hasRepeats }) =>
  hasRepeats ? text(value)?.replace(/[\ud800-\udfff]/g, '\ufffd') : text(value);

const sorted = (events) => (events ?? []).map(text).sort();

const firstDifferent = (a, b) => {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return [a[i], b[i]];
  return null;
};

const compareUpdates = (expected, actual, { isLive }) => {
  if (text(expected) === text(actual)) return null;
  for (let i = 0; i < Math.max(expected.length, actual?.length ?? 0); i++) {
    const [a, b] = [expected[i], actual?.[i]];
    if (text(a) === text(b) || (isLive && sayTheSame(a, b))) continue;
    const what = a?.[1] !== b?.[1] ? 'V1' : a?.[2] !== b?.[2] ? 'V2' : 'is_local';
    return { what: `emitted update ${i} (${what})`, expected: a, actual: b };
  }
};

// What one who has given deleted content up tells of it.
const sayTheSame = (a, b) =>
  a !== undefined &&
  b !== undefined &&
  a[0] === b[0] &&
  [1, 2].every((n) => compareForms(`v${n}`, a[n], b[n], { isLive: true }) === null);

const compareStates = (expected, actual, context) => {
  const { isFlat, isPast, roots, statistics } = context;
  if (expected.w) return null; // see compareStep
  if (expected.sv !== actual.sv) return { what: 'sv', expected: expected.sv, actual: actual.sv };
  if (text(expected.subdocs) !== text(actual.subdocs))
    return { what: 'subdocs', expected: expected.subdocs, actual: actual.subdocs };
  const show = isPast ? textOfPast : text;
  if (show(expected.shown, context) !== show(actual.shown, context))
    return { what: 'shown', expected: expected.shown, actual: actual.shown };
  for (const [name, apply] of [
    ['v1', Y.applyUpdate],
    ['v2', Y.applyUpdateV2],
  ]) {
    statistics.states++;
    if (expected[name] === actual[name]) continue;
    statistics.statesNotByteEqual++;
    if (isFlat) return { what: `state ${name}`, expected: expected[name], actual: actual[name] };
    const difference =
      compareForms(name, expected[name], actual[name], context) ??
      compareRead(apply, expected, actual, name, context);
    if (difference) return difference;
  }
  return null;
};

const compareForms = (name, expected, actual, options) => {
  const form = (bytes) =>
    normalForm(name === 'v2' ? Y.convertUpdateFormatV2ToV1(unhex(bytes)) : unhex(bytes), options);
  const difference = firstDifferent(form(expected), form(actual));
  return (
    difference && {
      what: `normal form of state ${name}`,
      expected: difference[0],
      actual: difference[1],
    }
  );
};

// Yjs reads the other side's state and must show the same.
const compareRead = (apply, expected, actual, version, { roots }) => {
  const doc = new Y.Doc();
  apply(doc, unhex(actual[version]));
  const pending = doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
  for (const [kind, name] of pending ? [] : roots) {
    const read = dump(rootOf(doc, kind, name));
    if (!sameText(read, actual.shown[name].dump))
      return { what: `Yjs reads ${name}`, expected: actual.shown[name].dump, actual: read };
  }
  return null;
};

const compareStep = (expected, actual, context) => {
  if (actual === undefined) return { what: 'no result', expected, actual };
  if (expected.skip || actual.skip)
    return text(expected) === text(actual) ? null : { what: 'skip', expected, actual };
  if (expected.utils) return compareUtils(expected.utils, actual.utils ?? {});
  if (expected.check) {
    if (expected.w || !actual.check)
      return expected.w ? null : { what: 'no state', expected, actual };
    for (let i = 0; i < expected.check.length; i++) {
      const difference = compareStates(expected.check[i], actual.check[i], context);
      if (difference)
        return { ...difference, what: `document ${i} of the check: ${difference.what}` };
    }
    return null;
  }
  if (expected.compact) {
    const difference = compareStates(expected.compact, actual.compact ?? {}, context);
    if (difference) return { ...difference, what: `compacted: ${difference.what}` };
  }
  if (!expected.u && !expected.check) return compareView(expected, actual, context);
  // Yjs looks again at what waits later than it could: it keeps one missing clock for each client.
  // What a remote step lets in is then compared once nothing waits any more.
  if (expected.w && !expected.u.every(([isLocal]) => isLocal)) return null;
  if (expected.w && expected.u.length === 0) return null;
  const updates = compareUpdates(expected.u, actual.u, context);
  if (updates) return updates;
  const events = firstDifferent(sorted(expected.e), sorted(actual.e));
  if (events) return { what: 'event', expected: events[0], actual: events[1] };
  for (const [name, what] of [
    ['r', 'whether there was a step'],
    ['h', 'steps of histories'],
    ['k', 'events of histories'],
  ])
    if (text(expected[name]) !== text(actual[name]))
      return { what, expected: expected[name], actual: actual[name] };
  if (!areSameSubdocuments(expected.s, actual.s, context))
    return { what: 'subdocuments', expected: expected.s, actual: actual.s };
  if (expected.sent !== actual.sent) {
    if (context.isFlat) return { what: 'sent', expected: expected.sent, actual: actual.sent };
    context.statistics.statesNotByteEqual++;
  }
  return null;
};

// Who loads a state in which Yjs has kept the deleted place of a subdocument hears that it was
// loaded, though it was not added, or once more, if undo has put another one in its place.
const areSameSubdocuments = (expected, actual, { isLive }) => {
  if (text(expected) === text(actual)) return true;
  if (!isLive) return false;
  const [[added, removed, loaded], ours] = [expected, actual].map((s) => s ?? [[], [], []]);
  const seen = loaded.filter((guid) => added.includes(guid) || ours[2].includes(guid));
  const once = (guids) => [...new Set(guids)];
  return text([added, removed, once(seen)]) === text([ours[0], ours[1], once(ours[2])]);
};

// Yjs or we cleaned formats up in a step after which Yjs still waits: the two then showed different
// texts. Or in one that brought what a compacted document had given up: ours came as deleted places,
// theirs as formats that go in the same step, and where Yjs looks for formats it goes by what comes.
// (Given our bytes it does as we do.) What was deleted may then differ, and so may what follows.
const partsOnPurpose = (step, expected, actual, { isLive }) => {
  const cleansUp = ({ u = [] }) =>
    u.some(([isLocal]) => isLocal) && u.some(([isLocal]) => !isLocal);
  const isToldOtherwise =
    isLive &&
    (step.reload !== undefined || (step.sync !== undefined && expected.sent !== actual?.sent));
  return (expected.w === 1 || isToldOtherwise) && (cleansUp(expected) || cleansUp(actual ?? {}));
};

// The same delta in as few pieces as possible: where one item ends and another begins is not to be
// compared where the moments of merging differ.
const joined = (delta) => {
  const out = [];
  for (const [insert, attributes] of delta) {
    const last = out.at(-1);
    const isAlike =
      last &&
      typeof last[0] === 'string' &&
      typeof insert === 'string' &&
      sameText(last[1], attributes);
    if (isAlike) last[0] += insert;
    else out.push([insert, attributes]);
  }
  return out;
};

// Of a type within others that is gone one of the two may have nothing left, not even where it was.
const ofWhatIsGone = (expected, actual, isDead) => {
  if (expected === null) return Array.isArray(actual?.[0]) ? actual : null;
  return isDead && actual === null ? null : expected;
};

// What is shown while something waits is compared once nothing waits any more.
const compareView = ({ w, dead, ...expected }, actual, context) => {
  const { isFlat, isLive, hasHistories } = context;
  if (w) return null;
  if (isLive)
    expected.found = expected.found?.map((pair, i) =>
      pair.map((place, k) => ofWhatIsGone(place, actual.found?.[i]?.[k], dead[i][k])),
    );
  for (const side of [expected, actual])
    if (side.look?.changes && (!isFlat || hasHistories))
      side.look.changes = joined(side.look.changes);
  for (const name of Object.keys(expected)) {
    if (textOfPast(expected[name], context) !== textOfPast(actual[name], context))
      return { what: name, expected: expected[name], actual: actual[name] };
  }
  return null;
};

const compareUtils = (expected, actual) => {
  for (const name of Object.keys(expected)) {
    if (text(expected[name]) !== text(actual[name]))
      return { what: `utility ${name}`, expected: expected[name], actual: actual[name] };
  }
  return null;
};

// null, or {step, what, expected, actual}. An error of the other side is a difference too.
export const compareTraces = (program, expected, answer, context) => {
  if (answer.error !== undefined) {
    return {
      step: answer.step ?? -1,
      what: `error: ${answer.error}`,
      expected: null,
      actual: null,
    };
  }
  let hasParted = false;
  const compactions = new Compactions(program);
  const { hasHistories } = compactions;
  const deliveries = new Deliveries(program);
  const steps = {
    ...context,
    roots: program.roots,
    isLive: false,
    hasRepeats: false,
    isPast: false,
    hasHistories,
  };
  for (let i = 0; i < expected.length; i++) {
    if (expected[i].compact) {
      steps.isFlat = false;
      steps.isLive ||= program.steps[i].keep !== undefined || hasHistories;
    }
    if (deliveries.repeats(program.steps[i])) {
      steps.isFlat &&= !hasHistories;
      steps.hasRepeats = true;
    }
    steps.isPast = program.steps[i].rewind !== undefined;
    hasParted ||=
      partsOnPurpose(program.steps[i], expected[i], answer.trace[i], steps) || expected[i].x === 1;
    const difference =
      compareStep(expected[i], answer.trace[i], steps) ??
      compactions.compare(i, expected[i], answer.trace[i]);
    if (difference && hasParted) {
      context.statistics.excused++;
      return null;
    }
    if (difference) return { step: i, ...difference };
  }
  const difference = hasParted ? null : compactions.compareEnd(expected);
  return difference && { step: expected.length - 1, ...difference };
};

export const readable = (value) =>
  typeof value === 'string' ? value : JSON.stringify(encode(value));
