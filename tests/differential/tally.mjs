// How often each kind of thing happened, so that a reader can see what a run has covered.

const STEPS = {
  do: 'transactions',
  recv: 'updates',
  merge: 'merged updates',
  sync: 'states past a vector',
  hear: 'states with gaps, as of Yjs 14',
  reload: 'reloads',
  utils: 'byte functions',
  load: 'subdocuments loaded',
  unload: 'subdocuments unloaded',
  check: 'checks',
  compact: 'compactions',
  place: 'relative positions',
  find: 'relative positions resolved',
  snap: 'snapshots',
  look: 'looks at snapshots',
  rewind: 'documents as of a snapshot',
  within: 'updates asked of a snapshot',
  track: 'undo stacks',
  undo: 'undo',
  redo: 'redo',
  forget: 'undo stacks cleared',
  stop: 'captures stopped',
};

const clientOf = (step, verb) => (verb === 'check' ? step.check[0] : step[verb]);

export class Tally {
  constructor(header) {
    this.header = header;
    this.counts = new Map();
  }

  count(name, n = 1) {
    if (n > 0) this.counts.set(name, (this.counts.get(name) ?? 0) + n);
  }

  note(step, result) {
    const verb = Object.keys(STEPS).find((key) => step[key] !== undefined);
    this.count(STEPS[verb]);
    const client = this.header.clients[clientOf(step, verb)];
    this.count('steps on documents that keep all (gc: false)', client.gc ? 0 : 1);
    this.count('steps of clients beyond 32 bits', client.id > 0xffffffff ? 1 : 0);
    this.count('steps in V2', step.v === 2 ? 1 : 0);
    this.count('steps while something waits', result.w ?? 0);
    this.count(
      'compactions that change the policy',
      step.compact !== undefined && step.keep !== undefined ? 1 : 0,
    );
    this.count('events of types', result.e?.length ?? 0);
    this.count('events of subdocuments', result.s ? 1 : 0);
    this.count('events of undo stacks', result.k?.length ?? 0);
    this.count('undo and redo that Yjs puts elsewhere than its peers', result.x ?? 0);
    for (const [name] of step.ops ?? []) this.count(`edit: ${name}`);
  }

  add(other) {
    for (const [name, n] of other.counts) this.count(name, n);
  }

  lines() {
    return [...this.counts]
      .sort(([, a], [, b]) => b - a)
      .map(([name, n]) => `${String(n).padStart(9)} ${name}`)
      .join('\n');
  }
}
