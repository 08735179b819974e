// What a state says, without how it happens to be cut into structs: for each client the longest
// runs that the merge rule allows, and the deleted ranges. Two states of the same history have
// equal normal forms even if one of them merged more eagerly.
import * as Y from 'yjs';

const id = (value) => (value === null ? null : [value.client, value.clock]);

const KINDS = new Map([
  [Y.GC, 'gc'],
  [Y.Skip, 'skip'],
  [Y.ContentDeleted, 'deleted'],
  [Y.ContentString, 'string'],
  [Y.ContentAny, 'any'],
  [Y.ContentJSON, 'json'],
  [Y.ContentBinary, 'binary'],
  [Y.ContentEmbed, 'embed'],
  [Y.ContentFormat, 'format'],
  [Y.ContentType, 'type'],
]);

const contentOf = (content) => {
  switch (content.constructor) {
    case Y.ContentString:
      return content.str;
    case Y.ContentAny:
    case Y.ContentJSON:
      return content.arr;
    case Y.ContentBinary:
      return [...content.content];
    case Y.ContentEmbed:
      return content.embed;
    case Y.ContentFormat:
      return [content.key, content.value];
    case Y.ContentType:
      return [
        content.type.constructor.name,
        content.type.nodeName ?? content.type.hookName ?? null,
      ];
    case Y.ContentDeleted:
      return null;
  }
  return [content.doc.guid, content.opts]; // ContentDoc, which yjs does not export
};

const runOf = (struct) => {
  const run = {
    clock: struct.id.clock,
    length: struct.length,
    kind: KINDS.get(struct.constructor),
  };
  if (run.kind !== undefined) return run;
  run.kind = KINDS.get(struct.content.constructor) ?? 'doc';
  run.origin = id(struct.origin);
  run.rightOrigin = id(struct.rightOrigin);
  run.content = contentOf(struct.content);
  if (run.origin === null && run.rightOrigin === null) {
    run.parent = typeof struct.parent === 'string' ? struct.parent : id(struct.parent);
    run.key = struct.parentSub;
  }
  return run;
};

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const MERGES = new Set(['gc', 'skip', 'deleted', 'string', 'any', 'json']);

const joins = (client, left, right) => {
  if (
    left.kind !== right.kind ||
    !MERGES.has(left.kind) ||
    left.clock + left.length !== right.clock
  )
    return false;
  if (left.kind === 'gc' || left.kind === 'skip') return true;
  return same(right.origin, [client, right.clock - 1]) && same(left.rightOrigin, right.rightOrigin);
};

const join = (left, right) => {
  left.length += right.length;
  if (left.content !== null && left.content !== undefined)
    left.content = left.content.concat(right.content);
};

const spell = (value) =>
  JSON.stringify(value, (key, v) => {
    if (v === undefined) return '\u0000undefined';
    if (typeof v === 'bigint') return `\u0000big ${v}`;
    if (typeof v === 'number' && (!Number.isFinite(v) || Object.is(v, -0)))
      return `\u0000number ${Object.is(v, -0) ? '-0' : v}`;
    return v;
  });

// Garbage among the deleted ranges, where it is in any state but not in any update.
const withGarbage = (ds, structs) => {
  const garbage = Y.createDeleteSet();
  for (const { id, length } of structs.filter((struct) => struct instanceof Y.GC)) {
    if (!garbage.clients.has(id.client)) garbage.clients.set(id.client, []);
    garbage.clients.get(id.client).push({ clock: id.clock, len: length });
  }
  return Y.mergeDeleteSets([ds, garbage]);
};

// One line per run and per deleted range, clients in descending order. With `isLive`, what is
// deleted is only a range: how much of its content is kept is the writer's own affair. With
// `hasRepeats`, deleted text does not tell pairs of surrogates from broken ones, nor does any text
// of a document that was taken back to its past (`isPast`).
export const normalForm = (update, { isLive = false, hasRepeats = false, isPast = false } = {}) => {
  const { structs, ds: told } = Y.decodeUpdate(update);
  const ds = isLive ? withGarbage(told, structs) : told;
  const byClient = new Map();
  for (const struct of structs) {
    const { client } = struct.id;
    if (isLive && Y.isDeleted(ds, struct.id)) continue;
    if (!byClient.has(client)) byClient.set(client, []);
    const runs = byClient.get(client);
    const run = runOf(struct);
    if (hasRepeats && run.kind === 'string' && (isPast || Y.isDeleted(ds, struct.id)))
      run.content = run.content.replace(/[\ud800-\udfff]/g, '\ufffd');
    if (runs.length > 0 && joins(client, runs.at(-1), run)) join(runs.at(-1), run);
    else runs.push(run);
  }
  const lines = [];
  for (const client of [...byClient.keys()].sort((a, b) => b - a)) {
    for (const run of byClient.get(client)) lines.push(`${client} ${spell(run)}`);
  }
  for (const client of [...ds.clients.keys()].sort((a, b) => b - a)) {
    for (const { clock, len } of ds.clients.get(client))
      lines.push(`${client} deleted ${clock}+${len}`);
  }
  return lines;
};
