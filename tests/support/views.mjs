// Steps that look at a document instead of changing it: places in it, and how it once was. What
// they answer is in the head of session.mjs.
import * as Y from 'yjs';
import { hex, unhex } from './values.mjs';

// Which type it is, for whoever has another copy: the name of a root, or the item that holds it.
const nameOf = (type) => {
  const { tname, type: id } = Y.createRelativePositionFromTypeIndex(type, 0, -1);
  return id === null ? tname : [id.client, id.clock];
};

// Yjs leaves an empty root name out of the JSON, with which the position is lost.
const positionToJSON = (position) => {
  const { type, tname = position.tname, ...rest } = Y.relativePositionToJSON(position);
  return {
    ...(type ? { type } : {}),
    ...(tname || (tname === '' && !rest.item) ? { tname } : {}),
    ...rest,
  };
};

export class Views {
  constructor() {
    this.positions = new Map(); // step number -> bytes
  }

  play(step, session) {
    if (step.place !== undefined) return this.playPlace(step, session);
    return this.playFind(step, session.peers[step.find].doc);
  }

  playPlace(step, session) {
    const type = session.peers[step.place].find(step.at);
    if (type === null) return { skip: 1 };
    const position = Y.createRelativePositionFromTypeIndex(type, step.index, step.assoc);
    const bytes = hex(Y.encodeRelativePosition(position));
    this.positions.set(step.i, bytes);
    return { place: [bytes, positionToJSON(position)] };
  }

  playFind(step, doc) {
    const bytes = step.from.map((i) => this.positions.get(i)).filter((b) => b !== undefined);
    return {
      found: bytes.map((b) => {
        const position = Y.decodeRelativePosition(unhex(b));
        const place = Y.createAbsolutePositionFromRelativePosition(position, doc);
        return place && [nameOf(place.type), place.index, place.assoc];
      }),
    };
  }
}
