// The golden sessions: small programs (the grammar is at the head of ../support/session.mjs) that
// together show every rule of the format. `shared` names the vector of the shared collection that
// has the same history.
import { ASTRAL_TEXT, NUMBERS, SHARED_VALUES } from './values.mjs'

const T = (...spec) => ({ $t: spec })
const ROOTS = [['text', 't'], ['array', 'a'], ['map', 'm'], ['xmlfragment', 'x']]

const rootsOf = (transactions, extra = []) => {
  const used = new Set(transactions.flat().map(([, path]) => path[0]))
  return [...ROOTS.filter(([, name]) => used.has(name) && !extra.some(root => root[1] === name)), ...extra]
}

// One writer; two readers who get every update, one as V1 and one as V2; then everybody is checked.
// Without observers the second reader asks for its roots only at the check.
const one = (name, transactions, { id = 1, gc = true, roots = [], shared, events = true } = {}) => {
  const clients = [{ id, gc, late: false }, { id: id + 10, gc, late: false }, { id: id + 20, gc, late: !events }]
  const all = rootsOf(transactions, roots)
  const steps = transactions.map((ops, i) => ({ i, do: 0, ops }))
  for (const reader of [1, 2]) {
    transactions.forEach((_, n) => steps.push({ i: steps.length, recv: reader, from: [n, 0], v: reader }))
  }
  steps.push({ i: steps.length, utils: 1, from: transactions.map((_, n) => [n, 0]) })
  steps.push({ i: steps.length, check: [0, 1, 2] })
  return { name, shared, program: { clients, roots: all, events, steps } }
}

const session = (name, ids, roots, steps, { gc = true, events = true, shared } = {}) => ({
  name,
  shared,
  program: {
    clients: ids.map(id => ({ id, gc, late: false })), roots, events, steps: steps.map((step, i) => ({ i, ...step }))
  }
})

const ins = (index, text, ...attributes) => ['insert', ['t'], index, text, ...attributes]
const del = (index, length) => ['erase', ['t'], index, length]
const fmt = (index, length, attributes) => ['format', ['t'], index, length, attributes]
const set = (key, value, path = ['m']) => ['set', path, key, value]
const each = ops => ops.map(op => [op])

const texts = [
  one('nothing happens', [[]], { shared: 'empty', roots: [['text', 't']] }),
  one('a word', each([ins(0, 'abc')]), { shared: 'text abc' }),
  one('typing and a deletion', each([ins(0, 'a'), ins(1, 'b'), ins(2, 'c'), del(1, 1)]), { shared: 'text typed a,b,c then delete b' }),
  one('typing backwards', each([ins(0, 'a'), ins(0, 'b'), ins(0, 'c')]), { shared: 'text prepend' }),
  one('an insert splits a run', each([ins(0, 'hello'), ins(2, 'XY')]), { shared: 'text insert in the middle (split)' }),
  one('an astral character', each([ins(0, 'a😀b')]), { shared: 'text emoji' }),
  one('an insert between surrogates', each([ins(0, 'a😀b'), ins(2, '-')]), { shared: 'text emoji split by insert (surrogates become U+FFFD)' }),
  one('half an astral character deleted', each([ins(0, 'a😀b'), del(1, 1)]), { shared: 'text emoji half deleted' }),
  one('the other half deleted', each([ins(0, 'a😀b'), del(2, 1), ins(2, '😀'), del(0, 1)])),
  one('cuts inside every pair of a run', each([ins(0, ASTRAL_TEXT), ins(1, '.'), ins(4, '.'), del(2, 3), ins(6, '𝒳'), del(7, 1)])),
  one('without collection deleted text stays', each([ins(0, 'hello'), del(1, 3)]), { gc: false, shared: 'text gc off keeps deleted string' }),
  one('inserted and deleted in one transaction', [[ins(0, 'gone'), del(0, 4)], [ins(0, 'ab'), del(1, 1), ins(1, 'c')]]),
  one('inserted and deleted at once, nothing collected', [[ins(0, 'gone'), del(0, 4)], [ins(0, 'ab'), del(1, 1), ins(1, 'c')]], { gc: false }),
  one('a deletion over several runs', each([ins(0, 'one '), ins(0, 'two '), ins(4, 'three '), del(2, 9), ins(3, 'x'), del(0, 4)])),
  one('everything deleted, then written again', each([ins(0, 'first'), del(0, 5), ins(0, 'second'), del(0, 6), ins(0, 'third')])),
  one('several scripts', each([ins(0, 'é漢字'), ins(1, 'ß'), ins(4, 'עברית'), del(2, 3)])),
  one('control characters and a byte order mark', each([ins(0, '\ufeff\u0000\u001f"\\/\u2028\u007f'), ins(1, '\ufeff')])),
  one('a root with an empty name', [[['insert', [''], 0, 'x']]], { roots: [['text', '']] }),
  one('nobody watches and a reader asks late', each([ins(0, 'abc'), ins(1, 'x'), del(0, 2)]), { events: false }),
  one('a long text', each([ins(0, 'word '.repeat(60)), del(17, 100), ins(33, 'é'.repeat(200))]))
]

const B = { bold: true }
const rich = [
  one('bold', each([ins(0, 'hello world'), fmt(0, 5, B)]), { shared: 'rich text bold' }),
  one('inserted with attributes', each([ins(0, 'ab', { b: true, c: '#fff' }), ins(2, 'cd', {})]), { shared: 'rich text insert with attributes' }),
  one('a format taken away', each([ins(0, 'abcdef', { b: true }), fmt(2, 2, { b: null })]), { shared: 'rich text remove format' }),
  one('overlapping formats', each([ins(0, 'abcdefgh'), fmt(0, 5, B), fmt(3, 5, { i: true }), fmt(2, 4, { bold: null }), fmt(0, 8, { c: '#f00' })])),
  one('a format over itself', each([ins(0, 'abcdef'), fmt(1, 4, B), fmt(1, 4, B), fmt(0, 6, B), fmt(2, 1, { bold: null }), fmt(2, 1, B)])),
  one('a format replaced', each([ins(0, 'abcdef'), fmt(0, 6, { c: 'red' }), fmt(2, 2, { c: 'blue' }), fmt(2, 2, { c: 'red' })])),
  one('an insert takes the attributes in force', each([ins(0, 'ab', B), ins(1, 'x'), ins(0, 'y'), ins(4, 'z'), ins(4, 'w', {})])),
  one('deletions clean the formats between', each([ins(0, 'abcdef'), fmt(1, 2, B), fmt(3, 2, { i: true }), del(1, 4), ins(1, 'x')])),
  one('deletions clean the formats between, nothing collected', each([ins(0, 'abcdef'), fmt(1, 2, B), fmt(3, 2, { i: true }), del(1, 4), ins(1, 'x')]), { gc: false }),
  one('format values of every kind', NUMBERS.slice(0, 24).map((n, i) => [ins(0, 'x', { n })]).concat([
    [ins(0, 'o', { o: { z: 1, a: [1, null, 'x'], 10: true, 2: {} } })], [ins(0, 's', { 'é😀"': '\u0001\n😀' })]])),
  one('an object as an attribute', each([ins(0, 'link', { link: { href: 'u' } }), fmt(0, 2, { link: { href: 'u' } }), fmt(1, 2, { link: { href: 'v' } })])),
  one('an embed', each([ins(0, 'x'), ['embed', ['t'], 1, { image: 'u', w: 3 }, { a: 1 }]]), { shared: 'embed' }),
  one('embeds of every kind', [[ins(0, 'ab', B)], [['embed', ['t'], 1, { f: 0.1, n: null, s: 'é"😀', a: [1.5, -3, 1e21] }]],
    [['embed', ['t'], 0, T('map', [['k', 1]])]], [['embed', ['t'], 4, T('xmlelement', 'img'), B], set('src', 'u', ['t', 4])], [del(0, 3)]]),
  one('a delta', [[['delta', ['t'], [['insert', 'Gandalf', B], ['insert', ' the '], ['insert', 'Grey', { c: '#ccc' }], ['insert', '\n']]]],
    [['delta', ['t'], [['retain', 7, { bold: null, i: true }], ['delete', 5], ['insert', '-', {}], ['retain', 4]]]]]),
  one('attributes of a text', each([ins(0, 'x'), ['set', ['t'], 'lang', 'en'], ['set', ['t'], 'lang', 'de'], ['set', ['t'], 'n', { a: [1] }], ['unset', ['t'], 'lang']])),
  one('a cut inside a pair under formats', each([ins(0, '😀😀😀', B), fmt(1, 3, { bold: null }), ins(3, '-'), del(0, 1)])),
  session('concurrent formats are cleaned by who receives them', [1, 2], [['text', 't']], [
    { do: 0, ops: [ins(0, 'hello world')] }, { recv: 1, from: [0, 0], v: 1 },
    { do: 0, ops: [fmt(0, 5, B)] }, { do: 1, ops: [fmt(2, 6, B)] }, { recv: 1, from: [2, 0], v: 1 }, { recv: 0, from: [3, 0], v: 2 },
    { do: 0, ops: [del(1, 6)] }, { recv: 1, from: [6, 0], v: 1 }, { sync: 0, from: 1, v: 1 }, { sync: 1, from: 0, v: 2 }, { check: [0, 1] }]),
  session('a deletion meets a concurrent format', [7, 3], [['text', 't']], [
    { do: 0, ops: [ins(0, 'abc'), fmt(1, 1, B)] }, { recv: 1, from: [0, 0], v: 2 },
    { do: 0, ops: [del(1, 1)] }, { do: 1, ops: [fmt(0, 3, { bold: null }), fmt(1, 2, { i: 1 })] },
    { recv: 1, from: [2, 0], v: 1 }, { recv: 0, from: [3, 0], v: 1 }, { sync: 0, from: 1, v: 1 }, { sync: 1, from: 0, v: 1 }, { check: [0, 1] }])
]

const list = (...values) => ['push', ['a'], values]
const arrays = [
  one('numbers in arrays', [...NUMBERS.map(n => [list(n)]), [list(...NUMBERS)]]),
  one('values one by one and together', [...SHARED_VALUES.map(v => [list(v)]), [list(...SHARED_VALUES)]], { shared: 'any values in array' }),
  one('bytes in an array and a map', [[['add', ['a'], 0, [{ $b: '010203' }, { $b: '' }]]], [['set', ['m'], 'b', { $b: 'ff' }]]], { shared: 'binary in array and map' }),
  one('values in arrays', [[list('str', '', 'é😀', true, false, null, [1, [2, 'x']], { a: 1, b: { c: [] } }, {}, [])],
    [['add', ['a'], 3, [{ 10: 'ten', 2: 'two', k: { $u: 1 } }, 'x']]], [['erase', ['a'], 2, 4]]]),
  one('inserts and deletions', each([['add', ['a'], 0, [1, 2, 3, 4]], ['add', ['a'], 2, ['x']], ['erase', ['a'], 1, 2]]), { shared: 'array push/insert/delete' }),
  one('push goes behind tombstones', each([list(1, 2, 3), ['erase', ['a'], 2, 1], list(4), ['erase', ['a'], 1, 2], ['add', ['a'], 1, [5]], list(6)])),
  one('bytes', [[['add', ['a'], 0, [{ $b: '010203' }, { $b: '' }]], ['set', ['m'], 'b', { $b: 'ff' }]], [['add', ['a'], 1, [{ $b: '00' }, 'x', { $b: '80' }]]]]),
  one('everything in one call', [[['add', ['a'], 0, [1, 'x', { $b: '01' }, T('text', 'hi'), 2, T('array', [1, T('map', [['k', 'v']]), 2]), T('map', [['a', 1], ['b', T('text', 'in')]]), 3]]],
    [['add', ['a'], 1, [T('xmltext', 'y'), 9, T('xmlelement', 'p', [['k', 'v']], [T('xmltext', 'z')])]]], [['push', ['a'], [T('array'), T('text', ''), 7]]], [['erase', ['a'], 3, 4]]])
]

const maps = [
  one('a key overwritten', each([set('k', 1), set('k', 2), set('k', 'three'), set('j', { x: 1 })]), { shared: 'map overwrite three times' }),
  one('a key deleted', each([set('k', 1), ['unset', ['m'], 'k']]), { shared: 'map delete' }),
  one('a key deleted and set again', each([set('k', 1), ['unset', ['m'], 'k'], set('k', 2), ['unset', ['m'], 'none'], set('', 'empty key'), set('é😀', 1)])),
  one('a key set three times at once', [[set('k', 1), set('k', 2), set('k', 3), set('j', 1), ['unset', ['m'], 'j']]]),
  one('a key overwritten, nothing collected', each([set('k', 1), set('k', 2), ['unset', ['m'], 'k']]), { gc: false }),
  one('undefined, null, bigints, NaN', [[set('u', { $u: 1 })], [set('n', null)], [set('big', { $i: '3122649618481343' })], [set('nan', { $n: 'NaN' })], [set('min', { $i: '-9223372036854775808' })], [set('max', { $i: '9223372036854775807' })]]),
  one('values only for maps', each([set('u', { $u: 1 }), set('n', null), set('big', { $i: '3122306864379792082' }), set('nan', { $n: 'NaN' })]), { shared: 'map set undefined/null/bigint/date' }),
  one('a text in a map in a list in a map', each([set('list', T('array')), ['add', ['m', 'list'], 0, [1, T('map'), 'z']], set('t', T('text', 'hi'), ['m', 'list', 1])]), { shared: 'nested types' }),
  one('cleared', [[set('a', 1), set('b', 2), set('c', T('array', [1]))], [['clear', ['m']]], [set('b', 3)]]),
  one('nested types', [[set('list', T('array'))], [['add', ['m', 'list'], 0, [1, T('map'), 'z']]], [set('t', T('text', 'hi'), ['m', 'list', 1])], [['insert', ['m', 'list', 1, 't'], 1, '-']]]),
  one('a nested type deleted', [[set('list', T('array'))], [['add', ['m', 'list'], 0, [1, 2, 3]]], [['add', ['m', 'list'], 1, [T('text')]]], [['insert', ['m', 'list', 1], 0, 'gone']], [['unset', ['m'], 'list']]], { shared: 'nested type deleted (GC structs)' }),
  one('a nested type deleted, nothing collected', [[set('list', T('array', [1, T('text', 'kept'), 2]))], [['unset', ['m'], 'list']]], { gc: false }),
  one('a nested type overwritten', [[set('k', T('map', [['a', T('array', [1])], ['b', 2]]))], [set('b', 3, ['m', 'k'])], [set('k', 'plain')], [set('k', T('text', 'again'))]]),
  one('made and deleted at once', [[set('k', T('array', [1, T('text', 'x')])), ['unset', ['m'], 'k']]])
]

const xml = [
  one('xml', [[['add', ['x'], 0, [T('xmlelement', 'p', [['class', 'c']]), T('xmltext', 'tail')]]], [['add', ['x', 0], 0, [T('xmltext')]]],
    [['insert', ['x', 0, 0], 0, 'bold', { strong: {} }]], [['add', ['x'], 1, [T('xmlhook', 'hook')]]], [set('k', 'v', ['x', 1])]], { shared: 'xml' }),
  one('an element as root', [[set('a', '1', ['x'])]], { roots: [['xmlelement', 'x']], shared: 'xml element root' }),
  one('a text of xml as root', [[['insert', ['y'], 0, 'plain <&> text']], [['format', ['y'], 0, 5, { strong: {}, a: { href: 'u', title: 't' } }]]], { roots: [['xmltext', 'y']] }),
  one('a tree that a reader asks for late', [[['add', ['x'], 0, [T('xmlelement', 'p', [['k', 'v']], [T('xmltext', 'in')])]]], [['erase', ['x'], 0, 1]]], { events: false }),
  one('attributes', [[['add', ['x'], 0, [T('xmlelement', 'DIV', [['z', '1'], ['a', '2']])]]], [set('m', 1.5, ['x', 0])], [set('z', '"<&', ['x', 0])], [['unset', ['x', 0], 'a']], [set('b', true, ['x', 0])]]),
  one('a tree edited and cut', [[['add', ['x'], 0, [T('xmlelement', 'ul', [], [T('xmlelement', 'li', [], [T('xmltext', 'one')]), T('xmlelement', 'li', [], [T('xmltext', 'two')])])]]],
    [['add', ['x', 0], 1, [T('xmlelement', 'li', [], [T('xmltext', 'middle')])]]], [['insert', ['x', 0, 0, 0], 3, '!']], [['erase', ['x', 0], 1, 1]], [['erase', ['x'], 0, 1]]])
]

const subdocs = [
  one('subdocuments', [[set('s', { $d: ['sub-1', { autoLoad: true, meta: { a: 1 } }] })], [set('s2', { $d: ['sub-2', { gc: false }] })]], { shared: 'subdoc' }),
  one('subdocuments in arrays, deleted', [[['add', ['a'], 0, [1, { $d: ['é', {}] }, 2, { $d: ['b', { meta: 'm' }] }]]], [['erase', ['a'], 1, 1]], [set('k', { $d: ['c', {}] })], [set('k', 1)]])
]

const abc = (id, c) => Array.from('abcd', (ch, i) => ({ do: c, ops: [ins(1 + i, `${ch}${id}`)] }))
const concurrent = [
  session('two insert at one place', [1, 2], [['text', 't']], [
    { do: 0, ops: [ins(0, 'A')] }, { do: 1, ops: [ins(0, 'B')] }, { recv: 0, from: [1, 0], v: 1 }, { check: [0] }, { recv: 1, from: [0, 0], v: 2 }, { check: [0, 1] }],
  { shared: 'two clients concurrent insert at 0' }),
  session('three write runs at one place', [1, 7, 3, 9], [['text', 't']], [
    { do: 0, ops: [ins(0, '[]')] }, { sync: 1, from: 0, v: 1 }, { sync: 2, from: 0, v: 1 }, { sync: 3, from: 0, v: 1 },
    ...abc(7, 1), ...abc(3, 2), ...abc(9, 3),
    { sync: 0, from: 1, v: 1 }, { sync: 0, from: 2, v: 1 }, { sync: 0, from: 3, v: 1 }, { check: [0] },
    { sync: 1, from: 0, v: 2 }, { sync: 2, from: 3, v: 2 }, { sync: 2, from: 0, v: 1 }, { check: [0, 1, 2] }],
  { shared: 'three clients, same position runs' }),
  session('large client ids', [1, 4294967295, 9007199254740991, 2 ** 40 + 5], [['text', 't']], [1, 2, 3].flatMap(c => [
    { sync: c, from: 0, v: 1 }, { do: c, ops: [ins(0, String([1, 4294967295, 9007199254740991, 2 ** 40 + 5][c]).slice(-2))] }, { sync: 0, from: c, v: 1 }]).concat([{ check: [0] }, { sync: 1, from: 0, v: 2 }, { check: [1] }]),
  { shared: 'large client ids (32 and 53 bit)' }),
  session('ids around every width', [127, 128, 16383, 16384, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 35 - 1], [['array', 'a']], [
    ...Array.from({ length: 8 }, (_, c) => ({ do: c, ops: [['add', ['a'], 0, [c]]] })),
    ...Array.from({ length: 7 }, (_, c) => ({ recv: 7, from: [c, 0], v: 1 + c % 2 })), { do: 7, ops: [['erase', ['a'], 1, 5]] }, { check: [7] }]),
  session('two set one key', [1, 2], [['map', 'm']], [
    { do: 0, ops: [set('k', 'one')] }, { do: 1, ops: [set('k', 'two')] }, { recv: 0, from: [1, 0], v: 1 }, { recv: 1, from: [0, 0], v: 1 },
    { do: 0, ops: [set('k', T('array', [1]))] }, { do: 1, ops: [['unset', ['m'], 'k']] }, { recv: 0, from: [5, 0], v: 2 }, { recv: 1, from: [4, 0], v: 2 },
    { do: 1, ops: [['add', ['m', 'k'], 0, ['inner']]] }, { do: 0, ops: [set('k', 3)] }, { recv: 0, from: [8, 0], v: 1 }, { recv: 1, from: [9, 0], v: 1 }, { check: [0, 1] }]),
  session('writing into what another deletes', [1, 2], [['array', 'a']], [
    { do: 0, ops: [['add', ['a'], 0, [T('text', 'abc'), T('array', [1, 2])]]] }, { recv: 1, from: [0, 0], v: 1 },
    { do: 0, ops: [['erase', ['a'], 0, 2]] }, { do: 1, ops: [['insert', ['a', 0], 1, 'X'], ['add', ['a', 1], 1, [T('map', [['k', 1]])]]] },
    { recv: 1, from: [2, 0], v: 1 }, { recv: 0, from: [3, 0], v: 1 }, { check: [0, 1] }, { do: 1, ops: [list('after')] }, { recv: 0, from: [7, 0], v: 1 }, { reload: 0, id: 50, v: 1 }, { check: [0] }])
]

const pending = [
  session('updates in the wrong order', [1, 5], [['text', 't']], [
    { do: 1, ops: [ins(0, 'a')] }, { do: 1, ops: [ins(1, 'b')] }, { do: 1, ops: [del(0, 1)] },
    { recv: 0, from: [1, 0], v: 1 }, { check: [0] }, { recv: 0, from: [2, 0], v: 1 }, { check: [0] }, { recv: 0, from: [0, 0], v: 1 }, { check: [0] }],
  { shared: 'pending structs (update 2 before update 1)' }),
  session('everything backwards', [1, 2, 3], [['text', 't'], ['map', 'm']], [
    { do: 1, ops: [ins(0, 'base'), set('k', T('array', [1]))] }, { recv: 2, from: [0, 0], v: 1 }, { do: 2, ops: [ins(2, 'mid'), ['push', ['m', 'k'], [2]]] },
    { recv: 1, from: [2, 0], v: 1 }, { do: 1, ops: [del(1, 4)] }, { do: 1, ops: [ins(3, '😀', B)] }, { recv: 2, from: [5, 0], v: 1 },
    { recv: 0, from: [5, 0], v: 2 }, { recv: 0, from: [4, 0], v: 1 }, { check: [0] }, { recv: 0, from: [2, 0], v: 2 }, { recv: 0, from: [2, 0], v: 1 }, { check: [0] },
    { recv: 0, from: [0, 0], v: 1 }, { check: [0] }, { merge: 2, from: [[4, 0], [0, 0]], v: 1 }, { check: [2] }]),
  session('gaps merged to skips', [1, 2, 9], [['array', 'a']], [
    ...Array.from({ length: 6 }, (_, n) => ({ do: 1, ops: [['add', ['a'], n, [n, `v${n}`]]] })),
    { utils: 0, from: [[0, 0], [2, 0], [5, 0]] }, { utils: 0, from: [[3, 0], [1, 0]] }, { utils: 1, from: [[3, 0], [1, 0]] }, { merge: 0, from: [[5, 0], [0, 0], [2, 0]], v: 1 }, { check: [0] },
    { merge: 2, from: [[4, 0], [1, 0]], v: 2 }, { check: [2] }, { sync: 2, from: 0, v: 2 }, { sync: 0, from: 2, v: 1 }, { recv: 0, from: [3, 0], v: 1 }, { check: [0, 2] }])
]

const utilities = [
  one('four small updates', each([ins(0, 'ab'), ins(2, 'cd'), del(1, 2), ins(0, 'X')]), { shared: 'update utilities' }),
  session('a difference starts inside a run', [1, 2, 3], [['text', 't'], ['array', 'a']], [
    { do: 0, ops: [ins(0, 'ab'), list(1, 2)] }, { recv: 1, from: [0, 0], v: 1 }, { do: 0, ops: [ins(2, '😀cd'), ['add', ['a'], 2, ['x', 'y']]] }, { do: 0, ops: [del(1, 2), ['erase', ['a'], 0, 2]] },
    { sync: 1, from: 0, v: 1 }, { sync: 2, from: 1, v: 2 }, { utils: 1, from: [[0, 0], [2, 0], [3, 0]] }, { utils: 2, from: [[3, 0]] }, { check: [0, 1, 2] }]),
  session('overlapping states merged', [1, 2, 3], [['text', 't'], ['xmlfragment', 'x']], [
    { do: 0, ops: [ins(0, 'abc')] }, { do: 0, ops: [ins(3, 'def', B)] }, { do: 1, ops: [ins(0, 'xyz'), ['add', ['x'], 0, [T('xmlelement', 'p')]]] },
    { utils: 2, from: [[0, 0], [1, 0], [2, 0], [0, 0], [1, 0]] }, { merge: 2, from: [[2, 0], [1, 0], [0, 0]], v: 2 }, { merge: 2, from: [[2, 0], [1, 0], [0, 0]], v: 1 }, { check: [2] }])
]

export const CASES = [...texts, ...rich, ...arrays, ...maps, ...xml, ...subdocs, ...concurrent, ...pending, ...utilities]
