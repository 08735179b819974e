// The wasm module and its memory: how bytes get in and out, and how it fails. One kernel is one
// instance of the module; everything that was made with it belongs to it.
import { Reader, Writer } from './any.mjs';
import { checkBytes, checkFormat, checkIterable, checkString, invalid } from './arguments.mjs';
import { KernelError } from './error.mjs';

const CODES = [
  'malformed',
  'too_large',
  'denied',
  'conflict',
  'busy',
  'full',
  'read_only',
  'corrupt',
  'too_new',
  'unavailable',
  'unsupported',
  'invalid',
];
const FREED = -100;
const FIRST_INPUT_BYTES = 65536;
// Shorter bytes and texts are copied one by one: a call for that costs more than they do.
const SHORT = 24;
const MAX_MEMORY_BYTES = 2 ** 32 - 1;

const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8 = new TextEncoder();

const compiled = async (source) => {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof URL || typeof source === 'string') {
    return WebAssembly.compileStreaming(fetch(source));
  }
  if (typeof Response !== 'undefined' && source instanceof Response) {
    return WebAssembly.compileStreaming(source);
  }
  return WebAssembly.compile(source);
};

export class Kernel {
  // From the bytes of tidemark.wasm, a compiled module, a Response or an address.
  static async load(source, options) {
    return new Kernel(await WebAssembly.instantiate(await compiled(source), {}), options);
  }

  // A kernel that has taken more than so many bytes ends as if the machine had no more.
  constructor(instance, { maxMemoryBytes = 0 } = {}) {
    this.memory = instance.exports.memory;
    this.x = instance.exports;
    this.x._initialize?.();
    this.lastWordsAt = this.x.tm_last_words();
    if (!(maxMemoryBytes >= 0)) throw invalid('a limit of memory is a number of bytes');
    this.x.tm_limit_memory(Math.min(maxMemoryBytes, MAX_MEMORY_BYTES));
    this.pointer = this.x.tm_open();
    this.answerAt = this.x.tm_answer(this.pointer) >> 2;
    this.failureAt = this.x.tm_failure(this.pointer) >> 2;
    this.eventsAt = this.x.tm_events(this.pointer) >> 2;
    this.writer = new Writer();
    this.inputBytes = 0;
    this.registry = new FinalizationRegistry(({ close, handle }) => {
      if (!this.isPoisoned) this.call(close, handle);
    });
    this.refresh();
    this.reserve(FIRST_INPUT_BYTES);
  }

  get isPoisoned() {
    return this.death !== undefined;
  }
  // What the module takes of the machine.
  get memoryBytes() {
    return this.memory.buffer.byteLength;
  }

  // Memory that has grown lies in another buffer.
  refresh() {
    this.buffer = this.memory.buffer;
    this.u8 = new Uint8Array(this.buffer);
    this.u32 = new Uint32Array(this.buffer);
    if (this.inputBytes > 0)
      this.input = new Uint8Array(this.buffer, this.inputAt, this.inputBytes);
  }
  current() {
    if (this.u8.length === 0) this.refresh();
  }

  // Room for arguments, at inputAt.
  reserve(bytes) {
    if (bytes <= this.inputBytes) return this.current();
    const wanted = Math.max(bytes, 2 * this.inputBytes);
    this.inputAt = this.call('tm_input', this.pointer, wanted) >>> 0;
    this.inputBytes = wanted;
    this.refresh();
    return undefined;
  }

  // Each puts its argument into the input and yields its size.
  put(bytes) {
    checkBytes(bytes);
    // Memory that grows takes away what lies in it.
    const isOurs = bytes.buffer === this.buffer && bytes.length > this.inputBytes;
    return this.putOwn(isOurs ? bytes.slice() : bytes);
  }
  putOwn(bytes) {
    const { length } = bytes;
    this.reserve(length);
    if (length > SHORT) {
      this.input.set(bytes);
    } else {
      for (let i = 0; i < length; i++) this.input[i] = bytes[i];
    }
    return length;
  }
  putText(text) {
    checkString(text, 'a text or name');
    const { length } = text;
    this.reserve(3 * length);
    const { input } = this;
    if (length <= SHORT) {
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 127) break;
        input[i] = unit;
      }
      if (i === length) return length;
    }
    return utf8.encodeInto(text, input).written;
  }
  putValue(value) {
    return this.putOwn(this.written((writer) => writer.any(value)));
  }
  putList(list) {
    const all = checkIterable(list, 'updates');
    all.forEach(checkBytes);
    return this.putOwn(this.written((writer) => all.forEach((bytes) => writer.varbytes(bytes))));
  }
  // Several byte strings as an array of tm_bytes at the start of the input.
  putEach(...list) {
    list.forEach(checkBytes);
    const copies = list.map((bytes) => (bytes.buffer === this.buffer ? bytes.slice() : bytes));
    const total = copies.reduce((sum, bytes) => sum + bytes.length, 0);
    let at = 8 * copies.length;
    this.reserve(at + total);
    copies.forEach((bytes, i) => {
      this.input.set(bytes, at);
      this.u32[(this.inputAt >>> 2) + 2 * i] = this.inputAt + at;
      this.u32[(this.inputAt >>> 2) + 2 * i + 1] = bytes.length;
      at += bytes.length;
    });
    return this.inputAt;
  }
  // What `write` writes, until the next call. Getters of a value may come back here: they find no
  // writer, and take another one.
  written(write) {
    const writer = this.writer ?? new Writer();
    this.writer = null;
    try {
      write(writer.start());
    } finally {
      this.writer = writer;
    }
    return writer.bytes.subarray(0, writer.size);
  }

  view(at) {
    this.current();
    return new Uint8Array(this.buffer, this.u32[at], this.u32[at + 1]);
  }
  // What the last call answered, copied.
  answerBytes() {
    return this.view(this.answerAt).slice();
  }
  answerText() {
    return fromUtf8.decode(this.view(this.answerAt));
  }
  // ... read in place, until the next call.
  answer() {
    return new Reader(this.view(this.answerAt));
  }
  answerValue() {
    return this.answer().any();
  }

  // Calls a function that cannot fail. The few that typing takes call theirs directly.
  call(name, ...args) {
    try {
      return this.x[name](...args);
    } catch (error) {
      throw this.poison(error);
    }
  }
  // ... one that returns a status.
  checked(name, ...args) {
    const status = this.call(name, ...args);
    if (status < 0) throw this.error(status);
    return status;
  }

  error(status) {
    if (status === FREED) return new KernelError('freed', 'this was freed');
    return new KernelError(
      CODES[-1 - status] ?? 'invalid',
      fromUtf8.decode(this.view(this.failureAt)),
    );
  }

  // What leaves the module as an exception, a trap or a full stack, has left it in the middle of
  // something. A TypeError has not come from there: it refuses an argument before the call.
  poison(cause) {
    if (cause instanceof KernelError || cause instanceof TypeError) return cause;
    this.current();
    const words = fromUtf8.decode(this.view(this.lastWordsAt >> 2));
    const code = words === 'out of memory' ? 'out_of_memory' : 'trap';
    this.death = new KernelError(code, words || cause.message, { cause });
    const refuse = () => {
      throw new KernelError('poisoned', `the kernel has ended: ${this.death.message}`, {
        cause: this.death,
      });
    };
    this.x = new Proxy({}, { get: () => refuse });
    return this.death;
  }

  // merge, diff and convert work on updates without a document.
  mergeUpdates(updates, format = 1) {
    checkFormat(format);
    const size = this.putList(updates);
    this.checked('tm_merge', this.pointer, format, this.inputAt, size);
    return this.answerBytes();
  }
  diffUpdate(update, vector, format = 1) {
    checkFormat(format);
    const both = this.putEach(update, vector);
    this.checked('tm_diff', this.pointer, format, both, both + 8);
    return this.answerBytes();
  }
  stateVectorFromUpdate(update, format = 1) {
    checkFormat(format);
    const size = this.put(update);
    this.checked('tm_vector_of', this.pointer, format, this.inputAt, size);
    return this.answerBytes();
  }
  // Into the format.
  convertUpdate(update, format) {
    checkFormat(format);
    const size = this.put(update);
    this.checked('tm_convert', this.pointer, format, this.inputAt, size);
    return this.answerBytes();
  }
}
