// npm yjs behind the face that play.mjs drives; the other files of this folder are alike.
import { createRequire } from 'node:module';
import * as Y from 'yjs';

export const name = `yjs ${createRequire(import.meta.url)('yjs/package.json').version}`;

export const FORMATS = ['v1', 'v2'];

export class Replica {
  constructor(client, onUpdate) {
    this.doc = new Y.Doc();
    this.doc.clientID = client;
    this.t = this.doc.getText('t');
    this.a = this.doc.getArray('a');
    this.m = this.doc.getMap('m');
    this.x = this.doc.getXmlFragment('x');
    if (onUpdate) this.doc.on('update', onUpdate);
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
    this.doc.transact(() => {
      const element = new Y.XmlElement('p');
      this.x.insert(index, [element]);
      element.insert(0, [new Y.XmlText()]);
    });
  }
  drop(index) {
    this.x.delete(index, 1);
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
    Y.applyUpdate(this.doc, update);
  }
  encode(format) {
    return format === 'v2' ? Y.encodeStateAsUpdateV2(this.doc) : Y.encodeStateAsUpdate(this.doc);
  }
  restore(format, bytes) {
    if (format === 'v2') Y.applyUpdateV2(this.doc, bytes);
    else Y.applyUpdate(this.doc, bytes);
  }
  text() {
    return this.t.toString();
  }
  // What must be equal wherever the same edits were played.
  content() {
    return JSON.stringify([this.t, this.a, this.m, this.x].map((type) => type.toJSON()));
  }

  startUndo() {
    this.manager = new Y.UndoManager(this.t, { captureTimeout: 0 });
  }
  undo() {
    return this.manager.undo() !== null;
  }
  redo() {
    return this.manager.redo() !== null;
  }
  free() {
    this.doc.destroy();
  }
}
