// What the engines' replicas do alike; the files in engines/ say what differs.

// Roots t, a and m: a text, a list and a map.
export class Typed {
  edit([verb, ...rest]) {
    this[verb](...rest);
  }
  insert(index, text) {
    this.t.insert(index, text);
  }
  erase(index, count) {
    this.t.delete(index, count);
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
  // Applies updates together, where the engine can.
  batch(body) {
    body();
  }
  text() {
    return this.t.toString();
  }
}

// ... with formats, and an XML fragment x: the types of Yjs.
export class TypedAsYjs extends Typed {
  takeRoots() {
    this.t = this.doc.getText('t');
    this.a = this.doc.getArray('a');
    this.m = this.doc.getMap('m');
    this.x = this.doc.getXmlFragment('x');
  }
  style(index, text, attributes) {
    this.t.insert(index, text, attributes);
  }
  format(index, count, attributes) {
    this.t.format(index, count, attributes);
  }
  add(index, values) {
    this.a.insert(index, values);
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
  // What must be equal wherever the same edits were played.
  content() {
    return JSON.stringify([this.t, this.a, this.m, this.x].map((type) => type.toJSON()));
  }
}

// ... whose updates functions of a module with the names of Yjs write and read.
export const withUpdatesOf = (Y, Base) =>
  class extends Base {
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
  };
