// Plays a program on npm yjs and says what happened. The same program and the same trace format
// are spoken by player.cpp, so that a session can be played by both and compared.
//
// Program := {
//   clients: [{id, gc, late}]        late: root types are asked for only when first used
//   roots:   [[kind, name]...]
//   events:  bool                    whether deep observers report
//   steps:   [step...]               each with its number `i`, by which others refer to it
// }
// Step :=
//   {do: client, ops: [op...]}                     one local transaction
//   {recv: client, from: [i, k], v}                the k-th local update of step i arrives, V1 or V2
//   {sync: client, from: client, v}                whole state past the receiver's state vector
//   {merge: client, from: [[i, k]...], v}          several updates arrive merged
//   {hear: client, bytes, v}                       an update of somebody who is not in the session
//   {reload: client, id, v}                        a new document with a new id loads the state
//   {utils: client, from: [[i, k]...]}             byte functions on updates, and a client's vector
//   {load: client, guid} {unload: client, guid}    subdocuments become wanted, or no longer
//   {check: [client...]}                           everything that the documents show
//   {compact: client, keep}                        our document is compacted, of which yjs knows
//                                                  nothing, and keeps for undo ('undo') or since the
//                                                  snapshot of a step (its number) from now on
//   {place: client, path, index, assoc}            a relative position in the type at the path
//   {find: client, from: [i...]}                   where the positions of those steps are now
//   {snap: client, v}                              a snapshot, kept in V1 or V2
//   {look: client, path, at: i, before: i}         the type as of snapshots, and between them
//   {rewind: client, at: i}                        a new document as of the snapshot
//   {within: client, at: i, from: [[i, k]...]}     whether the snapshot contains the updates
//   {track: client, scope: [path...] or null, timeout, origins: [...], ignore, filter, capture}
//                                  a history of these types, or of the whole document, is kept;
//                                  filter: 'types' are not deleted by it; capture: not this origin
//   {undo: client, n}  {redo: client, n}           the client's n-th history
//   {forget: client, n, sides: [undo, redo]}       {stop: client, n} stops capturing
//   Any step may have `o`, the origin of its transaction (0: none; what peers send has 1), and `t`,
//   the time in ms.
// Op := [verb, path, argument...]; path := [root name, index or key...]
//   insert path index text attributes?     embed path index value attributes?
//   format path index length attributes    erase path index length
//   delta path [[retain|insert|delete...]]
//   add path index [value...]              push path [value...]
//   set path key value                     unset path key                 clear path
//
// Trace := one result per step:
//   {u: [[is_local, v1, v2]...], e: [event...], s: [added, removed, loaded]}   e, s if not empty
//       w: 1 if yjs had something waiting before or after
//       h: [[steps to undo, to redo]...] of each history, k: [[n, kind, side, origin, ...]...] of
//       their events, if there are histories; r: whether there was something to undo; x: 1 if
//       that put copies to the right of what they name as their right neighbours, which only yjs
//       does and says
//   {utils: ...}   {check: [state...]}   {skip: 1} if a step refers to nothing
//   {compact: state, u, h}, where nothing may have been said
//   {place: [bytes, json]}   {found: [[place, place]...]}
//       place: null or [type, index, assoc], where undo has put its copy and where it was
//       dead: [[bool, bool]...] whether these types are gone; only yjs says it
//       type: a root's name, or [client, clock] of the item that holds it
//   {snap: [v1, v2]}   {look: {delta, changes, authors} or {list}, with entries}
//   {check: [state]} or {refused: 1}   {within: [[v1, v2]...]}
import { withTime } from './virtual_time.mjs';
import * as Y from 'yjs';
import { decode, dump, encode, hex, kindOf, unhex } from './values.mjs';
import { Views } from './views.mjs';

const ROOT_CLASSES = {
  text: Y.Text,
  array: Y.Array,
  map: Y.Map,
  xmlfragment: Y.XmlFragment,
  xmlelement: Y.XmlElement,
  xmltext: Y.XmlText,
};

export const rootOf = (doc, kind, name) => doc.get(name, ROOT_CLASSES[kind]);

class Invalid extends Error {}

// Yjs itself fell over: what the session says from here on compares with nothing.
export class Broken extends Error {}

const REMOTE = 1;

const childOf = (type, step) => {
  const child =
    typeof step === 'number'
      ? Y.Array.prototype.get.call(type, step)
      : Y.Map.prototype.get.call(type, step);
  if (!(child instanceof Y.AbstractType)) throw new Invalid(`no type at ${step}`);
  return child;
};

const decodeAttributes = (attributes) => (attributes == null ? undefined : decode(attributes));

const inRange = (type, index, length = 0) => {
  if (index < 0 || index + length > type.length)
    throw new Invalid(`${index}+${length} is outside of ${type.length}`);
};

const XML_CHILDREN = ['xmlelement', 'xmltext', 'xmlhook'];

// XML holds only XML. Yjs takes whatever it is given.
const areChildren = (type, values) => {
  if (!(type instanceof Y.XmlFragment)) return;
  for (const value of values)
    if (!XML_CHILDREN.includes(value?.$t?.[0])) throw new Invalid('not a child of XML');
};

const decodeDelta = (delta) =>
  delta.map(([verb, value, attributes]) => {
    const op = { [verb]: decode(value) };
    if (attributes !== undefined) op.attributes = decode(attributes);
    return op;
  });

const deltaLength = (delta) =>
  delta.reduce((sum, [verb, value]) => (verb === 'insert' ? sum : sum + value), 0);

const VERBS = {
  insert: (t, index, text, attributes) => {
    inRange(t, index);
    t.insert(index, text, decodeAttributes(attributes));
  },
  embed: (t, index, value, attributes) => {
    inRange(t, index);
    t.insertEmbed(index, decode(value), decodeAttributes(attributes));
  },
  format: (t, index, length, attributes) => {
    inRange(t, index, length);
    t.format(index, length, decode(attributes));
  },
  erase: (t, index, length) => {
    inRange(t, index, length);
    t.delete(index, length);
  },
  delta: (t, delta) => {
    inRange(t, 0, deltaLength(delta));
    t.applyDelta(decodeDelta(delta));
  },
  add: (t, index, values) => {
    inRange(t, index);
    areChildren(t, values);
    t.insert(index, values.map(decode));
  },
  push: (t, values) => {
    areChildren(t, values);
    t.push(values.map(decode));
  },
  set: (t, key, value) => {
    const isNested =
      value !== null && typeof value === 'object' && ('$t' in value || '$d' in value);
    if (isNested && t.setAttribute) throw new Invalid('a type as an attribute');
    t.setAttribute ? t.setAttribute(key, decode(value)) : t.set(key, decode(value));
  },
  unset: (t, key) => {
    t.removeAttribute ? t.removeAttribute(key) : t.delete(key);
  },
  clear: (t) => {
    t.clear();
  },
};

const TEXT_VERBS = ['insert', 'embed', 'format', 'erase', 'delta', 'set', 'unset'];
const VERBS_OF = {
  text: TEXT_VERBS,
  xmltext: TEXT_VERBS,
  array: ['add', 'push', 'erase'],
  xmlfragment: ['add', 'push', 'erase'],
  xmlelement: ['add', 'push', 'erase', 'set', 'unset'],
  map: ['set', 'unset', 'clear'],
  xmlhook: ['set', 'unset', 'clear'],
};

const applyOp = (type, verb, args) => {
  if (!VERBS_OF[kindOf(type)].includes(verb)) throw new Invalid(`no ${verb} on ${kindOf(type)}`);
  VERBS[verb](type, ...args);
};

// The delta of an event without the clean-up that Yjs does on the way: what it deletes while
// reading is marked for the time of the read only.
const pureDelta = (event) => {
  if (!(event.target instanceof Y.Text)) return event.changes.delta;
  const marked = [];
  const { delete: original } = Y.Item.prototype;
  Y.Item.prototype.delete = function () {
    if (!this.deleted) {
      this.markDeleted();
      marked.push(this);
    }
  };
  try {
    return event.delta;
  } finally {
    Y.Item.prototype.delete = original;
    for (const item of marked) item.deleted = false;
  }
};

const encodeDelta = (delta) =>
  delta.map((op) => {
    const verb = ['insert', 'retain', 'delete'].find((v) => op[v] !== undefined);
    const out = [verb, encode(op[verb], false)];
    if (op.attributes !== undefined) out.push(encode(op.attributes));
    return out;
  });

const describeEvent = (root, event) => {
  const keys = {};
  for (const [key, { action, oldValue }] of event.keys)
    keys[key] = [action, encode(oldValue, false)];
  return {
    path: [root, ...event.path],
    kind: kindOf(event.target),
    keys,
    delta: encodeDelta(pureDelta(event)),
  };
};

// Whether an item of the update stands to the right of what it names as its right neighbour.
const areCrossed = (doc, v1) =>
  Y.decodeUpdate(unhex(v1)).structs.some(({ id, origin, rightOrigin }) => {
    if (!origin || !rightOrigin) return false;
    const [item, right] = [id, rightOrigin].map((at) => Y.getItem(doc.store, at));
    let left = item.left;
    while (left && left !== right) left = left.left;
    return Boolean(left);
  });

class Peer {
  constructor({ id, gc, late }, roots, withEvents) {
    this.roots = roots;
    this.kinds = new Map(roots.map(([kind, name]) => [name, kind]));
    this.doc = new Y.Doc({ guid: 'root', gc });
    this.doc.clientID = id;
    this.updates = [];
    this.events = [];
    this.subdocs = null;
    this.histories = [];
    this.told = [];
    if (!late) for (const [, name] of roots) this.root(name);
    if (withEvents)
      for (const [, name] of roots)
        this.root(name).observeDeep((events) => this.onEvents(name, events));
    // One call encodes both formats of the same transaction, in this order.
    this.doc.on('update', (bytes, origin, doc, transaction) =>
      this.updates.push([transaction.local, hex(bytes), null]),
    );
    this.doc.on('updateV2', (bytes) => {
      this.updates.at(-1)[2] = hex(bytes);
    });
    this.doc.on('subdocs', ({ added, removed, loaded }) => {
      // The second event of a removal tells of the instance that takes the place of the removed.
      this.subdocs ??= [added, removed, loaded].map((docs) =>
        [...docs].map((doc) => doc.guid).sort(),
      );
    });
  }

  onEvents(root, events) {
    for (const event of events) this.events.push(describeEvent(root, event));
  }

  root(name) {
    return rootOf(this.doc, this.kinds.get(name), name);
  }

  resolve([name, ...steps]) {
    return steps.reduce(childOf, this.root(name));
  }

  // The type at the path, or null.
  find(path) {
    try {
      return this.resolve(path);
    } catch (error) {
      if (error instanceof Invalid) return null;
      throw error;
    }
  }

  // Runs f and says what it emitted.
  observe(f) {
    this.updates = [];
    this.events = [];
    this.subdocs = null;
    this.told = [];
    const didWait = this.waits();
    f();
    const out = { u: this.updates };
    if (didWait || this.waits()) out.w = 1;
    if (this.events.length > 0) out.e = this.events;
    if (this.subdocs?.some((guids) => guids.length > 0)) out.s = this.subdocs;
    if (this.histories.length > 0) {
      out.h = this.histories.map((h) => [h.undoStack.length, h.redoStack.length]);
      if (this.told.length > 0) out.k = [...this.told];
    }
    return out;
  }

  // Of each guid whether some document with it should be loaded.
  wishes() {
    const wishes = {};
    for (const { guid, shouldLoad } of this.doc.subdocs) wishes[guid] ||= shouldLoad;
    return wishes;
  }

  track({ scope, timeout, origins, ignore, filter, capture }) {
    const types = scope?.map((path) => this.resolve(path));
    const history = new Y.UndoManager(types ?? this.doc, {
      doc: this.doc,
      captureTimeout: timeout,
      trackedOrigins: new Set(origins.map((o) => o || null)),
      ignoreRemoteMapChanges: ignore,
      ...(filter === 'types' ? { deleteFilter: (item) => !item.content.type } : {}),
      ...(capture ? { captureTransaction: (tr) => tr.origin !== capture } : {}),
    });
    const n = this.histories.push(history) - 1;
    const roots = this.roots.map(([, name]) => this.root(name));
    const tell =
      (kind) =>
      ({ type, origin, stackItem, changedParentTypes }) => {
        const changed = roots.map((root) => changedParentTypes.has(root));
        stackItem.meta.set('told', (stackItem.meta.get('told') ?? 0) + 1);
        const who = origin instanceof Y.UndoManager ? 'stack' : (origin ?? 0);
        this.told.push([n, kind, type, who, stackItem.meta.get('told'), changed]);
      };
    history.on('stack-item-added', tell('added'));
    history.on('stack-item-updated', tell('updated'));
    history.on('stack-item-popped', tell('popped'));
    history.on('stack-cleared', ({ undoStackCleared, redoStackCleared }) =>
      this.told.push([n, 'cleared', undoStackCleared, redoStackCleared]),
    );
  }

  // Whether something waits for an update that has not come.
  waits() {
    return this.doc.store.pendingStructs !== null || this.doc.store.pendingDs !== null;
  }

  apply(bytes, v) {
    (v === 2 ? Y.applyUpdateV2 : Y.applyUpdate)(this.doc, bytes, REMOTE);
  }

  state(v, vector) {
    return (v === 2 ? Y.encodeStateAsUpdateV2 : Y.encodeStateAsUpdate)(this.doc, vector);
  }

  describe() {
    const shown = {};
    for (const [kind, name] of this.roots) {
      const type = this.root(name);
      shown[name] = { dump: dump(type) };
      if (kind.startsWith('xml')) shown[name].string = type.toString();
    }
    return {
      v1: hex(this.state(1)),
      v2: hex(this.state(2)),
      sv: hex(Y.encodeStateVector(this.doc)),
      subdocs: this.wishes(),
      shown,
      ...(this.waits() ? { w: 1 } : {}),
    };
  }
}

// JSON of types of which yjs has none.
const meta = (update) => {
  const { from, to } = Y.parseUpdateMeta(update);
  const sorted = (map) => [...map].sort((a, b) => a[0] - b[0]);
  return { from: sorted(from), to: sorted(to) };
};

export class Session {
  // With `lenient`, ops that do not apply are dropped from their step instead of failing.
  constructor(header, { lenient = false } = {}) {
    this.header = header;
    this.lenient = lenient;
    this.peers = header.clients.map(({ id }, number) => this.newPeer(number, id));
    this.emitted = new Map(); // step number -> local updates [v1, v2]
    this.views = new Views();
  }

  newPeer(number, id) {
    const { roots, events } = this.header;
    return new Peer({ ...this.header.clients[number], id }, roots, events);
  }

  find([i, k]) {
    return this.emitted.get(i)?.[k];
  }

  note(step, result) {
    this.emitted.set(
      step.i,
      result.u.filter(([isLocal]) => isLocal).map(([, v1, v2]) => [unhex(v1), unhex(v2)]),
    );
    return result;
  }

  play(step) {
    return withTime(step.t ?? 1, () => this.playNow(step));
  }

  playNow(step) {
    if (step.do !== undefined) return this.playLocal(step);
    if (step.recv !== undefined) return this.playReceive(step.recv, [step.from], step);
    if (step.merge !== undefined) return this.playReceive(step.merge, step.from, step);
    if (step.sync !== undefined) return this.playSync(step);
    if (step.hear !== undefined) return this.playHear(step);
    if (step.reload !== undefined) return this.playReload(step);
    if (step.utils !== undefined) return this.playUtils(step);
    if (step.load !== undefined || step.unload !== undefined) return this.playSubdocument(step);
    if (step.check !== undefined) return { check: step.check.map((c) => this.peers[c].describe()) };
    if (step.compact !== undefined) {
      const peer = this.peers[step.compact];
      return { ...peer.observe(() => {}), compact: peer.describe() };
    }
    const client = Views.clientOf(step);
    if (client !== undefined) {
      const result = this.views.play(step, this);
      return this.peers[client].waits() ? { ...result, w: 1 } : result;
    }
    const verb = ['track', 'undo', 'redo', 'forget', 'stop'].find((v) => step[v] !== undefined);
    if (verb !== undefined) return this.playHistory(verb, this.peers[step[verb]], step);
    throw new Error(`not a step: ${JSON.stringify(step)}`);
  }

  playLocal(step) {
    const peer = this.peers[step.do];
    const done = [];
    const result = peer.observe(() =>
      peer.doc.transact(() => {
        for (const op of step.ops) {
          const [verb, path, ...args] = op;
          try {
            applyOp(peer.resolve(path), verb, args);
            done.push(op);
          } catch (error) {
            if (!(this.lenient && error instanceof Invalid)) throw error;
          }
        }
      }, step.o || null),
    );
    if (this.lenient) step.ops = done;
    return this.note(step, result);
  }

  playHistory(verb, peer, step) {
    const history = peer.histories[step.n];
    if (verb !== 'track' && history === undefined) return { skip: 1 };
    let had = null;
    const result = peer.observe(() => {
      if (verb === 'track') peer.track(step);
      else if (verb === 'forget') history.clear(...step.sides);
      else if (verb === 'stop') history.stopCapturing();
      else {
        try {
          had = history[verb]() !== null;
        } catch (error) {
          throw new Broken(error.message);
        }
      }
    });
    if (had !== null) result.r = had;
    if (had && result.u.some(([, v1]) => areCrossed(peer.doc, v1))) result.x = 1;
    return this.note(step, result);
  }

  playReceive(client, refs, step) {
    const updates = refs
      .map((ref) => this.find(ref))
      .filter((u) => u !== undefined)
      .map((u) => u[step.v - 1]);
    if (updates.length === 0) return { skip: 1 };
    const merge = step.v === 2 ? Y.mergeUpdatesV2 : Y.mergeUpdates;
    const bytes = updates.length > 1 ? merge(updates) : updates[0];
    const peer = this.peers[client];
    return this.note(
      step,
      peer.observe(() => peer.apply(bytes, step.v)),
    );
  }

  playSync(step) {
    const peer = this.peers[step.sync];
    const bytes = this.peers[step.from].state(step.v, Y.encodeStateVector(peer.doc));
    const result = peer.observe(() => peer.apply(bytes, step.v));
    return this.note(step, { ...result, sent: hex(bytes) });
  }

  playHear(step) {
    const peer = this.peers[step.hear];
    return this.note(
      step,
      peer.observe(() => peer.apply(unhex(step.bytes), step.v)),
    );
  }

  playReload(step) {
    const old = this.peers[step.reload];
    const bytes = old.state(step.v);
    const peer = this.newPeer(step.reload, step.id);
    this.peers[step.reload] = peer;
    return this.note(
      step,
      peer.observe(() => peer.apply(bytes, step.v)),
    );
  }

  // All with this guid; each tells of itself.
  playSubdocument(step) {
    const peer = this.peers[step.load ?? step.unload];
    const docs = [...peer.doc.subdocs].filter((doc) => doc.guid === step.guid);
    if (docs.length === 0) return { skip: 1 };
    const told = [[], [], []];
    const result = peer.observe(() => {
      for (const doc of docs) {
        peer.subdocs = null;
        if (step.load !== undefined) doc.load();
        else doc.destroy();
        peer.subdocs?.forEach((guids, n) => told[n].push(...guids));
      }
      peer.subdocs = told;
    });
    return this.note(step, result);
  }

  playUtils(step) {
    const refs = step.from.map((ref) => this.find(ref)).filter((u) => u !== undefined);
    if (refs.length === 0) return { skip: 1 };
    const [v1, v2] = [0, 1].map((v) => refs.map((u) => u[v]));
    const vector = Y.encodeStateVector(this.peers[step.utils].doc);
    const merged = Y.mergeUpdates(v1);
    const mergedV2 = Y.mergeUpdatesV2(v2);
    return {
      utils: {
        merged: hex(merged),
        mergedV2: hex(mergedV2),
        diff: hex(Y.diffUpdate(merged, vector)),
        diffV2: hex(Y.diffUpdateV2(mergedV2, vector)),
        vector: hex(Y.encodeStateVectorFromUpdate(merged)),
        vectorV2: hex(Y.encodeStateVectorFromUpdateV2(mergedV2)),
        toV2: hex(Y.convertUpdateFormatV1ToV2(merged)),
        toV1: hex(Y.convertUpdateFormatV2ToV1(mergedV2)),
        obfuscated: hex(Y.obfuscateUpdate(merged)),
        obfuscatedV2: hex(Y.obfuscateUpdateV2(mergedV2)),
        obfuscatedPlain: hex(Y.obfuscateUpdate(merged, { formatting: false, yxml: false })),
        meta: meta(merged),
      },
    };
  }
}

export const playProgram = (program, options) => {
  const session = new Session(program, options);
  return program.steps.map((step) => session.play(step));
};
