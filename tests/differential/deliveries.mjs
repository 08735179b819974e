// Which steps of a program may tell a client of structs that it has.
const WAYS = ['recv', 'merge', 'sync', 'hear'];
// The verbs after which there are local updates, of edits or of what is cleaned up.
const MAKERS = ['do', 'undo', 'redo', ...WAYS];

export class Deliveries {
  constructor(program) {
    this.makers = new Map();
    for (const step of program.steps) {
      const maker = MAKERS.find((verb) => step[verb] !== undefined);
      if (maker !== undefined) this.makers.set(step.i, step[maker]);
    }
    this.known = program.clients.map(() => new Set());
    this.isSynced = program.clients.map(() => false);
  }

  // To be asked for each step in order.
  repeats(step) {
    const way = WAYS.find((verb) => step[verb] !== undefined);
    if (way === undefined) return false;
    const client = step[way];
    if (way === 'hear') return true;
    if (way === 'sync') {
      this.isSynced[client] = true;
      return false;
    }
    const updates = way === 'recv' ? [step.from] : step.from;
    return updates.filter((update) => this.hasHad(client, update)).length > 0;
  }

  hasHad(client, [i, k]) {
    const key = `${i} ${k}`;
    const { [client]: known } = this.known;
    const had = this.isSynced[client] || this.makers.get(i) === client || known.has(key);
    known.add(key);
    return had;
  }
}
