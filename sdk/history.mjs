// Takes back what was done here without taking back what others did.
import { checkFunction, checkIterable, invalid } from './arguments.mjs';
import { Doc, SOMEBODY } from './doc.mjs';
import { SharedType } from './types.mjs';

const checkTypes = (types) => {
  if (
    types.length === 0 ||
    types.some((type) => !(type instanceof SharedType) || type.doc !== types[0].doc)
  ) {
    throw invalid('a history is of a document, or of types of one document');
  }
};

export class UndoManager {
  // `scope`: a document, a type or several of one document. Edits less than captureTimeout ms apart
  // are one step; those of other origins are left alone.
  constructor(scope, { captureTimeout = 500, trackedOrigins = [null], now = Date.now } = {}) {
    const types = scope instanceof Doc ? [] : [scope].flat();
    if (!(scope instanceof Doc)) checkTypes(types);
    if (!(captureTimeout >= 0)) throw invalid('a timeout is a number of milliseconds');
    checkFunction(now, 'a clock');
    this.doc = scope instanceof Doc ? scope : types[0].doc;
    this.now = captureTimeout > 0 ? now : null;
    const { kernel } = this.doc;
    const tracked = checkIterable(trackedOrigins, 'tracked origins').map((each) => each ?? null);
    this.origins = new Map(tracked.map((origin) => [origin, this.numberFor(origin)]));
    const origins = [...this.origins.values()];
    const size = 8 * (origins.length + 1) + 4 * types.length;
    kernel.reserve(size);
    const originsAt = (kernel.inputAt + 7) & ~7;
    const typesAt = originsAt + 8 * origins.length;
    new Float64Array(kernel.buffer, originsAt, origins.length).set(origins);
    new Uint32Array(kernel.buffer, typesAt, types.length).set(types.map(({ branch }) => branch));
    this.handle = kernel.call(
      'tm_history_open',
      this.doc.handleOrThrow(),
      typesAt,
      types.length,
      originsAt,
      origins.length,
      Math.min(captureTimeout, Number.MAX_SAFE_INTEGER),
    );
    kernel.registry.register(this, { close: 'tm_history_close', handle: this.handle }, this);
    this.doc.histories.add(this);
    if (this.now) this.doc.timed++;
  }

  // Another history may track the same origin.
  numberFor(origin) {
    const { doc } = this;
    const known = doc.numberOf(origin);
    return origin === null || known !== SOMEBODY ? known : ++doc.lastOrigin;
  }

  tick() {
    if (!this.now) return;
    const time = this.now();
    if (!Number.isFinite(time)) throw invalid('a clock tells milliseconds');
    this.ask('tm_history_time', time);
  }

  free() {
    if (this.handle === 0) return;
    const { kernel } = this.doc;
    kernel.registry.unregister(this);
    this.doc.histories.delete(this);
    if (this.now) this.doc.timed--;
    const { handle } = this;
    this.handle = 0;
    if (!kernel.isPoisoned) kernel.call('tm_history_close', handle);
  }

  ask(name, ...args) {
    return this.doc.kernel.checked(name, this.handle, ...args);
  }
  // Whether there was something to take back, or to bring back.
  undo() {
    return this.go('tm_undo');
  }
  redo() {
    return this.go('tm_redo');
  }
  go(name) {
    const status = this.ask(name);
    this.doc.origin = this;
    this.doc.told();
    return status === 1;
  }
  get undoCount() {
    return this.ask('tm_undo_count');
  }
  get redoCount() {
    return this.ask('tm_redo_count');
  }
  stopCapturing() {
    this.ask('tm_stop_capturing');
  }
  clear() {
    this.ask('tm_clear_history');
  }
}
