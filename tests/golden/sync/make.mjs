// Records what the reference implementations put on the wire, for the unit tests of src/sync and
// src/server: y-protocols, the y-websocket provider, the Hocuspocus provider and server. Needs the
// packages of tests/package.json.
// Run from the repository: node tests/golden/sync/make.mjs [--check]
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as Y from 'yjs';
import * as encoding from 'lib0/encoding';
import * as sync from 'y-protocols/sync';
import * as awareness from 'y-protocols/awareness';
import * as auth from 'y-protocols/auth';
import { WebsocketProvider } from 'y-websocket';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { Hocuspocus, OutgoingMessage } from '@hocuspocus/server';

const frames = [];
const keep = (name, bytes) => frames.push([name, Buffer.from(bytes).toString('hex')]);
const written = (write) => {
  const encoder = encoding.createEncoder();
  write(encoder);
  return encoding.toUint8Array(encoder);
};
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

function document(client) {
  const doc = new Y.Doc();
  doc.clientID = client;
  return doc;
}

// A socket that only remembers.
class FakeSocket {
  constructor() {
    this.readyState = 1;
    this.OPEN = 1;
    this.sent = [];
    this.listeners = {};
    FakeSocket.last = this;
  }
  addEventListener(name, call) {
    this.listeners[name] = call;
  }
  removeEventListener() {}
  send(bytes) {
    this.sent.push(new Uint8Array(bytes));
  }
  close(code, reason) {
    this.readyState = 3;
    this.closed = { code, reason };
  }
}
FakeSocket.OPEN = 1;

function plainProtocols() {
  const doc = document(7);
  doc.getText('t').insert(0, 'hi');
  const update = Y.encodeStateAsUpdate(doc);
  keep('state_vector', Y.encodeStateVector(doc));
  keep('update', update);
  const nothing = Y.encodeStateVector(new Y.Doc());
  const frame = (kind, write) =>
    written((e) => {
      encoding.writeVarUint(e, kind);
      write(e);
    });
  keep(
    'y_step1',
    frame(0, (e) => sync.writeSyncStep1(e, doc)),
  );
  keep(
    'y_step2',
    frame(0, (e) => sync.writeSyncStep2(e, doc, nothing)),
  );
  keep(
    'y_update',
    frame(0, (e) => sync.writeUpdate(e, update)),
  );
  keep(
    'y_denied',
    frame(2, (e) => auth.writePermissionDenied(e, 'no')),
  );

  const here = new awareness.Awareness(doc);
  keep('awareness_first', awareness.encodeAwarenessUpdate(here, [7]));
  here.setLocalState({ user: { name: 'Å', color: '#fff' } });
  keep('awareness_second', awareness.encodeAwarenessUpdate(here, [7]));
  const other = new awareness.Awareness(document(4294967296 + 5));
  other.setLocalState({ n: [1, null] });
  const otherState = awareness.encodeAwarenessUpdate(other, [other.clientID]);
  awareness.applyAwarenessUpdate(here, otherState, null);
  keep('awareness_both', awareness.encodeAwarenessUpdate(here, [7, other.clientID]));
  // A peer believes that we are gone: we insist.
  const gone = written((e) => {
    encoding.writeVarUint(e, 1);
    encoding.writeVarUint(e, 7);
    encoding.writeVarUint(e, 5);
    encoding.writeVarString(e, 'null');
  });
  keep('awareness_gone', gone);
  awareness.applyAwarenessUpdate(here, gone, null);
  keep('awareness_insisted', awareness.encodeAwarenessUpdate(here, [7]));
  here.setLocalState(null);
  keep('awareness_left', awareness.encodeAwarenessUpdate(here, [7]));
  keep(
    'y_awareness',
    written((e) => {
      encoding.writeVarUint(e, 1);
      encoding.writeVarUint8Array(e, awareness.encodeAwarenessUpdate(other, [other.clientID]));
    }),
  );
  here.destroy();
  other.destroy();
}

async function yWebsocketProvider() {
  const doc = document(7);
  const provider = new WebsocketProvider('ws://x', 'room', doc, {
    WebSocketPolyfill: FakeSocket,
    disableBc: true,
  });
  const socket = FakeSocket.last;
  socket.onopen();
  doc.getText('t').insert(0, 'hi');
  provider.awareness.setLocalState({ a: 1 });
  socket.sent.forEach((frame, i) => keep(`y_client_${i}`, frame));
  provider.destroy();
}

async function hocuspocusProvider() {
  const doc = document(7);
  const websocketProvider = new HocuspocusProviderWebsocket({
    url: 'ws://x',
    WebSocketPolyfill: FakeSocket,
  });
  await turn();
  const socket = FakeSocket.last;
  const provider = new HocuspocusProvider({
    name: 'doc',
    document: doc,
    websocketProvider,
    token: 'tok',
  });
  provider.attach();
  socket.listeners.open({});
  await turn();
  doc.getText('t').insert(0, 'hi');
  provider.sendStateless('hello');
  provider.detach();
  socket.sent.forEach((frame, i) => keep(`h_client_${i}`, frame));
  websocketProvider.destroy();
}

async function hocuspocusServer() {
  const server = new Hocuspocus({
    quiet: true,
    async onAuthenticate({ token, connectionConfig }) {
      if (token === 'bad') throw { reason: 'permission-denied' };
      if (token === 'reader') connectionConfig.readOnly = true;
    },
  });
  const client = document(7);
  client.getText('t').insert(0, 'hi');
  const to = (address, write) =>
    written((e) => {
      encoding.writeVarString(e, address);
      write(e);
    });
  const sync0 = (address, write) =>
    to(address, (e) => {
      encoding.writeVarUint(e, 0);
      write(e);
    });
  const token = (address, value) =>
    to(address, (e) => {
      encoding.writeVarUint(e, 2);
      encoding.writeVarUint(e, 0);
      encoding.writeVarString(e, value);
      encoding.writeVarString(e, '4.8.0');
    });
  const step1 = (address) => sync0(address, (e) => sync.writeSyncStep1(e, new Y.Doc()));
  const step2 = (address) => sync0(address, (e) => sync.writeSyncStep2(e, client));
  const state = Y.encodeStateAsUpdate(client);
  const update = (address) => sync0(address, (e) => sync.writeUpdate(e, state));
  const talk = async (name, says) => {
    const socket = new FakeSocket();
    const connection = server.handleConnection(socket, new Request('http://x/'));
    for (const [i, frame] of says.entries()) {
      keep(`${name}_says_${i}`, frame);
      connection.handleMessage(frame);
      await turn();
    }
    socket.sent.forEach((frame, i) => keep(`${name}_hears_${i}`, frame));
    connection.handleClose({ code: 1000, reason: '' });
    await turn();
  };
  await talk('h_writer', [token('doc', ''), step1('doc'), step2('doc')]);
  await talk('h_reader', [token('doc2', 'reader'), step2('doc2'), update('doc2')]);
  await talk('h_denied', [token('doc3', 'bad')]);
  await talk('h_session', [token('doc4\0sid', ''), step1('doc4\0sid')]);
  keep('h_close', new OutgoingMessage('doc').writeCloseMessage('why').toUint8Array());
  keep('h_stateless', new OutgoingMessage('doc').writeStateless('hello').toUint8Array());
}

plainProtocols();
await yWebsocketProvider();
await hocuspocusProvider();
await hocuspocusServer();

const here = path.dirname(fileURLToPath(import.meta.url));
const literal = (hex) =>
  hex
    .match(/.{1,80}/g)
    .map((part) => `"${part}"`)
    .join('\n     ');
const lines = frames.map(([name, hex]) => `    {"${name}",\n     ${literal(hex)}},`);
const target = path.join(here, '../../../src/sync/golden_frames.h');
const text = `// Written by tests/golden/sync/make.mjs; do not edit.
#pragma once

#include <string_view>

namespace tidemark::golden {

struct Frame {
  std::string_view name;
  std::string_view hex;
};

inline constexpr Frame kFrames[] = {
${lines.join('\n')}
};

}  // namespace tidemark::golden
`;
// The formatter breaks lines in the file that is kept.
const unbroken = (source) => source.replace(/\s+/g, '');
if (process.argv.includes('--check')) {
  const same = unbroken(fs.readFileSync(target, 'utf8')) === unbroken(text);
  console.log(`golden_frames.h ${same ? 'is' : 'differs from'} what the peers say today`);
  process.exit(same ? 0 : 1);
}
fs.writeFileSync(target, text);
process.exit(0);
