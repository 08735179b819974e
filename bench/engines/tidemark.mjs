// The kernel as wasm, through its JavaScript face, behind the face that play.mjs drives.
import fs from 'node:fs';
import { Doc, Kernel, UndoManager } from '../../sdk/index.mjs';
import { TypedAsYjs } from '../replica.mjs';

export const name = 'Tidemark, wasm';

const kernel = await Kernel.load(
  fs.readFileSync(new URL('../../build/wasm/tidemark.wasm', import.meta.url)),
);

export const FORMATS = ['v1', 'v2'];
// Updates are views: who keeps one copies it.
export const keep = (update) => update.slice();

export class Replica extends TypedAsYjs {
  constructor(client, onUpdate) {
    super();
    this.doc = new Doc(kernel, { clientId: client });
    this.takeRoots();
    if (onUpdate) this.doc.onUpdate(onUpdate);
  }

  paragraph(index) {
    this.doc.transact(() => this.x.insertElement(index, 'p').insertText(0));
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
