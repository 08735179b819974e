// What a user of the types may write, and what the compiler must refuse. It is compiled, not run.
import {
  Doc,
  KIND,
  Kernel,
  KernelError,
  SharedArray,
  SharedMap,
  SharedText,
  UndoManager,
  XmlElement,
  XmlFragment,
  XmlHook,
  XmlText,
} from '../../sdk/index.mjs';
import type { DeltaStep, ErrorCode, Found, KindName, Value } from '../../sdk/index.mjs';

export const kernel: Kernel = await Kernel.load(new Uint8Array(), { maxMemoryBytes: 1 << 20 });
const doc = new Doc(kernel, { clientId: 7, gc: false });

const text: SharedText = doc.getText('t');
text.insert(0, 'words', { bold: true });
text.applyDelta([{ retain: 2 }, { insert: { image: 'x' } }, { delete: 1 }]);
export const delta: DeltaStep[] = text.toDelta();
// @ts-expect-error: an index comes first.
text.insert('words');
// @ts-expect-error: a function is no value.
text.format(0, 1, { bold: () => true });

const list: SharedArray = doc.getArray();
list.push([1, 'two', null, undefined, 3n, new Uint8Array(), [{ four: [4] }]]);
const nested: SharedText | unknown = list.insertType(0, 'text');
export const isText = nested instanceof SharedText;
// @ts-expect-error: there is no such kind.
list.insertType(0, 'table');
export const last = list.pushType('map') as SharedMap;
export const kinds: KindName[] = ['array', 'map', 'xmlHook'];
export const number: 1 = KIND.map;

const map: SharedMap = doc.getMap('m');
map.set('key', { nested: [1, 2] });
const found: Found = map.get('key');
export const value = found instanceof SharedMap ? found.keys() : (found as Value);
// @ts-expect-error: types are made by insertType and setType.
map.set('key', text);
// @ts-expect-error: dates are no values.
map.set('key', new Date());

const tree: XmlFragment = doc.getXmlFragment('x');
const element: XmlElement = tree.insertElement(0, 'p');
const line: XmlText = element.insertText(0);
line.insert(0, 'words');
element.setAttribute('align', 'left');
const hook: XmlHook = tree.insertHook(0, 'widget');
hook.set(hook.hookName, element.nodeName);
export const isAligned: boolean = element.hasAttribute('align');
// @ts-expect-error: a hook has a name.
tree.insertHook(0);

export const stop: () => void = doc.onUpdate((update: Uint8Array, origin, isLocal: boolean) => {
  kernel.mergeUpdates([update, update], isLocal ? 1 : 2);
  // @ts-expect-error: an origin may be anything.
  origin.toString();
});
export const three: number = doc.transact(() => 3, 'origin');
doc.applyUpdates([doc.encodeStateAsUpdate()], null, 1);
// @ts-expect-error: there are formats 1 and 2.
kernel.convertUpdate(new Uint8Array(), 3);

const place = doc.findPosition(doc.relativePosition(text, 2));
// @ts-expect-error: the place may be gone.
place.index;
export const index: number | undefined = place?.index;

const history = new UndoManager([text, map], { captureTimeout: 0, trackedOrigins: new Set([1]) });
export const undone: boolean = history.undo();
// @ts-expect-error: counts are to be read.
history.undoCount = 0;

export const codeOf = (error: unknown): ErrorCode | null =>
  error instanceof KernelError ? error.code : null;
