// The kernel of Tidemark for JavaScript: documents that merge, byte-compatible with Yjs 13.6. Load a
// kernel once; documents are made with it.
export { KernelError } from './error.mjs';
export { Kernel } from './kernel.mjs';
export { Doc } from './doc.mjs';
export { UndoManager } from './history.mjs';
export {
  KIND,
  SharedArray,
  SharedMap,
  SharedText,
  SharedType,
  XmlElement,
  XmlFragment,
  XmlHook,
  XmlText,
} from './types.mjs';
