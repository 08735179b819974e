// The kernel as wasm, through its JavaScript face, behind the face that play.mjs drives.
import fs from 'node:fs';
import { Doc, Kernel, UndoManager } from '../../sdk/index.mjs';

export const name = 'Tidemark, wasm';

const kernel = await Kernel.load(
  fs.readFileSync(new URL('../../build/wasm/tidemark.wasm', import.meta.url)),
);

export const FORMATS = ['v1', 'v2'];
// Updates are views: who keeps one copies it.
export const keep = (update) => update.slice();

export class Replica {
  constructor(client, onUpdate) {
    this.doc = new Doc(kernel, { clientId: client });
    this.t = this.doc.getText('t');
    this.a = this.doc.getArray('a');
    this.m = this.doc.getMap('m');
    this.x = this.doc.getXmlFragment('x');
    if (onUpdate) this.doc.onUpdate(onUpdate);
  }

  edit(op) {
    const [verb, ...rest] = op;
    this[verb](...rest);
  }

  insert(index, text) {
    this.t.insert(index, text);
  }
  style(index, text, attributes) {
    this.t.insert(index, text, attributes);
  }
  erase(index, count) {
    this.t.delete(index, count);
  }
  format(index, count, attributes) {
    this.t.format(index, count, attributes);
  }
  add(index, values) {
    this.a.insert(index, values);
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
  paragraph(index) {
    this.doc.transact(() => this.x.insertElement(index, 'p').insertText(0));
  }
  drop(index) {
    this.x.delete(index);
  }
  type(paragraph, index, text) {
    this.x.get(paragraph).get(0).insert(index, text);
  }
  mark(paragraph, key, value) {
    this.x.get(paragraph).setAttribute(key, value);
  }

  transact(body) {
    this.doc.transact(body);
  }
  // Applies updates together, where the engine can.
  batch(body) {
    this.doc.transact(body);
  }
  // One edit of a trace.
  patch(position, removed, inserted) {
    this.doc.transact(() => {
      if (removed > 0) this.t.delete(position, removed);
      if (inserted !== '') this.t.insert(position, inserted);
    });
  }
  apply(update) {
    this.doc.applyUpdate(update);
  }
  encode(format) {
    return format === 'v2' ? this.doc.encodeStateAsUpdateV2() : this.doc.encodeStateAsUpdate();
  }
  restore(format, bytes) {
    if (format === 'v2') this.doc.applyUpdateV2(bytes);
    else this.doc.applyUpdate(bytes);
  }
  text() {
    return this.t.toString();
  }
  content() {
    return JSON.stringify([this.t, this.a, this.m, this.x].map((type) => type.toJSON()));
  }

  startUndo() {
    this.manager = new UndoManager(this.t, { captureTimeout: 0 });
  }
  undo() {
    return this.manager.undo();
  }
  redo() {
    return this.manager.redo();
  }
  free() {
    this.doc.free();
  }
}
