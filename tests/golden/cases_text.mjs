// Golden sessions on text, plain and rich.
import { T, one, session, ins, del, fmt, set, each, B } from './programs.mjs';
import { ASTRAL_TEXT, NUMBERS } from './values.mjs';

export const texts = [
  one('nothing happens', [[]], { shared: 'empty', roots: [['text', 't']] }),
  one('a word', each([ins(0, 'abc')]), { shared: 'text abc' }),
  one('typing and a deletion', each([ins(0, 'a'), ins(1, 'b'), ins(2, 'c'), del(1, 1)]), {
    shared: 'text typed a,b,c then delete b',
  }),
  one('typing backwards', each([ins(0, 'a'), ins(0, 'b'), ins(0, 'c')]), {
    shared: 'text prepend',
  }),
  one('an insert splits a run', each([ins(0, 'hello'), ins(2, 'XY')]), {
    shared: 'text insert in the middle (split)',
  }),
  one('an astral character', each([ins(0, 'a😀b')]), { shared: 'text emoji' }),
  one('an insert between surrogates', each([ins(0, 'a😀b'), ins(2, '-')]), {
    shared: 'text emoji split by insert (surrogates become U+FFFD)',
  }),
  one('half an astral character deleted', each([ins(0, 'a😀b'), del(1, 1)]), {
    shared: 'text emoji half deleted',
  }),
  one('the other half deleted', each([ins(0, 'a😀b'), del(2, 1), ins(2, '😀'), del(0, 1)])),
  one(
    'cuts inside every pair of a run',
    each([ins(0, ASTRAL_TEXT), ins(1, '.'), ins(4, '.'), del(2, 3), ins(6, '𝒳'), del(7, 1)]),
  ),
  one('without collection deleted text stays', each([ins(0, 'hello'), del(1, 3)]), {
    gc: false,
    shared: 'text gc off keeps deleted string',
  }),
  one('inserted and deleted in one transaction', [
    [ins(0, 'gone'), del(0, 4)],
    [ins(0, 'ab'), del(1, 1), ins(1, 'c')],
  ]),
  one(
    'inserted and deleted at once, nothing collected',
    [
      [ins(0, 'gone'), del(0, 4)],
      [ins(0, 'ab'), del(1, 1), ins(1, 'c')],
    ],
    { gc: false },
  ),
  one(
    'a deletion over several runs',
    each([ins(0, 'one '), ins(0, 'two '), ins(4, 'three '), del(2, 9), ins(3, 'x'), del(0, 4)]),
  ),
  one(
    'everything deleted, then written again',
    each([ins(0, 'first'), del(0, 5), ins(0, 'second'), del(0, 6), ins(0, 'third')]),
  ),
  one('several scripts', each([ins(0, 'é漢字'), ins(1, 'ß'), ins(4, 'עברית'), del(2, 3)])),
  one(
    'control characters and a byte order mark',
    each([ins(0, '\ufeff\u0000\u001f"\\/\u2028\u007f'), ins(1, '\ufeff')]),
  ),
  one('a root with an empty name', [[['insert', [''], 0, 'x']]], { roots: [['text', '']] }),
  one('nobody watches and a reader asks late', each([ins(0, 'abc'), ins(1, 'x'), del(0, 2)]), {
    events: false,
  }),
  one('a long text', each([ins(0, 'word '.repeat(60)), del(17, 100), ins(33, 'é'.repeat(200))])),
];

export const rich = [
  one('bold', each([ins(0, 'hello world'), fmt(0, 5, B)]), { shared: 'rich text bold' }),
  one('inserted with attributes', each([ins(0, 'ab', { b: true, c: '#fff' }), ins(2, 'cd', {})]), {
    shared: 'rich text insert with attributes',
  }),
  one('a format taken away', each([ins(0, 'abcdef', { b: true }), fmt(2, 2, { b: null })]), {
    shared: 'rich text remove format',
  }),
  one(
    'overlapping formats',
    each([
      ins(0, 'abcdefgh'),
      fmt(0, 5, B),
      fmt(3, 5, { i: true }),
      fmt(2, 4, { bold: null }),
      fmt(0, 8, { c: '#f00' }),
    ]),
  ),
  one(
    'a format over itself',
    each([
      ins(0, 'abcdef'),
      fmt(1, 4, B),
      fmt(1, 4, B),
      fmt(0, 6, B),
      fmt(2, 1, { bold: null }),
      fmt(2, 1, B),
    ]),
  ),
  one(
    'a format replaced',
    each([
      ins(0, 'abcdef'),
      fmt(0, 6, { c: 'red' }),
      fmt(2, 2, { c: 'blue' }),
      fmt(2, 2, { c: 'red' }),
    ]),
  ),
  one(
    'an insert takes the attributes in force',
    each([ins(0, 'ab', B), ins(1, 'x'), ins(0, 'y'), ins(4, 'z'), ins(4, 'w', {})]),
  ),
  one(
    'deletions clean the formats between',
    each([ins(0, 'abcdef'), fmt(1, 2, B), fmt(3, 2, { i: true }), del(1, 4), ins(1, 'x')]),
  ),
  one(
    'deletions clean the formats between, nothing collected',
    each([ins(0, 'abcdef'), fmt(1, 2, B), fmt(3, 2, { i: true }), del(1, 4), ins(1, 'x')]),
    { gc: false },
  ),
  one(
    'format values of every kind',
    NUMBERS.slice(0, 24)
      .map((n, i) => [ins(0, 'x', { n })])
      .concat([
        [ins(0, 'o', { o: { z: 1, a: [1, null, 'x'], 10: true, 2: {} } })],
        [ins(0, 's', { 'é😀"': '\u0001\n😀' })],
      ]),
  ),
  one(
    'an object as an attribute',
    each([
      ins(0, 'link', { link: { href: 'u' } }),
      fmt(0, 2, { link: { href: 'u' } }),
      fmt(1, 2, { link: { href: 'v' } }),
    ]),
  ),
  one('an embed', each([ins(0, 'x'), ['embed', ['t'], 1, { image: 'u', w: 3 }, { a: 1 }]]), {
    shared: 'embed',
  }),
  one('embeds of every kind', [
    [ins(0, 'ab', B)],
    [['embed', ['t'], 1, { f: 0.1, n: null, s: 'é"😀', a: [1.5, -3, 1e21] }]],
    [['embed', ['t'], 0, T('map', [['k', 1]])]],
    [['embed', ['t'], 4, T('xmlelement', 'img'), B], set('src', 'u', ['t', 4])],
    [del(0, 3)],
  ]),
  one('a delta', [
    [
      [
        'delta',
        ['t'],
        [
          ['insert', 'Gandalf', B],
          ['insert', ' the '],
          ['insert', 'Grey', { c: '#ccc' }],
          ['insert', '\n'],
        ],
      ],
    ],
    [
      [
        'delta',
        ['t'],
        [
          ['retain', 7, { bold: null, i: true }],
          ['delete', 5],
          ['insert', '-', {}],
          ['retain', 4],
        ],
      ],
    ],
  ]),
  one(
    'attributes of a text',
    each([
      ins(0, 'x'),
      ['set', ['t'], 'lang', 'en'],
      ['set', ['t'], 'lang', 'de'],
      ['set', ['t'], 'n', { a: [1] }],
      ['unset', ['t'], 'lang'],
    ]),
  ),
  one(
    'a cut inside a pair under formats',
    each([ins(0, '😀😀😀', B), fmt(1, 3, { bold: null }), ins(3, '-'), del(0, 1)]),
  ),
  session(
    'concurrent formats are cleaned by who receives them',
    [1, 2],
    [['text', 't']],
    [
      { do: 0, ops: [ins(0, 'hello world')] },
      { recv: 1, from: [0, 0], v: 1 },
      { do: 0, ops: [fmt(0, 5, B)] },
      { do: 1, ops: [fmt(2, 6, B)] },
      { recv: 1, from: [2, 0], v: 1 },
      { recv: 0, from: [3, 0], v: 2 },
      { do: 0, ops: [del(1, 6)] },
      { recv: 1, from: [6, 0], v: 1 },
      { sync: 0, from: 1, v: 1 },
      { sync: 1, from: 0, v: 2 },
      { check: [0, 1] },
    ],
  ),
  session(
    'a deletion meets a concurrent format',
    [7, 3],
    [['text', 't']],
    [
      { do: 0, ops: [ins(0, 'abc'), fmt(1, 1, B)] },
      { recv: 1, from: [0, 0], v: 2 },
      { do: 0, ops: [del(1, 1)] },
      { do: 1, ops: [fmt(0, 3, { bold: null }), fmt(1, 2, { i: 1 })] },
      { recv: 1, from: [2, 0], v: 1 },
      { recv: 0, from: [3, 0], v: 1 },
      { sync: 0, from: 1, v: 1 },
      { sync: 1, from: 0, v: 1 },
      { check: [0, 1] },
    ],
  ),
];
