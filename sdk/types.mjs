// The shared types of a document, with the verbs of Yjs. Each is a document and a number: two objects
// may stand for one type; equals() tells.
import { checkAttributes, checkIndex, checkKey, checkString, invalid } from './arguments.mjs';

export const KIND = {
  array: 0,
  map: 1,
  text: 2,
  xmlElement: 3,
  xmlFragment: 4,
  xmlHook: 5,
  xmlText: 6,
};

const NOTHING = 0;
const VALUE = 1;
const TYPE = 2;
// As an index into an array: behind everything, deleted elements too.
const END = 2 ** 32 - 1;

const utf8 = new TextEncoder();
const checkPlace = (index) => {
  checkIndex(index);
  if (index === END) throw invalid('the index exceeds the length');
};

export class SharedType {
  constructor(doc, branch) {
    this.doc = doc;
    this.branch = branch;
  }

  equals(other) {
    return other?.doc === this.doc && other.branch === this.branch;
  }
  get length() {
    return this.doc.kernel.checked('tm_length', this.doc.handle, this.branch);
  }
  // Once it, or what it lies in, was deleted it answers as if it were empty.
  get isLive() {
    this.doc.handleOrThrow();
    return this.doc.kernel.call('tm_kind', this.doc.handle, this.branch) >= 0;
  }
  toJSON() {
    return this.ask('tm_json').answerValue();
  }
  toString() {
    return this.ask('tm_string').answerText();
  }

  ask(name, ...args) {
    const { kernel, handle } = this.doc;
    kernel.checked(name, handle, this.branch, ...args);
    return kernel;
  }
  // A call that may change the document, after doc.ready().
  edit(name, ...args) {
    const { doc } = this;
    const status = doc.kernel.call(name, doc.handle, this.branch, ...args);
    if (status < 0) throw doc.kernel.error(status);
    doc.told();
    return status;
  }
  // What tm_list_at and tm_entry_at have answered.
  found(status) {
    return status === NOTHING ? undefined : this.shown(status, this.doc.kernel.answerValue());
  }
  shown(what, value) {
    if (what === VALUE) return value;
    if (what === TYPE) return typeOf(this.doc, value[1], value[0]);
    return { guid: value[0], options: value[1] };
  }
}

export class SharedText extends SharedType {
  // Typing takes this way: one code unit is a number, not a string, for the kernel.
  insert(index, text, attributes) {
    checkIndex(index);
    checkString(text, 'a text');
    if (attributes !== undefined) return this.insertWith(index, text, attributes);
    const { doc } = this;
    const kernel = doc.ready();
    const isUnit = text.length === 1;
    const size = isUnit ? 1 : kernel.putText(text);
    let status;
    try {
      status = isUnit
        ? kernel.x.tm_insert_unit(doc.handle, this.branch, index, text.charCodeAt(0))
        : kernel.x.tm_insert(doc.handle, this.branch, index, kernel.inputAt, size);
    } catch (error) {
      throw kernel.poison(error);
    }
    if (status < 0) throw kernel.error(status);
    if (doc.watched !== 0) doc.told();
    return undefined;
  }
  delete(index, count = 1) {
    checkIndex(index);
    checkIndex(count);
    const { doc } = this;
    const kernel = doc.ready();
    let status;
    try {
      status = kernel.x.tm_erase(doc.handle, this.branch, index, count);
    } catch (error) {
      throw kernel.poison(error);
    }
    if (status < 0) throw kernel.error(status);
    if (doc.watched !== 0) doc.told();
  }
  insertWith(index, content, attributes) {
    checkAttributes(attributes);
    const kernel = this.doc.ready();
    const size = kernel.putValue([content, attributes]);
    this.edit('tm_insert_with', index, kernel.inputAt, size);
  }
  insertEmbed(index, value, attributes = {}) {
    checkIndex(index);
    if (typeof value === 'string' || value === undefined) {
      throw invalid('an embed is a value, but no string');
    }
    this.insertWith(index, value, attributes);
  }
  // A null takes an attribute away.
  format(index, count, attributes) {
    checkIndex(index);
    checkIndex(count);
    checkAttributes(attributes);
    const kernel = this.doc.ready();
    const at = kernel.putEach(kernel.written((writer) => writer.any(attributes)));
    this.edit('tm_format', index, count, at);
  }
  // All of it in one call and one transaction.
  applyDelta(delta) {
    const kernel = this.doc.ready();
    const size = kernel.putValue(delta);
    this.edit('tm_apply_delta', kernel.inputAt, size);
  }
  toDelta() {
    return this.ask('tm_delta').answerValue();
  }
}

// What arrays and the children of XML have in common.
class SharedList extends SharedType {
  delete(index, count = 1) {
    checkIndex(index);
    checkIndex(count);
    this.doc.ready();
    this.edit('tm_erase', index, count);
  }
  get(index) {
    checkIndex(index);
    return this.found(this.doc.kernel.checked('tm_list_at', this.doc.handle, this.branch, index));
  }
  toArray() {
    const reader = this.ask('tm_list_values').answer();
    const values = [];
    while (!reader.isAtEnd) values.push(this.shown(reader.byte(), reader.any()));
    return values;
  }
  insertKind(index, kind, name = '') {
    checkString(name, 'a name');
    const { doc } = this;
    const at = doc.ready().putEach(utf8.encode(name));
    return typeOf(doc, kind, this.edit('tm_list_insert_type', index, kind, at));
  }
}

export class SharedArray extends SharedList {
  insert(index, values) {
    checkPlace(index);
    this.insertValues(index, values);
  }
  // Not the same as at the length, for what is written: deleted elements at the end come before it.
  push(values) {
    this.insertValues(END, values);
  }
  insertValues(index, values) {
    const kernel = this.doc.ready();
    const size = kernel.putValue(values);
    this.edit('tm_list_insert', index, kernel.inputAt, size);
  }
  // A new text, array or map at the place: what it is called in KIND.
  insertType(index, kind) {
    checkPlace(index);
    return this.insertKind(index, kindOf(kind));
  }
  pushType(kind) {
    return this.insertKind(END, kindOf(kind));
  }
}

const kindOf = (name) => {
  if (!Object.hasOwn(KIND, name)) throw invalid('there is no such type');
  return KIND[name];
};

// Entries of a map, attributes of an XML element.
const entries = (Base) =>
  class extends Base {
    setEntry(key, value) {
      checkKey(key);
      const kernel = this.doc.ready();
      const size = kernel.putValue([key, value]);
      this.edit('tm_entry_set', kernel.inputAt, size);
    }
    entry(key) {
      checkKey(key);
      const { doc } = this;
      const size = doc.kernel.putText(key);
      const { inputAt } = doc.kernel;
      return this.found(doc.kernel.checked('tm_entry_at', doc.handle, this.branch, inputAt, size));
    }
    hasEntry(key) {
      checkKey(key);
      const { kernel, handle } = this.doc;
      const size = kernel.putText(key);
      return kernel.checked('tm_entry_has', handle, this.branch, kernel.inputAt, size) === 1;
    }
    eraseEntry(key) {
      checkKey(key);
      const kernel = this.doc.ready();
      const size = kernel.putText(key);
      this.edit('tm_entry_erase', kernel.inputAt, size);
    }
    keys() {
      return this.ask('tm_entry_keys').answerValue();
    }
  };

export class SharedMap extends entries(SharedType) {
  set(key, value) {
    this.setEntry(key, value);
  }
  setType(key, kind) {
    checkKey(key);
    const { doc } = this;
    const number = kindOf(kind);
    const size = doc.ready().putText(key);
    const branch = this.edit('tm_entry_set_type', number, doc.kernel.inputAt, size);
    return typeOf(doc, number, branch);
  }
  get(key) {
    return this.entry(key);
  }
  has(key) {
    return this.hasEntry(key);
  }
  delete(key) {
    this.eraseEntry(key);
  }
}

export class XmlFragment extends SharedList {
  insertElement(index, nodeName) {
    checkIndex(index);
    checkString(nodeName, 'a name');
    return this.insertKind(index, KIND.xmlElement, nodeName);
  }
  insertHook(index, hookName) {
    checkIndex(index);
    checkString(hookName, 'a name');
    return this.insertKind(index, KIND.xmlHook, hookName);
  }
  insertText(index) {
    checkIndex(index);
    return this.insertKind(index, KIND.xmlText);
  }
}

export class XmlElement extends entries(XmlFragment) {
  get nodeName() {
    return this.ask('tm_name').answerText();
  }
  setAttribute(name, value) {
    this.setEntry(name, value);
  }
  getAttribute(name) {
    return this.entry(name);
  }
  hasAttribute(name) {
    return this.hasEntry(name);
  }
  removeAttribute(name) {
    this.eraseEntry(name);
  }
}

export class XmlText extends SharedText {}

// A map among the children of XML, which an application knows by name.
export class XmlHook extends SharedMap {
  get hookName() {
    return this.ask('tm_name').answerText();
  }
}

const CLASSES = [SharedArray, SharedMap, SharedText, XmlElement, XmlFragment, XmlHook, XmlText];

export const typeOf = (doc, kind, branch) => new (CLASSES[kind] ?? SharedType)(doc, branch);
