// npm @automerge/automerge, in its own format.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const A = require('@automerge/automerge');
// It does not export it.
const MANIFEST = new URL('../node_modules/@automerge/automerge/package.json', import.meta.url);

export const name = `automerge ${JSON.parse(fs.readFileSync(MANIFEST)).version}`;
export const FORMATS = ['saved'];

// Replicas share the change that made the roots.
const BASE = A.save(A.from({ t: '', a: [], m: {} }, { actor: '00' }));

export class Replica {
  constructor(client, onUpdate) {
    this.actor = { actor: client.toString(16).padStart(8, '0') };
    this.doc = A.load(BASE, this.actor);
    this.onUpdate = onUpdate;
  }

  // `work` edits the draft; each edit is a change unless several are taken together.
  change(work) {
    if (this.draft) work(this.draft);
    else {
      this.doc = A.change(this.doc, work);
      this.onUpdate?.(A.getLastLocalChange(this.doc));
    }
  }
  edit([verb, ...rest]) {
    this[verb](...rest);
  }
  insert(index, text) {
    this.patch(index, 0, text);
  }
  erase(index, count) {
    this.patch(index, count, '');
  }
  add(index, values) {
    this.change((draft) => draft.a.splice(index, 0, ...values));
  }
  remove(index, count) {
    this.change((draft) => draft.a.splice(index, count));
  }
  set(key, value) {
    this.change((draft) => {
      draft.m[key] = value;
    });
  }
  unset(key) {
    this.change((draft) => {
      delete draft.m[key];
    });
  }
  patch(position, removed, inserted) {
    this.change((draft) => A.splice(draft, ['t'], position, removed, inserted));
  }

  transact(body) {
    this.change((draft) => {
      this.draft = draft;
      body();
      this.draft = undefined;
    });
  }
  // Together, the updates with long strings take more memory than its module has.
  batch(body) {
    body();
  }

  apply(update) {
    [this.doc] = A.applyChanges(this.doc, [update]);
  }
  encode() {
    return A.save(this.doc);
  }
  restore(format, bytes) {
    A.free(this.doc);
    this.doc = A.load(bytes, this.actor);
  }
  text() {
    return String(this.doc.t);
  }
  content() {
    return JSON.stringify(this.doc);
  }
  free() {
    A.free(this.doc);
  }
}
