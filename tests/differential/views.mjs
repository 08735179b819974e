// Steps that look at a document, drawn for a generator of programs: places in it, how it once was,
// and how little of it may be kept.
import * as Y from 'yjs';

export const playPlace = (generator, client) => {
  const { random: r } = generator;
  if (generator.session.peers[client].waits()) return;
  const [path, type] = generator.place(client);
  const index = r.below(type._length + (r.oneIn(5) ? 4 : 1));
  const { place } = generator.play({
    place: client,
    path,
    index,
    assoc: r.pick([0, -1, 0, -1, 2, -70]),
  });
  if (place) generator.places.push(generator.steps.length - 1);
};

export const playFind = (generator, client) => {
  const from = generator.places.slice(-12);
  if (from.length > 0) generator.play({ find: client, from });
};

export const playSnapshot = (generator, client) => {
  const { random: r } = generator;
  if (generator.session.peers[client].waits()) return;
  if (!r.oneIn(3)) {
    // Yjs cuts items to look at a snapshot, and those that undo has brought back stay cut.
    if (!generator.swarm.undo) playLook(generator, client);
    return;
  }
  generator.snapshots[client].push(generator.steps.length);
  generator.play({ snap: client, v: generator.version });
};

// At the end of a session with histories.
export const playLooks = (generator, client) => {
  if (generator.session.peers[client].waits()) return;
  for (let i = 0; i < 6; i++) playLook(generator, client);
};

const playLook = (generator, client) => {
  const { random: r } = generator;
  // Yjs cuts a text where a snapshot of another replica ends, also through a pair of surrogates.
  const all = generator.swarm.astral ? generator.snapshots[client] : generator.snapshots.flat();
  const known = all.filter((at) => canTell(generator, client, at));
  if (known.length === 0) return;
  const at = r.pick(known);
  if (r.oneIn(5)) return generator.play({ rewind: client, at });
  if (r.oneIn(5)) {
    const from = generator.sent.filter(() => r.oneIn(3)).slice(-8);
    return generator.play({ within: client, at, from });
  }
  const [path] = generator.place(client);
  generator.play({ look: client, path, at, before: r.oneIn(6) ? -1 : r.pick(known) });
};

// Whether nothing that the snapshot shows is deleted in the one since which the client keeps.
const canTell = (generator, client, at) => {
  if (generator.since[client] === null || generator.since[client] === at) return true;
  const { snapshots } = generator.session.views;
  const [since, { sv, ds }] = [snapshots.get(generator.since[client]), snapshots.get(at)];
  for (const [id, ranges] of since.ds.clients)
    for (const { clock, len } of ranges)
      for (let c = clock; c < Math.min(clock + len, sv.get(id) ?? 0); c++)
        if (!Y.isDeleted(ds, Y.createID(id, c))) return false;
  return true;
};

export const playCompaction = (generator, client) => {
  const { random: r, swarm, header } = generator;
  const step = { compact: client };
  const keepsAll = !header.clients[client].gc && generator.since[client] === null;
  const known = generator.snapshots[client];
  // Whoever gives up deleted content that Yjs keeps must not be a source for others' snapshots.
  if (keepsAll && known.length > 0 && !swarm.syncs && !swarm.undo && r.oneIn(2)) {
    step.keep = generator.since[client] = r.pick(known);
  }
  // What is inserted and deleted at once is not even told with its content then.
  if (swarm.undo && !swarm.merges && r.oneIn(4)) step.keep = 'undo';
  generator.play(step);
};
