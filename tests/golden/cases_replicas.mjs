// Golden sessions of several writers: conflicts, wrong orders, byte utilities.
import { T, one, session, ins, del, set, each, B, list } from './programs.mjs';

const abc = (id, c) => Array.from('abcd', (ch, i) => ({ do: c, ops: [ins(1 + i, `${ch}${id}`)] }));
export const concurrent = [
  session(
    'two insert at one place',
    [1, 2],
    [['text', 't']],
    [
      { do: 0, ops: [ins(0, 'A')] },
      { do: 1, ops: [ins(0, 'B')] },
      { recv: 0, from: [1, 0], v: 1 },
      { check: [0] },
      { recv: 1, from: [0, 0], v: 2 },
      { check: [0, 1] },
    ],
    { shared: 'two clients concurrent insert at 0' },
  ),
  session(
    'three write runs at one place',
    [1, 7, 3, 9],
    [['text', 't']],
    [
      { do: 0, ops: [ins(0, '[]')] },
      { sync: 1, from: 0, v: 1 },
      { sync: 2, from: 0, v: 1 },
      { sync: 3, from: 0, v: 1 },
      ...abc(7, 1),
      ...abc(3, 2),
      ...abc(9, 3),
      { sync: 0, from: 1, v: 1 },
      { sync: 0, from: 2, v: 1 },
      { sync: 0, from: 3, v: 1 },
      { check: [0] },
      { sync: 1, from: 0, v: 2 },
      { sync: 2, from: 3, v: 2 },
      { sync: 2, from: 0, v: 1 },
      { check: [0, 1, 2] },
    ],
    { shared: 'three clients, same position runs' },
  ),
  session(
    'large client ids',
    [1, 4294967295, 9007199254740991, 2 ** 40 + 5],
    [['text', 't']],
    [1, 2, 3]
      .flatMap((c) => [
        { sync: c, from: 0, v: 1 },
        {
          do: c,
          ops: [ins(0, String([1, 4294967295, 9007199254740991, 2 ** 40 + 5][c]).slice(-2))],
        },
        { sync: 0, from: c, v: 1 },
      ])
      .concat([{ check: [0] }, { sync: 1, from: 0, v: 2 }, { check: [1] }]),
    { shared: 'large client ids (32 and 53 bit)' },
  ),
  session(
    'ids around every width',
    [127, 128, 16383, 16384, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 35 - 1],
    [['array', 'a']],
    [
      ...Array.from({ length: 8 }, (_, c) => ({ do: c, ops: [['add', ['a'], 0, [c]]] })),
      ...Array.from({ length: 7 }, (_, c) => ({ recv: 7, from: [c, 0], v: 1 + (c % 2) })),
      { do: 7, ops: [['erase', ['a'], 1, 5]] },
      { check: [7] },
    ],
  ),
  session(
    'two set one key',
    [1, 2],
    [['map', 'm']],
    [
      { do: 0, ops: [set('k', 'one')] },
      { do: 1, ops: [set('k', 'two')] },
      { recv: 0, from: [1, 0], v: 1 },
      { recv: 1, from: [0, 0], v: 1 },
      { do: 0, ops: [set('k', T('array', [1]))] },
      { do: 1, ops: [['unset', ['m'], 'k']] },
      { recv: 0, from: [5, 0], v: 2 },
      { recv: 1, from: [4, 0], v: 2 },
      { do: 1, ops: [['add', ['m', 'k'], 0, ['inner']]] },
      { do: 0, ops: [set('k', 3)] },
      { recv: 0, from: [8, 0], v: 1 },
      { recv: 1, from: [9, 0], v: 1 },
      { check: [0, 1] },
    ],
  ),
  session(
    'writing into what another deletes',
    [1, 2],
    [['array', 'a']],
    [
      { do: 0, ops: [['add', ['a'], 0, [T('text', 'abc'), T('array', [1, 2])]]] },
      { recv: 1, from: [0, 0], v: 1 },
      { do: 0, ops: [['erase', ['a'], 0, 2]] },
      {
        do: 1,
        ops: [
          ['insert', ['a', 0], 1, 'X'],
          ['add', ['a', 1], 1, [T('map', [['k', 1]])]],
        ],
      },
      { recv: 1, from: [2, 0], v: 1 },
      { recv: 0, from: [3, 0], v: 1 },
      { check: [0, 1] },
      { do: 1, ops: [list('after')] },
      { recv: 0, from: [7, 0], v: 1 },
      { reload: 0, id: 50, v: 1 },
      { check: [0] },
    ],
  ),
];

export const pending = [
  session(
    'updates in the wrong order',
    [1, 5],
    [['text', 't']],
    [
      { do: 1, ops: [ins(0, 'a')] },
      { do: 1, ops: [ins(1, 'b')] },
      { do: 1, ops: [del(0, 1)] },
      { recv: 0, from: [1, 0], v: 1 },
      { check: [0] },
      { recv: 0, from: [2, 0], v: 1 },
      { check: [0] },
      { recv: 0, from: [0, 0], v: 1 },
      { check: [0] },
    ],
    { shared: 'pending structs (update 2 before update 1)' },
  ),
  session(
    'everything backwards',
    [1, 2, 3],
    [
      ['text', 't'],
      ['map', 'm'],
    ],
    [
      { do: 1, ops: [ins(0, 'base'), set('k', T('array', [1]))] },
      { recv: 2, from: [0, 0], v: 1 },
      { do: 2, ops: [ins(2, 'mid'), ['push', ['m', 'k'], [2]]] },
      { recv: 1, from: [2, 0], v: 1 },
      { do: 1, ops: [del(1, 4)] },
      { do: 1, ops: [ins(3, '😀', B)] },
      { recv: 2, from: [5, 0], v: 1 },
      { recv: 0, from: [5, 0], v: 2 },
      { recv: 0, from: [4, 0], v: 1 },
      { check: [0] },
      { recv: 0, from: [2, 0], v: 2 },
      { recv: 0, from: [2, 0], v: 1 },
      { check: [0] },
      { recv: 0, from: [0, 0], v: 1 },
      { check: [0] },
      {
        merge: 2,
        from: [
          [4, 0],
          [0, 0],
        ],
        v: 1,
      },
      { check: [2] },
    ],
  ),
  session(
    'gaps merged to skips',
    [1, 2, 9],
    [['array', 'a']],
    [
      ...Array.from({ length: 6 }, (_, n) => ({ do: 1, ops: [['add', ['a'], n, [n, `v${n}`]]] })),
      {
        utils: 0,
        from: [
          [0, 0],
          [2, 0],
          [5, 0],
        ],
      },
      {
        utils: 0,
        from: [
          [3, 0],
          [1, 0],
        ],
      },
      {
        utils: 1,
        from: [
          [3, 0],
          [1, 0],
        ],
      },
      {
        merge: 0,
        from: [
          [5, 0],
          [0, 0],
          [2, 0],
        ],
        v: 1,
      },
      { check: [0] },
      {
        merge: 2,
        from: [
          [4, 0],
          [1, 0],
        ],
        v: 2,
      },
      { check: [2] },
      { sync: 2, from: 0, v: 2 },
      { sync: 0, from: 2, v: 1 },
      { recv: 0, from: [3, 0], v: 1 },
      { check: [0, 2] },
    ],
  ),
];

export const utilities = [
  one('four small updates', each([ins(0, 'ab'), ins(2, 'cd'), del(1, 2), ins(0, 'X')]), {
    shared: 'update utilities',
  }),
  session(
    'a difference starts inside a run',
    [1, 2, 3],
    [
      ['text', 't'],
      ['array', 'a'],
    ],
    [
      { do: 0, ops: [ins(0, 'ab'), list(1, 2)] },
      { recv: 1, from: [0, 0], v: 1 },
      { do: 0, ops: [ins(2, '😀cd'), ['add', ['a'], 2, ['x', 'y']]] },
      { do: 0, ops: [del(1, 2), ['erase', ['a'], 0, 2]] },
      { sync: 1, from: 0, v: 1 },
      { sync: 2, from: 1, v: 2 },
      {
        utils: 1,
        from: [
          [0, 0],
          [2, 0],
          [3, 0],
        ],
      },
      { utils: 2, from: [[3, 0]] },
      { check: [0, 1, 2] },
    ],
  ),
  session(
    'overlapping states merged',
    [1, 2, 3],
    [
      ['text', 't'],
      ['xmlfragment', 'x'],
    ],
    [
      { do: 0, ops: [ins(0, 'abc')] },
      { do: 0, ops: [ins(3, 'def', B)] },
      { do: 1, ops: [ins(0, 'xyz'), ['add', ['x'], 0, [T('xmlelement', 'p')]]] },
      {
        utils: 2,
        from: [
          [0, 0],
          [1, 0],
          [2, 0],
          [0, 0],
          [1, 0],
        ],
      },
      {
        merge: 2,
        from: [
          [2, 0],
          [1, 0],
          [0, 0],
        ],
        v: 2,
      },
      {
        merge: 2,
        from: [
          [2, 0],
          [1, 0],
          [0, 0],
        ],
        v: 1,
      },
      { check: [2] },
    ],
  ),
];
