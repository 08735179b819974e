// Values as they cross into the kernel and back: the `any` of lib0, whose grammar is at the head of
// src/crdt/value.h.
import { invalid, isBytes, isPlainObject } from './arguments.mjs';
import { KernelError } from './error.mjs';

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
// As deep as the kernel takes them; also keeps a cyclic value from running on.
const MAX_DEPTH = 256;

export class Writer {
  constructor() {
    this.bytes = new Uint8Array(256);
    this.view = new DataView(this.bytes.buffer);
    this.size = 0;
  }

  start() {
    this.size = 0;
    return this;
  }

  room(count) {
    if (this.size + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.size + count));
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  byte(value) {
    this.room(1);
    this.bytes[this.size++] = value;
  }

  varuint(value) {
    this.room(8);
    while (value > 127) {
      this.bytes[this.size++] = 128 | (value % 128);
      value = Math.floor(value / 128);
    }
    this.bytes[this.size++] = value;
  }

  // Of at most 31 bits; minus zero keeps its sign.
  varint(value) {
    const isNegative = value < 0 || Object.is(value, -0);
    let rest = Math.abs(value);
    this.byte((rest > 63 ? 128 : 0) | (isNegative ? 64 : 0) | (rest & 63));
    rest >>>= 6;
    for (; rest > 0; rest >>>= 7) this.byte((rest > 127 ? 128 : 0) | (rest & 127));
  }

  varbytes(bytes) {
    this.varuint(bytes.length);
    this.room(bytes.length);
    this.bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  // Half a surrogate pair becomes U+FFFD.
  string(text) {
    const { length } = text;
    if (length < 24) {
      this.room(length + 1);
      const start = this.size;
      this.bytes[this.size++] = length;
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 127) break;
        this.bytes[this.size++] = unit;
      }
      if (i === length) return;
      this.size = start;
    }
    this.varbytes(utf8.encode(text));
  }

  number(value) {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) {
      this.byte(125);
      this.varint(value);
      return;
    }
    this.room(9);
    const isShort = Math.fround(value) === value;
    this.byte(isShort ? 124 : 123);
    if (isShort) this.view.setFloat32(this.size, value);
    else this.view.setFloat64(this.size, value);
    this.size += isShort ? 4 : 8;
  }

  // What lib0 could not say as it is, is refused: it would come back as something else, or drag along
  // what it refers to.
  any(value, depth = 0) {
    switch (typeof value) {
      case 'string':
        this.byte(119);
        return this.string(value);
      case 'number':
        return this.number(value);
      case 'boolean':
        return this.byte(value ? 120 : 121);
      case 'undefined':
        return this.byte(127);
      case 'bigint':
        return this.bigint(value);
      case 'object':
        return value === null ? this.byte(126) : this.container(value, depth);
      default:
        throw invalid(`a ${typeof value} is no value`);
    }
  }

  bigint(value) {
    if (BigInt.asIntN(64, value) !== value) throw invalid('a bigint has 64 bits');
    this.room(9);
    this.byte(122);
    this.view.setBigInt64(this.size, value);
    this.size += 8;
  }

  container(value, depth) {
    if (isBytes(value)) {
      this.byte(116);
      return this.varbytes(value);
    }
    if (depth === MAX_DEPTH) throw new KernelError('too_large', 'a value nests too deeply');
    if (Array.isArray(value)) return this.array(value, depth);
    if (isPlainObject(value)) return this.object(value, depth);
    throw invalid('a value is a scalar, a Uint8Array, an array or a plain object');
  }

  array(value, depth) {
    const { length } = value;
    this.byte(117);
    this.varuint(length);
    for (let i = 0; i < length; i++) this.any(value[i], depth + 1);
  }

  object(value, depth) {
    const keys = Object.keys(value);
    this.byte(118);
    this.varuint(keys.length);
    for (const key of keys) {
      this.string(key);
      this.any(value[key], depth + 1);
    }
  }
}

// Reads what the kernel has answered, which is well formed.
export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  get isAtEnd() {
    return this.at === this.bytes.length;
  }
  byte() {
    return this.bytes[this.at++];
  }

  varuint() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  varint() {
    let byte = this.bytes[this.at++];
    const sign = byte & 64 ? -1 : 1;
    let value = byte & 63;
    for (let scale = 64; byte > 127; scale *= 128) {
      byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
    }
    return sign * value;
  }

  take(count) {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  string() {
    return fromUtf8.decode(this.take(this.varuint()));
  }

  any() {
    switch (this.bytes[this.at++]) {
      case 126:
        return null;
      case 125:
        return this.varint();
      case 124:
        return this.view.getFloat32((this.at += 4) - 4);
      case 123:
        return this.view.getFloat64((this.at += 8) - 8);
      case 122:
        return this.view.getBigInt64((this.at += 8) - 8);
      case 121:
        return false;
      case 120:
        return true;
      case 119:
        return this.string();
      case 118:
        return this.object();
      case 117:
        return Array.from({ length: this.varuint() }, () => this.any());
      case 116:
        return this.take(this.varuint()).slice();
      default:
        return undefined;
    }
  }

  object() {
    const object = {};
    for (let count = this.varuint(); count > 0; count--) {
      const key = this.string();
      // A plain assignment to this key would set the prototype.
      if (key === '__proto__') {
        const value = this.any();
        Object.defineProperty(object, key, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      } else object[key] = this.any();
    }
    return object;
  }
}
