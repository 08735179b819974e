// Golden sessions on arrays, maps, XML and subdocuments.
import { T, one, set, each, list } from './programs.mjs';
import { NUMBERS, SHARED_VALUES } from './values.mjs';

export const arrays = [
  one('numbers in arrays', [...NUMBERS.map((n) => [list(n)]), [list(...NUMBERS)]]),
  one(
    'values one by one and together',
    [...SHARED_VALUES.map((v) => [list(v)]), [list(...SHARED_VALUES)]],
    { shared: 'any values in array' },
  ),
  one(
    'bytes in an array and a map',
    [[['add', ['a'], 0, [{ $b: '010203' }, { $b: '' }]]], [['set', ['m'], 'b', { $b: 'ff' }]]],
    { shared: 'binary in array and map' },
  ),
  one('values in arrays', [
    [list('str', '', 'é😀', true, false, null, [1, [2, 'x']], { a: 1, b: { c: [] } }, {}, [])],
    [['add', ['a'], 3, [{ 10: 'ten', 2: 'two', k: { $u: 1 } }, 'x']]],
    [['erase', ['a'], 2, 4]],
  ]),
  one(
    'inserts and deletions',
    each([
      ['add', ['a'], 0, [1, 2, 3, 4]],
      ['add', ['a'], 2, ['x']],
      ['erase', ['a'], 1, 2],
    ]),
    { shared: 'array push/insert/delete' },
  ),
  one(
    'push goes behind tombstones',
    each([
      list(1, 2, 3),
      ['erase', ['a'], 2, 1],
      list(4),
      ['erase', ['a'], 1, 2],
      ['add', ['a'], 1, [5]],
      list(6),
    ]),
  ),
  one('bytes', [
    [
      ['add', ['a'], 0, [{ $b: '010203' }, { $b: '' }]],
      ['set', ['m'], 'b', { $b: 'ff' }],
    ],
    [['add', ['a'], 1, [{ $b: '00' }, 'x', { $b: '80' }]]],
  ]),
  one('everything in one call', [
    [
      [
        'add',
        ['a'],
        0,
        [
          1,
          'x',
          { $b: '01' },
          T('text', 'hi'),
          2,
          T('array', [1, T('map', [['k', 'v']]), 2]),
          T('map', [
            ['a', 1],
            ['b', T('text', 'in')],
          ]),
          3,
        ],
      ],
    ],
    [
      [
        'add',
        ['a'],
        1,
        [T('xmltext', 'y'), 9, T('xmlelement', 'p', [['k', 'v']], [T('xmltext', 'z')])],
      ],
    ],
    [['push', ['a'], [T('array'), T('text', ''), 7]]],
    [['erase', ['a'], 3, 4]],
  ]),
];

export const maps = [
  one(
    'a key overwritten',
    each([set('k', 1), set('k', 2), set('k', 'three'), set('j', { x: 1 })]),
    { shared: 'map overwrite three times' },
  ),
  one('a key deleted', each([set('k', 1), ['unset', ['m'], 'k']]), { shared: 'map delete' }),
  one(
    'a key deleted and set again',
    each([
      set('k', 1),
      ['unset', ['m'], 'k'],
      set('k', 2),
      ['unset', ['m'], 'none'],
      set('', 'empty key'),
      set('é😀', 1),
    ]),
  ),
  one('a key set three times at once', [
    [set('k', 1), set('k', 2), set('k', 3), set('j', 1), ['unset', ['m'], 'j']],
  ]),
  one(
    'a key overwritten, nothing collected',
    each([set('k', 1), set('k', 2), ['unset', ['m'], 'k']]),
    { gc: false },
  ),
  one('undefined, null, bigints, NaN', [
    [set('u', { $u: 1 })],
    [set('n', null)],
    [set('big', { $i: '3122649618481343' })],
    [set('nan', { $n: 'NaN' })],
    [set('min', { $i: '-9223372036854775808' })],
    [set('max', { $i: '9223372036854775807' })],
  ]),
  one(
    'values only for maps',
    each([
      set('u', { $u: 1 }),
      set('n', null),
      set('big', { $i: '3122306864379792082' }),
      set('nan', { $n: 'NaN' }),
    ]),
    { shared: 'map set undefined/null/bigint/date' },
  ),
  one(
    'a text in a map in a list in a map',
    each([
      set('list', T('array')),
      ['add', ['m', 'list'], 0, [1, T('map'), 'z']],
      set('t', T('text', 'hi'), ['m', 'list', 1]),
    ]),
    { shared: 'nested types' },
  ),
  one('cleared', [
    [set('a', 1), set('b', 2), set('c', T('array', [1]))],
    [['clear', ['m']]],
    [set('b', 3)],
  ]),
  one('nested types', [
    [set('list', T('array'))],
    [['add', ['m', 'list'], 0, [1, T('map'), 'z']]],
    [set('t', T('text', 'hi'), ['m', 'list', 1])],
    [['insert', ['m', 'list', 1, 't'], 1, '-']],
  ]),
  one(
    'a nested type deleted',
    [
      [set('list', T('array'))],
      [['add', ['m', 'list'], 0, [1, 2, 3]]],
      [['add', ['m', 'list'], 1, [T('text')]]],
      [['insert', ['m', 'list', 1], 0, 'gone']],
      [['unset', ['m'], 'list']],
    ],
    { shared: 'nested type deleted (GC structs)' },
  ),
  one(
    'a nested type deleted, nothing collected',
    [[set('list', T('array', [1, T('text', 'kept'), 2]))], [['unset', ['m'], 'list']]],
    { gc: false },
  ),
  one('a nested type overwritten', [
    [
      set(
        'k',
        T('map', [
          ['a', T('array', [1])],
          ['b', 2],
        ]),
      ),
    ],
    [set('b', 3, ['m', 'k'])],
    [set('k', 'plain')],
    [set('k', T('text', 'again'))],
  ]),
  one('made and deleted at once', [
    [set('k', T('array', [1, T('text', 'x')])), ['unset', ['m'], 'k']],
  ]),
];

export const xml = [
  one(
    'xml',
    [
      [['add', ['x'], 0, [T('xmlelement', 'p', [['class', 'c']]), T('xmltext', 'tail')]]],
      [['add', ['x', 0], 0, [T('xmltext')]]],
      [['insert', ['x', 0, 0], 0, 'bold', { strong: {} }]],
      [['add', ['x'], 1, [T('xmlhook', 'hook')]]],
      [set('k', 'v', ['x', 1])],
    ],
    { shared: 'xml' },
  ),
  one('an element as root', [[set('a', '1', ['x'])]], {
    roots: [['xmlelement', 'x']],
    shared: 'xml element root',
  }),
  one(
    'a text of xml as root',
    [
      [['insert', ['y'], 0, 'plain <&> text']],
      [['format', ['y'], 0, 5, { strong: {}, a: { href: 'u', title: 't' } }]],
    ],
    { roots: [['xmltext', 'y']] },
  ),
  one(
    'a tree that a reader asks for late',
    [
      [['add', ['x'], 0, [T('xmlelement', 'p', [['k', 'v']], [T('xmltext', 'in')])]]],
      [['erase', ['x'], 0, 1]],
    ],
    { events: false },
  ),
  one('attributes', [
    [
      [
        'add',
        ['x'],
        0,
        [
          T('xmlelement', 'DIV', [
            ['z', '1'],
            ['a', '2'],
          ]),
        ],
      ],
    ],
    [set('m', 1.5, ['x', 0])],
    [set('z', '"<&', ['x', 0])],
    [['unset', ['x', 0], 'a']],
    [set('b', true, ['x', 0])],
  ]),
  one('a tree edited and cut', [
    [
      [
        'add',
        ['x'],
        0,
        [
          T(
            'xmlelement',
            'ul',
            [],
            [
              T('xmlelement', 'li', [], [T('xmltext', 'one')]),
              T('xmlelement', 'li', [], [T('xmltext', 'two')]),
            ],
          ),
        ],
      ],
    ],
    [['add', ['x', 0], 1, [T('xmlelement', 'li', [], [T('xmltext', 'middle')])]]],
    [['insert', ['x', 0, 0, 0], 3, '!']],
    [['erase', ['x', 0], 1, 1]],
    [['erase', ['x'], 0, 1]],
  ]),
];

export const subdocs = [
  one(
    'subdocuments',
    [
      [set('s', { $d: ['sub-1', { autoLoad: true, meta: { a: 1 } }] })],
      [set('s2', { $d: ['sub-2', { gc: false }] })],
    ],
    { shared: 'subdoc' },
  ),
  one('subdocuments in arrays, deleted', [
    [['add', ['a'], 0, [1, { $d: ['é', {}] }, 2, { $d: ['b', { meta: 'm' }] }]]],
    [['erase', ['a'], 1, 1]],
    [set('k', { $d: ['c', {}] })],
    [set('k', 1)],
  ]),
];
