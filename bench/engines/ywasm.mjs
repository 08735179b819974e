// npm ywasm: yrs as wasm.
import { createRequire } from 'node:module';
import { Typed, withUpdatesOf } from '../replica.mjs';

const require = createRequire(import.meta.url);
const Y = require('ywasm');

export const name = `ywasm ${require('ywasm/package.json').version}`;
export const FORMATS = ['v1', 'v2'];

// It applies an update in a transaction of its own only, and wants to be told of open ones.
export class Replica extends withUpdatesOf(Y, Typed) {
  constructor(client, onUpdate) {
    super();
    this.doc = new Y.YDoc({ clientID: client });
    this.t = this.doc.getText('t');
    this.a = this.doc.getArray('a');
    this.m = this.doc.getMap('m');
    if (onUpdate) this.observer = this.doc.onUpdate((update) => onUpdate(update));
  }

  insert(index, text) {
    this.t.insert(index, text, undefined, this.transaction);
  }
  erase(index, count) {
    this.t.delete(index, count, this.transaction);
  }
  add(index, values) {
    this.a.insert(index, values, this.transaction);
  }
  remove(index, count) {
    this.a.delete(index, count, this.transaction);
  }
  set(key, value) {
    this.m.set(key, value, this.transaction);
  }
  unset(key) {
    this.m.delete(key, this.transaction);
  }

  transact(body) {
    this.transaction = this.doc.beginTransaction();
    body();
    this.transaction.commit();
    this.transaction.free();
    this.transaction = undefined;
  }
  patch(position, removed, inserted) {
    if (removed === 0) this.insert(position, inserted);
    else if (inserted === '') this.erase(position, removed);
    else {
      this.transact(() => {
        this.erase(position, removed);
        this.insert(position, inserted);
      });
    }
  }

  content() {
    return JSON.stringify([this.text(), this.a.toJson(), this.m.toJson()]);
  }
  free() {
    this.observer?.free();
    for (const handle of [this.t, this.a, this.m, this.doc]) handle.free();
  }
}
