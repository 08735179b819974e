// How programs and traces write values as JSON: plain JSON as it is, and tagged objects for what
// JSON cannot say.
//
//   {"$u": 1}                 undefined
//   {"$n": "NaN"}             NaN, Infinity, -Infinity, -0
//   {"$i": "123"}             bigint
//   {"$b": "00ff"}            bytes
//   {"$d": [guid, options]}   a subdocument; options: gc, autoLoad, meta
//   {"$t": [kind, ...]}       a new shared type, in programs only:
//       ["text", string] ["xmltext", string] ["array", [value...]] ["map", [[key, value]...]]
//       ["xmlfragment"] ["xmlelement", name, [[key, value]...], [child...]] ["xmlhook", name]
//
// In traces a shared type is what dump() says.
import * as Y from 'yjs';

export const hex = (bytes) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
export const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'));

const fromDoc = (doc) => {
  const options = {};
  if (!doc.gc) options.gc = false;
  if (doc.autoLoad) options.autoLoad = true;
  if (doc.meta !== null && doc.meta !== undefined) options.meta = doc.meta;
  return { $d: [doc.guid, encode(options)] };
};

const encodeNumber = (value) =>
  Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : { $n: Object.is(value, -0) ? '-0' : String(value) };

// A JS value as program JSON. Shared types are dumped, or only named if `deep` is false.
export const encode = (value, deep = true) => {
  if (value === undefined) return { $u: 1 };
  if (value === null) return null;
  switch (typeof value) {
    case 'number':
      return encodeNumber(value);
    case 'bigint':
      return { $i: value.toString() };
    case 'string':
    case 'boolean':
      return value;
  }
  if (value instanceof Uint8Array) return { $b: hex(value) };
  if (value instanceof Y.Doc) return fromDoc(value);
  if (value instanceof Y.AbstractType) return deep ? dump(value) : { $y: kindOf(value) };
  if (Array.isArray(value)) return value.map((v) => encode(v, deep));
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, encode(v, deep)]));
};

const newType = ([kind, ...args]) => {
  switch (kind) {
    case 'text':
      return new Y.Text(args[0] || undefined);
    case 'xmltext':
      return new Y.XmlText(args[0] || undefined);
    case 'array':
      return Y.Array.from((args[0] ?? []).map(decode));
    case 'map':
      return new Y.Map((args[0] ?? []).map(([k, v]) => [k, decode(v)]));
    case 'xmlfragment':
      return new Y.XmlFragment();
    case 'xmlhook':
      return new Y.XmlHook(args[0]);
    case 'xmlelement': {
      const element = new Y.XmlElement(args[0]);
      for (const [key, value] of args[1] ?? []) element.setAttribute(key, decode(value));
      if (args[2]?.length) element.insert(0, args[2].map(decode));
      return element;
    }
  }
  throw new Error(`no such kind of type: ${kind}`);
};

// Program JSON as a fresh JS value.
export const decode = (json) => {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map(decode);
  if ('$u' in json) return undefined;
  if ('$n' in json) return Number(json.$n);
  if ('$i' in json) return BigInt(json.$i);
  if ('$b' in json) return unhex(json.$b);
  if ('$d' in json) return new Y.Doc({ guid: json.$d[0], ...decode(json.$d[1] ?? {}) });
  if ('$t' in json) return newType(json.$t);
  return Object.fromEntries(Object.entries(json).map(([k, v]) => [k, decode(v)]));
};

export const kindOf = (type) => {
  switch (type.constructor) {
    case Y.XmlText:
      return 'xmltext';
    case Y.XmlElement:
      return 'xmlelement';
    case Y.XmlHook:
      return 'xmlhook';
    case Y.XmlFragment:
      return 'xmlfragment';
    case Y.Text:
      return 'text';
    case Y.Array:
      return 'array';
    case Y.Map:
      return 'map';
  }
  return 'unknown';
};

const entries = (type) => {
  const out = {};
  for (const [key, item] of type._map) {
    if (!item.deleted) out[key] = encode(item.content.getContent()[item.length - 1]);
  }
  return out;
};

const delta = (type) =>
  type
    .toDelta()
    .map((op) =>
      op.attributes ? [encode(op.insert), encode(op.attributes)] : [encode(op.insert)],
    );

// Everything that a type shows, by kind:
//   {"T": [[insert, attributes?]...], "a": entries}   text and xmltext (X)
//   {"A": [value...]}  {"M": entries}
//   {"F": [child...]}  {"E": [name, [child...]], "a": entries}  {"H": name, "M": entries}
// "a" is absent if there are none.
export const dump = (type) => {
  const attributes = entries(type);
  const out = Object.keys(attributes).length > 0 ? { a: attributes } : {};
  switch (kindOf(type)) {
    case 'text':
      return { T: delta(type), ...out };
    case 'xmltext':
      return { X: delta(type), ...out };
    case 'array':
      return { A: type.toArray().map((v) => encode(v)), ...out };
    case 'map':
      return { M: attributes };
    case 'xmlhook':
      return { H: type.hookName, M: attributes };
    case 'xmlfragment':
      return { F: type.toArray().map((v) => encode(v)), ...out };
    case 'xmlelement':
      return { E: [type.nodeName, type.toArray().map((v) => encode(v))], ...out };
  }
  return { unknown: 1 };
};

// Objects with sorted keys, so that texts of equal values are equal.
export const canonical = (value) => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(canonical);
  const out = {};
  for (const key of Object.keys(value).sort()) out[key] = canonical(value[key]);
  return out;
};

export const sameText = (a, b) => JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
