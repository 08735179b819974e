// The npm servers behind the addresses and with the promises of ours: y-websocket at /yjs/ROOM,
// Hocuspocus at /hocuspocus, one document for both, every update in a file before it is
// acknowledged. `--forgetful` writes late: the tests must notice.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Hocuspocus } from '@hocuspocus/server';
import { docs, getYDoc, setupWSConnection } from '@y/websocket-server/utils';
import { applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { WebSocketServer } from 'ws';
import * as Y from 'yjs';

const { values: flags } = parseArgs({
  options: {
    listen: { type: 'string' },
    data: { type: 'string' },
    forgetful: { type: 'boolean', default: false },
  },
});
const [host, port] = flags.listen.split(':');
const BRIDGE = Symbol('bridge');

const fileOf = (room) => path.join(flags.data, `${encodeURIComponent(room)}.log`);

const load = (room, doc) => {
  if (!fs.existsSync(fileOf(room))) return;
  const bytes = fs.readFileSync(fileOf(room));
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32LE(at);
    Y.applyUpdate(doc, bytes.subarray(at + 4, at + 4 + length), BRIDGE);
    at += 4 + length;
  }
};

const append = (room, update) => {
  const record = Buffer.alloc(4 + update.length);
  record.writeUInt32LE(update.length);
  record.set(update, 4);
  const write = () => fs.appendFileSync(fileOf(room), record);
  if (flags.forgetful) setTimeout(write, 400);
  else write();
};

// The plain document is the one that is kept; Hocuspocus' follows it and is followed.
const plainDoc = (room) => {
  const known = docs.has(room);
  const doc = getYDoc(room);
  if (!known) {
    load(room, doc);
    doc.on('update', (update, origin) => {
      if (origin !== BRIDGE || doc.bridged) append(room, update);
    });
    doc.bridged = true;
  }
  return doc;
};

const tie = (from, to) => {
  from.on('update', (update, origin) => {
    if (origin !== BRIDGE) Y.applyUpdate(to, update, BRIDGE);
  });
  from.awareness.on('update', ({ added, updated, removed }, origin) => {
    if (origin !== BRIDGE)
      applyAwarenessUpdate(
        to.awareness,
        encodeAwarenessUpdate(from.awareness, [...added, ...updated, ...removed]),
        BRIDGE,
      );
  });
};

const hocuspocus = new Hocuspocus({
  quiet: true,
  async afterLoadDocument({ document, documentName }) {
    const plain = plainDoc(documentName);
    Y.applyUpdate(document, Y.encodeStateAsUpdate(plain), BRIDGE);
    // First what makes an update durable, so that it is so when Hocuspocus acknowledges.
    tie(document, plain);
    tie(plain, document);
  },
});

const sockets = new WebSocketServer({ noServer: true });
const server = http.createServer((request, response) => response.end('reference'));
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (ws) => {
    if (request.url.startsWith('/yjs/')) {
      const docName = decodeURIComponent(request.url.slice(5).split('?')[0]);
      plainDoc(docName);
      setupWSConnection(ws, request, { docName });
      return;
    }
    const connection = hocuspocus.handleConnection(ws, new Request(`http://${host}${request.url}`));
    ws.on('message', (message) => connection.handleMessage(new Uint8Array(message)));
    ws.on('close', (code, reason) => connection.handleClose({ code, reason: reason.toString() }));
  }),
);
server.listen(Number(port), host, () => console.log(`http://${host}:${server.address().port}`));

process.on('SIGTERM', () => {
  for (const ws of sockets.clients) ws.close(1001, 'going away');
  setTimeout(() => process.exit(0), 200);
});
