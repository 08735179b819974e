// npm loro-crdt, in its own formats.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { LoroDoc } = require('loro-crdt');

export const name = `loro-crdt ${require('loro-crdt/package.json').version}`;
export const FORMATS = ['snapshot', 'update'];

export class Replica {
  constructor(client, onUpdate) {
    this.doc = new LoroDoc();
    this.doc.setPeerId(BigInt(client));
    this.t = this.doc.getText('t');
    this.a = this.doc.getList('a');
    this.m = this.doc.getMap('m');
    if (onUpdate) this.doc.subscribeLocalUpdates(onUpdate);
  }

  edit([verb, ...rest]) {
    this[verb](...rest);
    if (!this.isOpen) this.doc.commit();
  }
  insert(index, text) {
    this.t.insert(index, text);
  }
  erase(index, count) {
    this.t.delete(index, count);
  }
  add(index, values) {
    values.forEach((value, i) => this.a.insert(index + i, value));
  }
  remove(index, count) {
    this.a.delete(index, count);
  }
  set(key, value) {
    this.m.set(key, value);
  }
  unset(key) {
    this.m.delete(key);
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
  text() {
    return this.t.toString();
  }
  content() {
    return JSON.stringify([this.text(), this.a.toJSON(), this.m.toJSON()]);
  }
  free() {
    this.doc.free();
  }
}
