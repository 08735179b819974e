// What our document says when it is compacted, in the hands of Yjs: it is read in both formats, said
// again without change, edited as Yjs would edit its own state, and kept up to date until the end of
// the session, where it must show what everybody shows.
import * as Y from 'yjs';
import { Random } from '../support/random.mjs';
import { normalForm } from '../support/normal.mjs';
import { rootOf } from '../support/session.mjs';
import { dump, hex, sameText, unhex } from '../support/values.mjs';

const FORMATS = [
  ['v1', Y.applyUpdate, Y.encodeStateAsUpdate],
  ['v2', Y.applyUpdateV2, Y.encodeStateAsUpdateV2],
];
const EDITOR = 2 ** 31 + 7; // the id of one who has not written so far

const differs = (what, expected, actual) => ({ what: `compaction: ${what}`, expected, actual });

const edit = (type, r) => {
  if (type instanceof Y.Map) {
    type.set(r.pick(['k0', 'k1', 'new']), r.below(9));
    return;
  }
  const index = r.below(type.length + 1);
  const count = Math.min(r.below(3), type.length - index);
  if (type instanceof Y.Text) {
    if (r.oneIn(3)) type.format(index, count, { b: r.oneIn(2) || null });
    else if (r.oneIn(2)) type.delete(index, count);
    else type.insert(index, 'new');
  } else if (r.oneIn(2)) type.delete(index, count);
  else type.insert(index, type instanceof Y.Array ? [1, 'two'] : [new Y.XmlText('new')]);
};

export class Compactions {
  constructor(program) {
    this.program = program;
    this.hasHistories = program.steps.some(({ track }) => track !== undefined);
    this.pairs = []; // [step, format, reader of their state, reader of ours]
  }

  read(bytes, apply) {
    const doc = new Y.Doc({ gc: false });
    apply(doc, unhex(bytes));
    for (const [kind, name] of this.program.roots) rootOf(doc, kind, name);
    return doc;
  }

  shown(doc) {
    return this.program.roots.map(([kind, name]) => dump(rootOf(doc, kind, name)));
  }

  compare(step, expected, actual) {
    if (!expected.compact || expected.compact.w) return null;
    for (const [name, apply, encode] of FORMATS) {
      const [theirs, ours] = [expected, actual].map(({ compact }) => compact[name]);
      const [reader, other] = [ours, theirs].map((bytes) => this.read(bytes, apply));
      if (!sameText(this.shown(reader), this.shown(other)))
        return differs(`Yjs shows ${name}`, this.shown(other), this.shown(reader));
      const again = encode(reader);
      const form = (bytes) =>
        this.hasHistories
          ? normalForm(name === 'v2' ? Y.convertUpdateFormatV2ToV1(bytes) : bytes).join('\n')
          : hex(bytes);
      if (form(again) !== form(unhex(ours)))
        return differs(`said again in ${name}`, ours, hex(again));
      const [told, toBeTold] = [reader, other].map((doc) => this.edits(doc, step));
      if (told !== toBeTold) return differs(`edits of ${name}`, toBeTold, told);
      this.pairs.push([step, name, ...[theirs, ours].map((bytes) => this.read(bytes, apply))]);
    }
    return null;
  }

  // The updates of some edits, which are the same for the same step.
  edits(doc, step) {
    const random = new Random(step);
    const updates = [];
    doc.clientID = EDITOR;
    doc.on('update', (update) => updates.push(hex(update)));
    for (let i = 0; i < 4; i++) {
      const [kind, name] = random.pick(this.program.roots);
      edit(rootOf(doc, kind, name), random);
    }
    return updates.join('\n');
  }

  // After all that anybody wrote.
  compareEnd(trace) {
    const written = trace.flatMap(({ u = [] }) => u.filter(([isLocal]) => isLocal));
    for (const [step, name, theirs, ours] of this.pairs) {
      for (const [, v1] of written) {
        for (const doc of [theirs, ours]) Y.applyUpdate(doc, unhex(v1));
      }
      const [expected, actual] = [theirs, ours].map((doc) => this.shown(doc));
      if (!sameText(actual, expected))
        return differs(`${name} of step ${step} in the end`, expected, actual);
    }
    return null;
  }
}
