// A random session from a seed, played on npm yjs while it grows. Each seed switches some kinds of
// ops and some ways of delivery off (swarm), so that what remains meets more often.
import { playHistory } from './histories.mjs';
import { Tally } from './tally.mjs';
import { playCompaction, playFind, playLooks, playPlace, playSnapshot } from './views.mjs';
import { Random } from '../support/random.mjs';
import { stateWithGaps } from '../support/later_peer.mjs';
import { Broken, Session } from '../support/session.mjs';
import { hex, kindOf } from '../support/values.mjs';

const WORDS = [
  'a',
  'bc',
  'hello',
  ' ',
  '\n',
  'é',
  '漢字',
  'word ',
  'Z',
  '"quoted"',
  '\u0000',
  'tab\t',
];
const ASTRAL = ['😀', 'x😀y', '👩‍👩‍👧', '𝒳', '😀😀'];
const ATTRIBUTES = [
  ['b', true],
  ['b', null],
  ['i', true],
  ['i', null],
  ['c', '#f00'],
  ['c', '#0f0'],
  ['c', null],
  ['n', 1.5],
  ['s', 'é"'],
  ['link', { href: 'u' }],
  ['link', { href: 'v' }],
  ['link', null],
];
const VALUES = [
  1,
  -5,
  0,
  'v',
  '',
  true,
  false,
  null,
  1.5,
  { k: [1, 2] },
  [1, 'x'],
  {},
  [],
  3000000000,
  -3000000000,
  2147483647,
  -2147483648,
  9007199254740991,
  1e300,
  1e-7,
  0.1,
  { $n: '-0' },
  { $n: 'NaN' },
  { $n: 'Infinity' },
  { $n: '-Infinity' },
  'é😀',
  { nested: { deep: { $n: '-0' }, 10: 'ten', 2: 'two' } },
];
const EMBEDS = [{ image: 'u', w: 3 }, { e: 1 }, { formula: 'x^2', f: 0.1 }];
const KEYS = ['k0', 'k1', 'k2', '', 'é😀', '3'];
const NAMES = ['p', 'P', 'h1', 'div', 'ünï'];

const makeIds = (random, count) => {
  const base = random.pick([
    0,
    0,
    4294967000,
    2 ** 31 - 2,
    2 ** 32 - 2,
    2 ** 40 + 5,
    Number.MAX_SAFE_INTEGER - 200,
  ]);
  const ids = Array.from({ length: count }, (_, i) => base + 1 + i * 40 + random.below(40));
  return random.oneIn(2) ? ids : ids.reverse();
};

class Generator {
  constructor(seed) {
    this.random = new Random(seed);
    const r = this.random;
    this.swarm = {
      astral: !r.oneIn(3),
      format: !r.oneIn(3),
      embed: r.oneIn(2),
      nested: !r.oneIn(3),
      binary: r.oneIn(2),
      subdocs: r.oneIn(4),
      text: !r.oneIn(5),
      array: !r.oneIn(3),
      map: !r.oneIn(3),
      xml: r.oneIn(2),
      big: r.oneIn(4),
      batches: r.oneIn(2),
      outOfOrder: r.oneIn(2),
      duplicates: r.oneIn(3),
      merges: r.oneIn(3),
      syncs: r.oneIn(2),
      reloads: r.oneIn(3),
      v2: !r.oneIn(3),
      typing: r.oneIn(2),
      deletes: !r.oneIn(6),
      deltas: r.oneIn(2),
      places: r.oneIn(3),
      snapshots: r.oneIn(3),
      undo: r.oneIn(2),
      origins: r.oneIn(2),
      compacts: r.oneIn(3),
      gaps: r.oneIn(3),
    };
    // What Yjs lets in later than we do would be another step in its histories.
    if (this.swarm.undo && !r.oneIn(4)) this.swarm.outOfOrder = false;
    // What a history wants is kept by ours and given up by a compaction, and then not to be shown.
    if (this.swarm.undo && this.swarm.snapshots) this.swarm.compacts = false;
    this.now = 1000;
    this.header = this.makeHeader();
    this.steps = [];
    this.trace = [];
    this.session = new Session(this.header);
    this.tally = new Tally(this.header);
    this.have = this.header.clients.map(() => new Set());
    this.sent = []; // refs of local updates, in order of emission
    this.cursor = this.header.clients.map(() => 0);
    this.places = []; // numbers of the steps that made one
    this.snapshots = this.header.clients.map(() => []); // ... by the client that made it
    this.since = this.header.clients.map(() => null); // the step of the snapshot that it keeps
  }

  makeHeader() {
    const { random: r, swarm } = this;
    const roots = [];
    if (swarm.text) roots.push(['text', 't']);
    if (swarm.array) roots.push(['array', 'a']);
    if (swarm.map) roots.push(['map', 'm']);
    if (swarm.xml)
      roots.push(
        ['xmlfragment', 'x'],
        ...(r.oneIn(3) ? [['xmlelement', 'e']] : []),
        ...(r.oneIn(3) ? [['xmltext', 'y']] : []),
      );
    if (roots.length === 0) roots.push(['text', '']);
    const events = r.oneIn(2);
    const gc = !r.oneIn(swarm.snapshots ? 2 : 6);
    const clients = makeIds(r, 2 + r.below(3)).map((id) => ({
      id,
      gc: gc || r.oneIn(2),
      // A text that Yjs types late forgets the formats that it already holds; ours knows them.
      late: !events && !swarm.format && r.oneIn(8),
    }));
    return { clients, roots, events };
  }

  play(step) {
    this.now += this.random.pick([0, 10, 200, 499, 500, 501, 2000]);
    const numbered = { i: this.steps.length, ...step, ...(this.swarm.undo ? { t: this.now } : {}) };
    this.steps.push(numbered);
    const result = this.session.play(numbered);
    this.trace.push(result);
    this.tally.note(numbered, result);
    const client =
      step.do ??
      step.recv ??
      step.sync ??
      step.merge ??
      step.hear ??
      step.reload ??
      step.undo ??
      step.redo ??
      step.forget ??
      step.load ??
      step.unload;
    const updates = this.session.emitted.get(numbered.i) ?? [];
    updates.forEach((_, k) => {
      this.have[client].add(this.sent.length);
      this.sent.push([numbered.i, k]);
    });
    return result;
  }

  get version() {
    return this.swarm.v2 && this.random.oneIn(2) ? 2 : 1;
  }

  // A path to some type that the client sees, the deeper the rarer.
  place(client) {
    const [, name] = this.random.pick(this.header.roots);
    const path = [name];
    let type = this.session.peers[client].root(name);
    while (!this.random.oneIn(3)) {
      const children = this.children(type);
      if (children.length === 0) break;
      const [step, child] = this.random.pick(children);
      path.push(step);
      type = child;
    }
    return [path, type];
  }

  children(type) {
    const out = [];
    let index = 0;
    for (let item = type._start; item !== null; item = item.right) {
      if (item.deleted || !item.countable) continue;
      if (item.content.type) out.push([index, item.content.type]);
      index += item.length;
    }
    for (const [key, item] of type._map)
      if (!item.deleted && item.content.type) out.push([key, item.content.type]);
    return out;
  }

  word() {
    const { random: r, swarm } = this;
    if (swarm.astral && r.oneIn(3)) return r.pick(ASTRAL);
    if (swarm.big && r.oneIn(12)) return r.pick(WORDS).repeat(50 + r.below(100));
    return r.pick(WORDS);
  }

  attributes() {
    const out = {};
    for (let i = 1 + this.random.below(2); i > 0; i--) {
      const [key, value] = this.random.pick(ATTRIBUTES);
      out[key] = value;
    }
    return out;
  }

  newType(inXml = false) {
    const { random: r } = this;
    const kind = r.pick(
      inXml
        ? ['xmlelement', 'xmlelement', 'xmltext', 'xmlhook', 'xmlelement']
        : ['text', 'array', 'map', 'map', 'xmlelement', 'xmlfragment', 'xmltext'],
    );
    switch (kind) {
      case 'text':
      case 'xmltext':
        return { $t: [kind, r.oneIn(2) ? this.word() : ''] };
      case 'array':
        return { $t: [kind, r.oneIn(2) ? this.values(2) : []] };
      case 'map':
        return {
          $t: [
            kind,
            r.oneIn(2)
              ? [
                  [r.pick(KEYS), this.value()],
                  ['z', 1],
                ]
              : [],
          ],
        };
      case 'xmlfragment':
        return { $t: [kind] };
      case 'xmlhook':
        return { $t: [kind, r.pick(NAMES)] };
      default:
        return {
          $t: [
            kind,
            r.pick(NAMES),
            r.oneIn(3)
              ? [
                  ['class', 'c'],
                  ['n', 1],
                ]
              : [],
            r.oneIn(3) ? [{ $t: ['xmltext', this.word()] }] : [],
          ],
        };
    }
  }

  value() {
    const { random: r, swarm } = this;
    if (swarm.nested && r.oneIn(5)) return this.newType();
    if (swarm.binary && r.oneIn(6)) return { $b: r.pick(['', '00', 'ff00ff', '0102030405']) };
    if (swarm.subdocs && r.oneIn(6))
      return {
        $d: [`g${r.below(30)}`, r.pick([{}, { autoLoad: true }, { gc: false, meta: { a: 1 } }])],
      };
    return r.pick(VALUES);
  }

  values(most) {
    return Array.from({ length: 1 + this.random.below(most) }, () => this.value());
  }

  span(type, most) {
    const index = this.random.below(type.length);
    return [index, 1 + this.random.below(Math.min(most, type.length - index))];
  }

  textIndex(client, type) {
    const { random: r } = this;
    if (this.swarm.typing && !r.oneIn(4)) return Math.min(this.cursor[client], type.length);
    return r.below(type.length + 1);
  }

  textOp(client, path, type) {
    const { random: r, swarm } = this;
    const choice = r.below(20);
    if (type.length > 0) {
      if (choice < 5 && swarm.deletes) {
        if (
          swarm.typing &&
          r.oneIn(2) &&
          this.cursor[client] > 0 &&
          this.cursor[client] <= type.length
        ) {
          return ['erase', path, --this.cursor[client], 1];
        }
        return ['erase', path, ...this.span(type, r.oneIn(8) ? 40 : 4)];
      }
      if (choice < 9 && swarm.format)
        return ['format', path, ...this.span(type, 8), this.attributes()];
      if (choice === 9 && swarm.deltas) return ['delta', path, this.delta(type)];
    }
    if (choice === 10 && swarm.embed)
      return [
        'embed',
        path,
        r.below(type.length + 1),
        swarm.nested && r.oneIn(3) ? this.newType() : r.pick(EMBEDS),
        ...(swarm.format && r.oneIn(2) ? [this.attributes()] : []),
      ];
    if (choice === 11 && swarm.map)
      return r.oneIn(3)
        ? ['unset', path, r.pick(KEYS)]
        : ['set', path, r.pick(KEYS), r.pick(VALUES)];
    const index = this.textIndex(client, type);
    const word = this.word();
    this.cursor[client] = index + word.length;
    if (swarm.format && r.oneIn(4))
      return ['insert', path, index, word, r.oneIn(4) ? {} : this.attributes()];
    return ['insert', path, index, word];
  }

  delta(type) {
    const { random: r, swarm } = this;
    const [index, length] = this.span(type, 3);
    const out = index > 0 ? [['retain', index]] : [];
    out.push(
      swarm.deletes && r.oneIn(2)
        ? ['delete', length]
        : swarm.format
          ? ['retain', length, this.attributes()]
          : ['retain', length],
    );
    out.push(
      swarm.format && r.oneIn(2)
        ? ['insert', this.word(), this.attributes()]
        : ['insert', this.word()],
    );
    return out;
  }

  listOp(path, type, inXml) {
    const { random: r, swarm } = this;
    if (type.length > 0 && swarm.deletes && r.oneIn(3))
      return ['erase', path, ...this.span(type, 3)];
    const values = inXml
      ? Array.from({ length: 1 + r.below(2) }, () => this.newType(true))
      : this.values(3);
    return r.oneIn(4) ? ['push', path, values] : ['add', path, r.below(type.length + 1), values];
  }

  mapOp(path, type, isAttributes) {
    const { random: r, swarm } = this;
    if (!isAttributes && r.oneIn(25)) return ['clear', path];
    if (swarm.deletes && r.oneIn(4)) return ['unset', path, r.pick(KEYS)];
    if (isAttributes)
      return ['set', path, r.pick(['class', 'id', 'n']), r.pick(['v', 'w x', 1, true, { k: 1 }])];
    return [
      'set',
      path,
      r.pick(KEYS),
      r.oneIn(12) ? { $u: 1 } : r.oneIn(12) ? { $i: '-9007199254740993' } : this.value(),
    ];
  }

  op(client) {
    const [path, type] = this.place(client);
    switch (kindOf(type)) {
      case 'text':
      case 'xmltext':
        return this.textOp(client, path, type);
      case 'array':
        return this.listOp(path, type, false);
      case 'map':
      case 'xmlhook':
        return this.mapOp(path, type, false);
      case 'xmlfragment':
        return this.listOp(path, type, true);
      default:
        return this.random.oneIn(3) ? this.mapOp(path, type, true) : this.listOp(path, type, true);
    }
  }

  // A batch is generated blind to its own earlier ops, so the session drops what does not apply.
  playLocal(client) {
    // While something waits, Yjs may show less than it could: edits of that would not compare.
    if (this.session.peers[client].waits()) return this.playDelivery(client);
    const count = this.swarm.batches && this.random.oneIn(3) ? 2 + this.random.below(3) : 1;
    const ops = Array.from({ length: count }, () => this.op(client));
    this.session.lenient = count > 1;
    const o = this.swarm.origins && this.random.oneIn(3) ? 2 + this.random.below(3) : undefined;
    this.play({ do: client, ops, ...(o ? { o } : {}) });
  }

  missing(client) {
    return this.sent.map((_, n) => n).filter((n) => !this.have[client].has(n));
  }

  playDelivery(client) {
    const { random: r, swarm } = this;
    const missing = this.missing(client);
    if (swarm.duplicates && this.sent.length > 0 && r.oneIn(5)) {
      return this.play({ recv: client, from: r.pick(this.sent), v: this.version });
    }
    if (swarm.gaps && r.oneIn(4)) return this.playGaps(client, missing);
    if (missing.length === 0) return;
    if (swarm.merges && r.oneIn(4)) {
      const some = missing.filter(() => r.oneIn(2));
      const take = swarm.outOfOrder ? some : missing.slice(0, Math.max(1, some.length));
      for (const n of take) this.have[client].add(n);
      if (take.length > 0)
        this.play({ merge: client, from: take.map((n) => this.sent[n]), v: this.version });
      return;
    }
    const n = swarm.outOfOrder && r.oneIn(3) ? r.pick(missing) : missing[0];
    this.have[client].add(n);
    this.play({ recv: client, from: this.sent[n], v: this.version });
  }

  // A peer of Yjs 14 states all that it holds: some of what is missing and some of what is known.
  playGaps(client, missing) {
    const { random: r, swarm } = this;
    const known = [...this.have[client]].filter(() => r.oneIn(3));
    const fresh = swarm.outOfOrder
      ? missing.filter(() => r.oneIn(2))
      : missing.slice(0, r.below(missing.length + 1));
    const updates = [...known, ...fresh].map((n) => this.session.find(this.sent[n])[0]);
    if (updates.length === 0) return;
    for (const n of fresh) this.have[client].add(n);
    const v = this.version;
    this.play({ hear: client, bytes: hex(stateWithGaps(updates, v)), v });
  }

  playOther(client) {
    const { random: r, swarm } = this;
    const other = r.below(this.header.clients.length);
    if (this.session.peers.some((peer) => peer.waits())) return;
    if (swarm.syncs && other !== client && r.oneIn(3)) {
      this.play({ sync: client, from: other, v: this.version });
    } else if (swarm.reloads && r.oneIn(2)) {
      const id = this.session.peers[client].doc.clientID;
      this.play({ reload: client, id: id > 2 ** 50 ? id - 1000 : id + 1000, v: this.version });
    } else if (swarm.merges && this.sent.length > 0) {
      const from = this.sent.filter(() => r.oneIn(3)).slice(-8);
      if (from.length > 0) this.play({ utils: client, from });
    }
  }

  playSubdocument(client) {
    const { random: r } = this;
    const docs = [...this.session.peers[client].doc.subdocs];
    if (docs.length === 0 || this.session.peers[client].waits()) return;
    this.play({ [r.oneIn(3) ? 'unload' : 'load']: client, guid: r.pick(docs).guid });
  }

  everybody() {
    return this.header.clients.map((_, c) => c);
  }

  // Delivers until everybody has everything, also what the deliveries themselves made.
  settle() {
    for (let rounds = 0; rounds < 50; rounds++) {
      let moved = false;
      for (const client of this.everybody()) {
        for (const n of this.missing(client)) {
          this.have[client].add(n);
          this.play({ recv: client, from: this.sent[n], v: this.version });
          moved = true;
        }
      }
      if (!moved) return;
    }
  }

  run(opCount) {
    const { random: r } = this;
    for (let i = 0; i < opCount; i++) {
      this.playLocal(r.below(this.header.clients.length));
      const client = r.below(this.header.clients.length);
      if (this.swarm.undo && r.oneIn(3)) {
        const undoer = r.below(this.header.clients.length);
        if (!this.session.peers[undoer].waits()) playHistory(this, undoer);
      }
      if (r.oneIn(2)) this.playDelivery(client);
      if (r.oneIn(8)) this.playOther(client);
      if (r.oneIn(20)) this.play({ check: [client] });
      if (this.swarm.compacts && r.oneIn(5))
        playCompaction(this, r.below(this.header.clients.length));
      if (this.swarm.subdocs && r.oneIn(2)) this.playSubdocument(client);
      if (this.swarm.places) {
        if (r.oneIn(3)) playPlace(this, client);
        if (r.oneIn(4)) playFind(this, r.below(this.header.clients.length));
      }
      if (this.swarm.snapshots && r.oneIn(2))
        playSnapshot(this, r.below(this.header.clients.length));
    }
    this.settle();
    for (const client of this.everybody()) playFind(this, client);
    this.play({ check: this.everybody() });
    if (this.swarm.undo) for (const client of this.everybody()) playLooks(this, client);
    return { ...this.header, steps: this.steps };
  }
}

export const generate = (seed, { opCount = 30 } = {}) => {
  const generator = new Generator(seed);
  let program;
  let isBroken = false;
  try {
    program = generator.run(Math.max(5, opCount - 10 + generator.random.below(20)));
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    isBroken = true;
    program = { ...generator.header, steps: generator.steps.slice(0, -1) };
  }
  const isFlat = !generator.swarm.nested && !generator.swarm.xml && !generator.swarm.subdocs;
  const { trace, tally } = generator;
  return { program, trace, tally, isFlat, isBroken };
};

// Several seeds in a row must not be alike in their first draws.
export const seedOf = (base, n) => new Random(BigInt(base) ^ (BigInt(n) << 32n)).next();
