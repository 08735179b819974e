// Unmodified providers, the way applications use them, and what the tests ask of both kinds.
import { setTimeout as delay } from 'node:timers/promises';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import * as encoding from 'lib0/encoding';
import * as sync from 'y-protocols/sync';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import WebSocket from 'ws';
import { canonical } from '../support/values.mjs';

// Polls: the providers tell of changes by events of many kinds.
export const until = async (condition, what, ms = 15_000) => {
  for (const deadline = Date.now() + ms; !condition();) {
    if (Date.now() > deadline)
      throw new Error(`not within ${ms} ms: ${typeof what === 'function' ? what() : what}`);
    await delay(10);
  }
};

export class YClient {
  kind = 'y-websocket';

  constructor(server, room, doc = new Y.Doc()) {
    this.doc = doc;
    this.closes = [];
    this.provider = new WebsocketProvider(server.yUrl, room, doc, {
      WebSocketPolyfill: WebSocket,
      disableBc: true,
      maxBackoffTime: 300,
    });
    this.provider.on('connection-close', (event) =>
      this.closes.push({ code: event?.code, reason: event?.reason }),
    );
  }

  get awareness() {
    return this.provider.awareness;
  }
  get isSynced() {
    return this.provider.synced;
  }
  get isConnected() {
    return this.provider.wsconnected;
  }
  disconnect() {
    this.provider.disconnect();
  }
  connect() {
    this.provider.connect();
  }

  // Resolves true once the server has answered a state vector sent now, on the connection that is
  // open now: whatever was sent before has been dealt with. False if the connection ends first.
  async confirmed() {
    const { ws } = this.provider;
    if (!this.provider.wsconnected || ws === null) return false;
    this.provider.synced = false;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 0);
    sync.writeSyncStep1(encoder, this.doc);
    ws.send(encoding.toUint8Array(encoder));
    await until(
      () => this.provider.synced || this.provider.ws !== ws || ws.readyState !== ws.OPEN,
      'an answer to a state vector',
    );
    return this.provider.synced && this.provider.ws === ws;
  }

  destroy() {
    this.provider.destroy();
    this.doc.destroy();
  }
}

export class HClient {
  kind = 'hocuspocus';

  constructor(server, room, doc = new Y.Doc(), socket = null) {
    this.doc = doc;
    this.closes = [];
    this.failures = [];
    this.ownsSocket = socket === null;
    this.socket =
      socket ??
      new HocuspocusProviderWebsocket({
        url: server.hocuspocusUrl,
        WebSocketPolyfill: WebSocket,
        delay: 100,
        maxDelay: 300,
        minDelay: 50,
      });
    this.provider = new HocuspocusProvider({
      websocketProvider: this.socket,
      name: room,
      document: doc,
      token: 'e2e',
      onClose: ({ event }) => this.closes.push({ code: event.code, reason: event.reason }),
      onAuthenticationFailed: ({ reason }) => this.failures.push(reason),
    });
    this.provider.attach();
  }

  get awareness() {
    return this.provider.awareness;
  }
  get isSynced() {
    return this.provider.isSynced;
  }
  get isConnected() {
    return this.socket.status === 'connected';
  }
  disconnect() {
    this.socket.disconnect();
  }
  connect() {
    this.socket.connect();
  }

  // Resolves true once nothing waits for its acknowledgement; false if the connection ends first.
  async confirmed() {
    const closesBefore = this.closes.length;
    await until(
      () =>
        !this.provider.hasUnsyncedChanges || this.closes.length > closesBefore || !this.isConnected,
      'the acknowledgement of all changes',
    );
    return !this.provider.hasUnsyncedChanges;
  }

  destroy() {
    this.provider.destroy();
    if (this.ownsSocket) this.socket.destroy();
    this.doc.destroy();
  }
}

export const synced = (...clients) =>
  until(
    () => clients.every((c) => c.isSynced),
    () => `synced: ${clients.map((c) => c.isSynced)}`,
  );

const snapshotOf = (doc) =>
  Buffer.from(Y.encodeStateVector(doc)).toString('hex') +
  JSON.stringify([...doc.share.keys()].sort().map((name) => [name, doc.get(name)._length]));

export const converged = (docs, read, ms) =>
  until(
    () => {
      const texts = docs.map((doc) => JSON.stringify(canonical(read(doc))));
      return (
        texts.every((text) => text === texts[0]) &&
        docs.every((doc) => snapshotOf(doc) === snapshotOf(docs[0]))
      );
    },
    () =>
      `the same content: ${docs.map((doc) => JSON.stringify(read(doc)).slice(0, 200)).join(' | ')}`,
    ms,
  );
