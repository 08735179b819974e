// Steps that keep and use histories, drawn for a generator of programs.

const track = (generator, client) => {
  const { random: r, swarm } = generator;
  const places = Array.from({ length: 1 + r.below(2) }, () => generator.place(client)[0]);
  // Yjs reads a delta, drops a subdocument and types a root late in transactions of their own,
  // which a history of the whole document takes for steps. It opens one to clean formatting up, too,
  // and where updates wait for others, not always when we do: see compare.mjs on what waits. It finds
  // nothing to clean where documents were compacted, and counts that as a step too.
  const { late } = generator.header.clients[client];
  const isPlain = !(
    generator.header.events ||
    swarm.subdocs ||
    swarm.outOfOrder ||
    swarm.compacts ||
    late
  );
  const isWhole = isPlain && r.oneIn(3);
  // What a compacted document has given up arrives deleted, where Yjs deletes it after all else has
  // come: redo goes by the order of deletions.
  const tracksRemote = !swarm.outOfOrder && !swarm.compacts && r.oneIn(8);
  generator.play({
    track: client,
    scope: isWhole ? null : r.oneIn(2) ? generator.header.roots.map(([, name]) => [name]) : places,
    timeout: r.pick([0, 0, 500, 500, 1e9]),
    origins: [
      ...(r.oneIn(8) ? [] : [0]),
      ...(swarm.origins ? [2, 3].filter(() => r.oneIn(2)) : []),
      ...(tracksRemote ? [1] : []),
    ],
    ignore: r.oneIn(3),
    filter: r.oneIn(6) ? 'types' : null,
    capture: swarm.origins && r.oneIn(4) ? 3 : null,
  });
};

export const playHistory = (generator, client) => {
  const { random: r } = generator;
  const { length } = generator.session.peers[client].histories;
  if (length === 0 || (length < 3 && r.oneIn(30))) return track(generator, client);
  const n = r.below(length);
  const history = generator.session.peers[client].histories[n];
  const choice = r.below(20);
  if (choice === 0)
    generator.play({
      forget: client,
      n,
      sides: r.pick([
        [true, true],
        [true, false],
        [false, true],
      ]),
    });
  else if (choice === 1) generator.play({ stop: client, n });
  else
    for (let i = r.oneIn(3) ? 1 + r.below(8) : 1; i > 0; i--) {
      const verb = history.canRedo() && r.oneIn(2) ? 'redo' : 'undo';
      if (!(verb === 'redo' ? history.canRedo() : history.canUndo()) && !r.oneIn(4)) continue;
      generator.play({ [verb]: client, n });
    }
};
