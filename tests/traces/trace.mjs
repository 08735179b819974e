// Reads the editing traces of josephg/editing-traces and plays them on npm yjs, one transaction
// per patch.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import * as Y from 'yjs';

const here = path.dirname(fileURLToPath(import.meta.url));

// The folder with `sequential` and `concurrent`: --traces=DIR, $TIDEMARK_SHARED/traces, or the
// folder `shared` beside the checkout.
export const tracesFolder = (flag) =>
  flag ?? path.join(process.env.TIDEMARK_SHARED ?? path.join(here, '../../../shared'), 'traces');

export const traceFiles = (folder) =>
  ['sequential', 'concurrent'].flatMap((kind) => {
    const directory = path.join(folder, kind);
    if (!fs.existsSync(directory)) return [];
    return fs
      .readdirSync(directory)
      .filter((f) => f.endsWith('.json.gz'))
      .sort()
      .map((f) => ({
        name: `${kind}/${f.replace('.json.gz', '')}`,
        file: path.join(directory, f),
      }));
  });

export const readTrace = (file) => JSON.parse(zlib.gunzipSync(fs.readFileSync(file)));

// A hash of a sequence of byte strings: two FNV-1a with 32 bits, over each length and its bytes.
export class RollingHash {
  a = 0x811c9dc5;
  b = 0x01000193;

  add(bytes) {
    let { a, b } = this;
    const feed = (byte) => {
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x85ebca6b);
    };
    for (let length = bytes.length, i = 0; i < 4; i++) feed((length >>> (8 * i)) & 255);
    for (let i = 0; i < bytes.length; i++) feed(bytes[i]);
    this.a = a;
    this.b = b;
  }

  text() {
    return [this.a, this.b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

const applyPatch = (doc, text, [position, removed, inserted]) =>
  doc.transact(() => {
    if (removed > 0) text.delete(position, removed);
    if (inserted !== '') text.insert(position, inserted);
  });

const newReplica = (id, onUpdate) => {
  const doc = new Y.Doc();
  doc.clientID = id;
  const text = doc.getText('t');
  doc.on('update', (bytes, origin) => {
    if (origin !== 'remote') onUpdate(bytes, 0);
  });
  doc.on('updateV2', (bytes, origin) => {
    if (origin !== 'remote') onUpdate(bytes, 1);
  });
  return { doc, text };
};

const playSequential = (trace, onUpdate) => {
  const { doc, text } = newReplica(1, onUpdate);
  if (trace.startContent) text.insert(0, trace.startContent);
  for (const { patches } of trace.txns) for (const patch of patches) applyPatch(doc, text, patch);
  return { doc, text };
};

// Each agent has a replica, which receives what an edit builds on before the edit. The client ids
// ascend with the agents.
const playConcurrent = (trace, onUpdate) => {
  const updates = []; // by transaction, those of its patches
  let current;
  const replicas = Array.from({ length: trace.numAgents }, (_, agent) => ({
    ...newReplica(agent + 1, (bytes, format) => {
      if (format === 0) current.push(bytes);
      onUpdate(bytes, format);
    }),
    has: new Set(),
  }));
  const learn = (replica, wanted) => {
    const missing = [];
    for (let todo = [...wanted]; todo.length > 0;) {
      const n = todo.pop();
      if (replica.has.has(n)) continue;
      replica.has.add(n);
      missing.push(n);
      todo.push(...trace.txns[n].parents);
    }
    for (const n of missing.sort((x, y) => x - y))
      for (const bytes of updates[n]) Y.applyUpdate(replica.doc, bytes, 'remote');
  };
  trace.txns.forEach(({ parents, agent, patches }, n) => {
    const replica = replicas[agent];
    learn(replica, parents);
    current = updates[n] = [];
    for (const patch of patches) applyPatch(replica.doc, replica.text, patch);
    replica.has.add(n);
  });
  for (const replica of replicas) learn(replica, trace.txns.keys());
  return replicas[0];
};

export const playTrace = (trace, onUpdate) =>
  trace.numAgents === undefined ? playSequential(trace, onUpdate) : playConcurrent(trace, onUpdate);
