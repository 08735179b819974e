// A document: a replica of what everybody who shares it has written, with the bytes of Yjs 13.6.
import { checkFormat, checkFunction, checkIndex, checkString, invalid } from './arguments.mjs';
import { KernelError } from './error.mjs';
import { KIND, SharedType, typeOf } from './types.mjs';

const V1 = 1;
const V2 = 2;
const EVENT_WORDS = 6;
// Origins, as numbers; those that histories track follow.
const NOBODY = 0;
export const SOMEBODY = 1;
const noVector = new Uint8Array();
const randomId = () => crypto.getRandomValues(new Uint32Array(1))[0];

export class Doc {
  // With gc false, what is deleted stays, so that old versions can be shown.
  constructor(kernel, { clientId = randomId(), gc = true } = {}) {
    if (!Number.isSafeInteger(clientId) || clientId < 0) {
      throw invalid('a client id is a whole number below 2^53');
    }
    this.kernel = kernel;
    this.handle = kernel.call('tm_doc_open', kernel.pointer, clientId, randomId(), gc ? 1 : 0);
    this.roots = new Map();
    this.histories = new Set();
    this.lastOrigin = SOMEBODY;
    this.timed = 0;
    this.listeners = [[], []];
    this.watched = 0;
    this.depth = 0;
    this.origin = null;
    kernel.registry.register(this, { close: 'tm_doc_close', handle: this.handle }, this);
  }

  // Gives back what the document takes; every later use of it, and of its types, is an error. It also
  // happens some time after nobody refers to it any more.
  free() {
    if (this.handle === 0) return;
    if (this.depth > 0) throw invalid('the document is in a transaction');
    this.kernel.registry.unregister(this);
    for (const history of [...this.histories]) history.free();
    const { handle } = this;
    this.handle = 0;
    if (!this.kernel.isPoisoned) this.kernel.call('tm_doc_close', handle);
  }
  handleOrThrow() {
    if (this.handle === 0) throw new KernelError('freed', 'this document was freed');
    return this.handle;
  }

  // Changes when a peer turns out to write under it.
  get clientId() {
    return this.kernel.call('tm_client_id', this.handleOrThrow());
  }
  get memoryBytes() {
    return this.kernel.call('tm_memory', this.handleOrThrow());
  }

  getText(name = '') {
    return this.root(name, KIND.text);
  }
  getArray(name = '') {
    return this.root(name, KIND.array);
  }
  getMap(name = '') {
    return this.root(name, KIND.map);
  }
  getXmlFragment(name = '') {
    return this.root(name, KIND.xmlFragment);
  }
  root(name, kind) {
    checkString(name, 'a name');
    const { kernel } = this;
    const known = this.roots.get(name);
    if (known?.kind === kind) return known.type;
    const size = kernel.putText(name);
    const branch = kernel.checked('tm_root', this.handle, kernel.inputAt, size, kind);
    const type = typeOf(this, kind, branch);
    this.roots.set(name, { kind, type });
    return type;
  }

  // Edits in the body become one update. The origin, whatever it is, comes with it.
  transact(body, origin = null) {
    checkFunction(body, 'the body of a transaction');
    const { kernel } = this;
    const number = this.numberOf(origin);
    if (this.timed !== 0) this.tick();
    let status;
    try {
      status = kernel.x.tm_begin(this.handle, number);
    } catch (error) {
      throw kernel.poison(error);
    }
    if (status < 0) throw kernel.error(status);
    if (this.depth++ === 0) this.origin = origin;
    try {
      return body();
    } finally {
      this.depth--;
      try {
        kernel.x.tm_end(this.handle);
      } catch (error) {
        // What the body threw says more than that the kernel refuses after it.
        if (!kernel.isPoisoned) throw kernel.poison(error);
      }
      this.told();
    }
  }

  // The number under which the kernel knows an origin, which may be anything. It matters to histories
  // only: what none of them tracks is one and the same, and nobody keeps it.
  numberOf(origin) {
    if (origin === null || origin === undefined) return NOBODY;
    for (const { origins } of this.histories) {
      const number = origins.get(origin);
      if (number !== undefined) return number;
    }
    return SOMEBODY;
  }

  // Histories are told the time before each edit that they may have to put to the one before. The
  // clock is the caller's: the arguments of the edit are put into the kernel after this.
  tick() {
    for (const history of this.histories) history.tick();
  }
  ready() {
    if (this.timed !== 0) this.tick();
    return this.kernel;
  }

  // `listener(update, origin, isLocal)` gets each transaction that changed something as one update.
  // The update is a view into the kernel's memory that is valid during the call: whoever keeps it
  // takes update.slice(). What is returned ends the listening.
  onUpdate(listener) {
    return this.listen(V1, listener);
  }
  onUpdateV2(listener) {
    return this.listen(V2, listener);
  }
  listen(format, listener) {
    checkFunction(listener, 'a listener');
    const watch = () => {
      this.watched =
        (this.listeners[0].length > 0 ? V1 : 0) + (this.listeners[1].length > 0 ? V2 : 0);
      this.kernel.checked('tm_watch', this.handle, this.watched);
    };
    // A new list each time: one may be walked right now.
    this.listeners[format - 1] = [...this.listeners[format - 1], listener];
    watch();
    return () => {
      this.listeners[format - 1] = this.listeners[format - 1].filter((each) => each !== listener);
      if (this.handle !== 0 && !this.kernel.isPoisoned) watch();
    };
  }

  // After each call that may have changed the document. Listeners run when the kernel is at rest, so
  // they may edit.
  told() {
    if (this.depth > 0) return;
    const { kernel, origin } = this;
    this.origin = null;
    if (this.watched === 0) return;
    if (kernel.u8.length === 0) kernel.refresh();
    const { u32, eventsAt } = kernel;
    const count = u32[eventsAt + 1];
    if (count === 0) return;
    const first = u32[eventsAt] >> 2;
    if (count === 1) this.tell(u32, first, kernel.buffer, origin);
    else this.tellAll(u32.slice(first, first + count * EVENT_WORDS), kernel.buffer, origin);
  }
  tell(words, at, buffer, origin) {
    const update = new Uint8Array(buffer, words[at + 2], words[at + 3]);
    const listeners = this.listeners[words[at] - 1];
    const isLocal = words[at + 1] === 1;
    for (let i = 0; i < listeners.length; i++) listeners[i](update, origin, isLocal);
  }
  // A listener that edits may make memory grow, which ends all views: the later ones are copied.
  tellAll(words, buffer, origin) {
    const copies = [];
    for (let at = 0; at < words.length; at += EVENT_WORDS) {
      copies.push(new Uint8Array(buffer, words[at + 2], words[at + 3]).slice());
    }
    copies.forEach((update, i) => {
      const isLocal = words[i * EVENT_WORDS + 1] === 1;
      for (const listener of this.listeners[words[i * EVENT_WORDS] - 1]) {
        listener(update, origin, isLocal);
      }
    });
  }

  applyUpdate(update, origin = null) {
    this.apply(V1, update, origin);
  }
  applyUpdateV2(update, origin = null) {
    this.apply(V2, update, origin);
  }
  apply(format, update, origin) {
    const { kernel } = this;
    const number = this.numberOf(origin);
    const size = kernel.put(update);
    let status;
    try {
      status = kernel.x.tm_apply(this.handle, format, kernel.inputAt, size, number);
    } catch (error) {
      throw kernel.poison(error);
    }
    if (this.watched !== 0) {
      if (this.depth === 0) this.origin = origin;
      this.told();
    }
    if (status < 0) throw kernel.error(status);
  }
  // Many in one call. Those before a bad one have been applied.
  applyUpdates(updates, origin = null, format = V1) {
    checkFormat(format);
    const { kernel } = this;
    const size = kernel.putList(updates);
    const number = this.numberOf(origin);
    const status = kernel.call('tm_apply_all', this.handle, format, kernel.inputAt, size, number);
    if (this.depth === 0) this.origin = origin;
    this.told();
    if (status < 0) throw kernel.error(status);
  }

  // What a replica with that state vector lacks; everything by default.
  encodeStateAsUpdate(vector = noVector) {
    return this.encode(V1, vector);
  }
  encodeStateAsUpdateV2(vector = noVector) {
    return this.encode(V2, vector);
  }
  encode(format, vector) {
    const { kernel } = this;
    const size = kernel.put(vector);
    kernel.checked('tm_encode_state', this.handle, format, kernel.inputAt, size);
    return kernel.answerBytes();
  }
  encodeStateVector() {
    this.kernel.checked('tm_state_vector', this.handle);
    return this.kernel.answerBytes();
  }
  // Whether something waits for an update that has not come.
  get hasPending() {
    return this.kernel.checked('tm_has_pending', this.handle) === 1;
  }

  toJSON() {
    this.kernel.checked('tm_doc_json', this.handle);
    return this.kernel.answerValue();
  }

  // The bytes of a place in a text or list that stays where it is while others edit; with assoc
  // below 0 it belongs to the unit before it.
  relativePosition(type, index, assoc = 0) {
    if (!(type instanceof SharedType) || type.doc !== this) {
      throw invalid('a place is in a type of this document');
    }
    checkIndex(index);
    if (typeof assoc !== 'number' || (assoc | 0) !== assoc)
      throw invalid('an association is a whole number of 32 bits');
    this.kernel.checked('tm_position', this.handle, type.branch, index, assoc);
    return this.kernel.answerBytes();
  }
  // {type, index, assoc}, or null if it is not known here.
  findPosition(position) {
    const { kernel } = this;
    const size = kernel.put(position);
    if (kernel.checked('tm_find_position', this.handle, kernel.inputAt, size) === 0) return null;
    const [branch, kind, index, assoc] = kernel.answerValue();
    return { type: typeOf(this, kind, branch), index, assoc };
  }
}
