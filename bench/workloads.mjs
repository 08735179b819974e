// What every engine is asked to do, as data: the rows of dmonad/crdt-benchmarks and longer ones of
// each kind of content. Written to a file, so that the kernel and the engines in JavaScript play the
// same edits.
//   node workloads.mjs FILE [OPERATIONS]
//
// Workload := {name, title, shape, start, edits: [[op...]...]}   edits by replica
//   one:   each op is a transaction, whose update a second replica applies
//   two:   both replicas edit a text with the start in one transaction each, then exchange it
//   many:  each replica edits once; then one of them applies all these updates
//   undo:  each op is a transaction and a step; then all are undone, then redone
// Op := [insert, index, text] | [style, index, text, attributes] | [erase, index, count]
//     | [format, index, count, attributes]                      of the text 't'
//     | [add, index, [value...]] | [remove, index, count]       of the array 'a'
//     | [set, key, value] | [unset, key]                        of the map 'm'
//     | [paragraph, index] | [drop, index] | [type, paragraph, index, text]
//     | [mark, paragraph, key, value]           of the XML fragment 'x': elements with a text in each
import fs from 'node:fs';
import { Random } from '../tests/support/random.mjs';

const N = 6_000;
export const CLIENTS = 20 * Math.floor(Math.sqrt(N));

const between = (random, min, max) => min + random.below(max - min + 1);
const word = (random, min, max) =>
  Array.from({ length: between(random, min, max) }, () =>
    String.fromCharCode(97 + random.below(26)),
  ).join('');
const number = (random) => random.below(0x7fffffff);
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

// Inserts of `make()` at random places of a text that is `length` long.
const scattered = (random, make, length = 0) =>
  times(N, () => {
    const text = make();
    const index = between(random, 0, length);
    length += text.length;
    return ['insert', index, text];
  });

// An insert or a deletion at a random place.
const change = (random, length) => {
  const index = between(random, 0, length);
  if (index === length || random.oneIn(2)) return ['insert', index, word(random, 2, 10)];
  return ['erase', index, between(random, 1, Math.min(9, length - index))];
};
const growth = ([verb, , what]) => (verb === 'insert' ? what.length : -what);

const changes = (random) => {
  let length = 0;
  return times(N, () => {
    const op = change(random, length);
    length += growth(op);
    return op;
  });
};

const wordsAndChanges = (random, start) => {
  let length = start;
  return times(N, () => {
    const text = word(random, 3, 9);
    const insert = ['insert', between(random, 0, length), text];
    length += text.length;
    const op = change(random, length);
    length += growth(op);
    return [insert, op];
  }).flat();
};

const one = (name, title, edits) => ({ name, title, shape: 'one', edits: [edits] });
const letter = (random) => word(random, 1, 1);

const ofOneWriter = (random) => [
  one(
    'B1.1',
    'append N characters',
    times(N, (i) => ['insert', i, letter(random)]),
  ),
  one('B1.2', 'insert a string of N', [['insert', 0, word(random, N, N)]]),
  one(
    'B1.3',
    'prepend N characters',
    times(N, () => ['insert', 0, letter(random)]),
  ),
  one(
    'B1.4',
    'N characters at random places',
    scattered(random, () => letter(random)),
  ),
  one(
    'B1.5',
    'N words at random places',
    scattered(random, () => word(random, 2, 10)),
  ),
  one('B1.6', 'insert a string, delete it', [
    ['insert', 0, word(random, N, N)],
    ['erase', 0, N],
  ]),
  one('B1.7', 'insert and delete at random places', changes(random)),
  one(
    'B1.8',
    'append N numbers',
    times(N, (i) => ['add', i, [number(random)]]),
  ),
  one('B1.9', 'insert an array of N numbers', [['add', 0, times(N, () => number(random))]]),
  one(
    'B1.10',
    'prepend N numbers',
    times(N, () => ['add', 0, [number(random)]]),
  ),
  one(
    'B1.11',
    'N numbers at random places',
    times(N, (i) => ['add', between(random, 0, i), [number(random)]]),
  ),
];

const ofTwoWriters = (random) => {
  const start = word(random, 100, 100);
  const two = (name, title, make) => ({
    name,
    title,
    shape: 'two',
    start,
    edits: times(2, make),
  });
  return [
    two('B2.1', 'two insert strings of N at 0', () => [['insert', 0, word(random, N, N)]]),
    two('B2.2', 'two insert N characters each', () => scattered(random, () => letter(random), 100)),
    two('B2.3', 'two insert N words each', () => scattered(random, () => word(random, 3, 9), 100)),
    two('B2.4', 'two insert and delete', () => wordsAndChanges(random, 100)),
  ];
};

const ofManyWriters = () => {
  const many = (name, title, make) => ({
    name,
    title,
    shape: 'many',
    edits: times(CLIENTS, (i) => [make(i)]),
  });
  return [
    many('B3.1', 'clients set a number in a map', (i) => ['set', 'v', i]),
    many('B3.2', 'clients set an object in a map', (i) => [
      'set',
      'v',
      { name: String(i), address: 'here' },
    ]),
    many('B3.3', 'clients set a long string in a map', (i) => [
      'set',
      'v',
      String(i).repeat(CLIENTS),
    ]),
    many('B3.4', 'clients insert a string in an array', (i) => ['add', 0, [String(i)]]),
  ];
};

// Where somebody works: mostly goes on at the same place, sometimes moves elsewhere.
class Place {
  constructor(random) {
    this.random = random;
    this.at = 0;
  }
  next(length) {
    if (this.random.oneIn(20)) this.at = between(this.random, 0, length);
    this.at = Math.min(this.at, length);
    return this.at;
  }
}

const STYLES = [{ bold: true }, { italic: true }, { bold: null }, { link: 'https://example.org' }];

const formatted = (random, count) => {
  const place = new Place(random);
  let length = 0;
  return times(count, () => {
    const index = place.next(length);
    const kind = random.below(10);
    if (length < 20 || kind < 6) {
      const text = word(random, 1, 5);
      length += text.length;
      place.at = index + text.length;
      return kind < 5 ? ['insert', index, text] : ['style', index, text, random.pick(STYLES)];
    }
    const first = Math.min(index, length - 9);
    if (kind < 8) return ['format', first, between(random, 1, 9), random.pick(STYLES)];
    const erased = between(random, 1, 4);
    length -= erased;
    place.at = first;
    return ['erase', first, erased];
  });
};

const entries = (random, count) =>
  times(count, () => {
    const key = `key${random.below(1000)}`;
    const kind = random.below(10);
    if (kind === 0) return ['unset', key];
    if (kind < 5) return ['set', key, number(random)];
    if (kind < 9) return ['set', key, word(random, 5, 20)];
    return ['set', key, { name: word(random, 5, 9), done: false, order: [1, 2, 3] }];
  });

const elements = (random, count) => {
  let length = 0;
  return times(count, () => {
    const index = between(random, 0, length);
    if (index < length && random.oneIn(4)) {
      const removed = Math.min(length - index, between(random, 1, 2));
      length -= removed;
      return ['remove', index, removed];
    }
    const values = times(between(random, 1, 3), () =>
      random.oneIn(2) ? number(random) : word(random, 3, 9),
    );
    length += values.length;
    return ['add', index, values];
  });
};

const paragraphs = (random, count) => {
  const lengths = [];
  return times(count, () => {
    const kind = random.below(20);
    if (lengths.length === 0 || kind < 2) {
      const index = between(random, 0, lengths.length);
      lengths.splice(index, 0, 0);
      return ['paragraph', index];
    }
    const index = random.below(lengths.length);
    if (kind < 3) {
      lengths.splice(index, 1);
      return ['drop', index];
    }
    if (kind < 6) return ['mark', index, random.pick(['align', 'level', 'id']), word(random, 3, 9)];
    const text = word(random, 1, 5);
    const at = between(random, 0, lengths[index]);
    lengths[index] += text.length;
    return ['type', index, at, text];
  });
};

const steps = (random, count) => {
  const place = new Place(random);
  let length = 0;
  return times(count, () => {
    const index = place.next(length);
    if (index > 3 && random.oneIn(4)) {
      const erased = between(random, 1, 3);
      length -= erased;
      place.at = index - erased;
      return ['erase', index - erased, erased];
    }
    const text = word(random, 1, 3);
    length += text.length;
    place.at = index + text.length;
    return ['insert', index, text];
  });
};

export const workloads = (operations = 100_000) => {
  const random = new Random(20_260_101);
  const many = operations.toLocaleString('en-US');
  return [
    ...ofOneWriter(random),
    ...ofTwoWriters(random),
    ...ofManyWriters(),
    one('formatted', `${many} operations on formatted text`, formatted(random, operations)),
    one('map', `${many} operations on a map`, entries(random, operations)),
    one('array', `${many} operations on an array`, elements(random, operations)),
    one('xml', `${many} operations on XML`, paragraphs(random, operations)),
    {
      name: 'undo',
      title: `${many} operations under an undo manager`,
      shape: 'undo',
      edits: [steps(random, operations)],
    },
  ];
};

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [, , file, operations] = process.argv;
  fs.writeFileSync(file, JSON.stringify(workloads(operations && Number(operations))));
}
