// Steps that look at a document instead of changing it: places in it, and how it once was. What
// they answer is in the head of session.mjs.
import * as Y from 'yjs';
import { encode, hex, unhex } from './values.mjs';

// Which type it is, for whoever has another copy: the name of a root, or the item that holds it.
const nameOf = (type) => {
  const { tname, type: id } = Y.createRelativePositionFromTypeIndex(type, 0, -1);
  return id === null ? tname : [id.client, id.clock];
};

const isGone = (type) => type._item !== null && (type._item.deleted || isGone(type._item.parent));

// Yjs leaves an empty root name out of the JSON, with which the position is lost.
const positionToJSON = (position) => {
  const { type, tname = position.tname, ...rest } = Y.relativePositionToJSON(position);
  return {
    ...(type ? { type } : {}),
    ...(tname || (tname === '' && !rest.item) ? { tname } : {}),
    ...rest,
  };
};

const describe = (type, { client, clock }) => ({ type, user: client, at: clock });

const encodeText = (delta) =>
  delta.map((op) =>
    op.attributes ? [encode(op.insert, false), encode(op.attributes)] : [encode(op.insert, false)],
  );

// The steps of this file by their verbs, whose value is the client that is looked at.
const VERBS = ['place', 'find', 'snap', 'look', 'rewind', 'within'];

export class Views {
  static clientOf(step) {
    return VERBS.map((verb) => step[verb]).find((client) => client !== undefined);
  }

  constructor() {
    this.positions = new Map(); // step number -> bytes
    this.snapshots = new Map(); // step number -> snapshot
  }

  play(step, session) {
    const peer = session.peers[Views.clientOf(step)];
    if (step.place !== undefined) return this.playPlace(step, peer);
    if (step.find !== undefined) return this.playFind(step, peer.doc);
    if (step.snap !== undefined) return this.playSnap(step, peer.doc);
    if (!this.snapshots.has(step.at)) return { skip: 1 };
    if (step.look !== undefined) return this.playLook(step, peer);
    if (step.rewind !== undefined) return this.playRewind(step, peer.doc, session);
    return this.playWithin(step, session);
  }

  playPlace(step, peer) {
    const type = peer.find(step.path);
    if (type === null) return { skip: 1 };
    const position = Y.createRelativePositionFromTypeIndex(type, step.index, step.assoc);
    const bytes = hex(Y.encodeRelativePosition(position));
    this.positions.set(step.i, bytes);
    return { place: [bytes, positionToJSON(position)] };
  }

  playFind(step, doc) {
    const bytes = step.from.map((i) => this.positions.get(i)).filter((b) => b !== undefined);
    const places = bytes.map((b) => {
      const position = Y.decodeRelativePosition(unhex(b));
      return [true, false].map((follows) =>
        Y.createAbsolutePositionFromRelativePosition(position, doc, follows),
      );
    });
    const of = (spell) => places.map((pair) => pair.map((place) => place && spell(place)));
    return {
      found: of(({ type, index, assoc }) => [nameOf(type), index, assoc]),
      dead: of(({ type }) => isGone(type)),
    };
  }

  playSnap(step, doc) {
    const snapshot = Y.snapshot(doc);
    const [v1, v2] = [Y.encodeSnapshot(snapshot), Y.encodeSnapshotV2(snapshot)];
    this.snapshots.set(step.i, step.v === 2 ? Y.decodeSnapshotV2(v2) : Y.decodeSnapshot(v1));
    return { snap: [hex(v1), hex(v2)] };
  }

  playLook(step, peer) {
    const type = peer.find(step.path);
    if (type === null) return { skip: 1 };
    const at = this.snapshots.get(step.at);
    const before = this.snapshots.get(step.before) ?? Y.emptySnapshot;
    const look = {};
    if (type instanceof Y.Text) {
      look.delta = encodeText(type.toDelta(at));
      look.changes = encodeText(type.toDelta(at, before));
      look.authors = encodeText(type.toDelta(at, before, describe));
    }
    peer.doc.transact(() => {
      // Yjs forgets to split what lists and maps show; for a text it does.
      peer.doc.getText('views').toDelta(at);
      if (!(type instanceof Y.Text))
        look.list = Y.typeListToArraySnapshot(type, at).map((value) => encode(value, false));
      const entries = Y.typeMapGetAllSnapshot(type, at);
      look.entries = {};
      for (const [key, value] of Object.entries(entries)) {
        const one = Y.typeMapGetSnapshot(type, key, at);
        if (!Object.is(one, value)) throw new Error(`two values for ${key}`);
        // Also what a value shows that was collected.
        if (value !== undefined) look.entries[key] = encode(value, false);
      }
    });
    return { look };
  }

  playRewind(step, doc, session) {
    const peer = session.newPeer(step.rewind, 77);
    try {
      Y.createDocFromSnapshot(doc, this.snapshots.get(step.at), peer.doc);
    } catch {
      return { refused: 1 };
    }
    return { check: [peer.describe()] };
  }

  playWithin(step, session) {
    const snapshot = this.snapshots.get(step.at);
    const updates = step.from.map((ref) => session.find(ref)).filter((u) => u !== undefined);
    return {
      // Of V2 there is no such function in the package; it must say the same.
      within: updates.map(([v1]) => {
        const isWithin = Y.snapshotContainsUpdate(snapshot, v1);
        return [isWithin, isWithin];
      }),
    };
  }
}
