// npm yjs behind the face that play.mjs drives; the other files of this folder are alike.
import { createRequire } from 'node:module';
import * as Y from 'yjs';
import { TypedAsYjs, withUpdatesOf } from '../replica.mjs';

export const name = `yjs ${createRequire(import.meta.url)('yjs/package.json').version}`;

export const FORMATS = ['v1', 'v2'];

export class Replica extends withUpdatesOf(Y, TypedAsYjs) {
  constructor(client, onUpdate) {
    super();
    this.doc = new Y.Doc();
    this.doc.clientID = client;
    this.takeRoots();
    if (onUpdate) this.doc.on('update', onUpdate);
  }

  paragraph(index) {
    this.doc.transact(() => {
      const element = new Y.XmlElement('p');
      this.x.insert(index, [element]);
      element.insert(0, [new Y.XmlText()]);
    });
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
