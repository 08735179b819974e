// npm loro-crdt, in its own formats.
import { createRequire } from 'node:module';
import { Typed } from '../replica.mjs';

const require = createRequire(import.meta.url);
const { LoroDoc } = require('loro-crdt');

export const name = `loro-crdt ${require('loro-crdt/package.json').version}`;
export const FORMATS = ['snapshot', 'update'];

export class Replica extends Typed {
  constructor(client, onUpdate) {
    super();
    this.doc = new LoroDoc();
    this.doc.setPeerId(BigInt(client));
    this.t = this.doc.getText('t');
    this.a = this.doc.getList('a');
    this.m = this.doc.getMap('m');
    if (onUpdate) this.doc.subscribeLocalUpdates(onUpdate);
  }

  edit(op) {
    super.edit(op);
    if (!this.isOpen) this.doc.commit();
  }
  add(index, values) {
    values.forEach((value, i) => this.a.insert(index + i, value));
  }

  transact(body) {
    this.isOpen = true;
    body();
    this.isOpen = false;
    this.doc.commit();
  }
  batch(body) {
    this.waiting = [];
    body();
    const { waiting } = this;
    this.waiting = undefined;
    this.doc.importBatch(waiting);
  }
  patch(position, removed, inserted) {
    if (removed > 0) this.erase(position, removed);
    if (inserted !== '') this.insert(position, inserted);
    if (!this.isOpen) this.doc.commit();
  }

  apply(update) {
    if (this.waiting) this.waiting.push(update);
    else this.doc.import(update);
  }
  encode(format) {
    return this.doc.export({ mode: format });
  }
  restore(format, bytes) {
    this.doc.import(bytes);
  }
  content() {
    return JSON.stringify([this.text(), this.a.toJSON(), this.m.toJSON()]);
  }
  free() {
    this.doc.free();
  }
}
