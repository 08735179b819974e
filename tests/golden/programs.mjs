// Short ways to write golden sessions down; the grammar of programs is at the head of
// ../support/session.mjs.

export const T = (...spec) => ({ $t: spec });
export const ROOTS = [
  ['text', 't'],
  ['array', 'a'],
  ['map', 'm'],
  ['xmlfragment', 'x'],
];

export const rootsOf = (transactions, extra = []) => {
  const used = new Set(transactions.flat().map(([, path]) => path[0]));
  return [
    ...ROOTS.filter(([, name]) => used.has(name) && !extra.some((root) => root[1] === name)),
    ...extra,
  ];
};

// One writer; two readers who get every update, one as V1 and one as V2; then everybody is checked.
// Without observers the second reader asks for its roots only at the check.
export const one = (
  name,
  transactions,
  { id = 1, gc = true, roots = [], shared, events = true } = {},
) => {
  const clients = [
    { id, gc, late: false },
    { id: id + 10, gc, late: false },
    { id: id + 20, gc, late: !events },
  ];
  const all = rootsOf(transactions, roots);
  const steps = transactions.map((ops, i) => ({ i, do: 0, ops }));
  for (const reader of [1, 2]) {
    transactions.forEach((_, n) =>
      steps.push({ i: steps.length, recv: reader, from: [n, 0], v: reader }),
    );
  }
  steps.push({ i: steps.length, utils: 1, from: transactions.map((_, n) => [n, 0]) });
  steps.push({ i: steps.length, check: [0, 1, 2] });
  return { name, shared, program: { clients, roots: all, events, steps } };
};

export const session = (name, ids, roots, steps, { gc = true, events = true, shared } = {}) => ({
  name,
  shared,
  program: {
    clients: ids.map((id) => ({ id, gc, late: false })),
    roots,
    events,
    steps: steps.map((step, i) => ({ i, ...step })),
  },
});

export const ins = (index, text, ...attributes) => ['insert', ['t'], index, text, ...attributes];
export const del = (index, length) => ['erase', ['t'], index, length];
export const fmt = (index, length, attributes) => ['format', ['t'], index, length, attributes];
export const set = (key, value, path = ['m']) => ['set', path, key, value];
export const each = (ops) => ops.map((op) => [op]);

export const B = { bold: true };
export const list = (...values) => ['push', ['a'], values];
