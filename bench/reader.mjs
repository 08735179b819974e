// A stranger with npm yjs who comes when everything has been said: what the server gives it is what
// the load generator's documents are compared with.
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { readSyncMessage, writeSyncStep1 } from 'y-protocols/sync';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

const WAIT_MS = 20_000;
const SYNC = 0;
const AUTH = 2;
const SYNC_REPLY = 4;

export const fnv1a = (text) => {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
};

// Resolves with the text once it has the length, or with what there is when the time is over.
export const readText = (port, dialect, room, length) =>
  new Promise((resolve, reject) => {
    const isHocuspocus = dialect === 'hocuspocus';
    const doc = new Y.Doc();
    const socket = new WebSocket(
      `ws://127.0.0.1:${port}/${isHocuspocus ? 'hocuspocus' : `yjs/${room}`}`,
    );
    socket.binaryType = 'arraybuffer';
    const finish = () => {
      clearTimeout(timer);
      socket.terminate();
      resolve(doc.getText('t').toString());
    };
    const timer = setTimeout(finish, WAIT_MS);
    const say = (kind, write) => {
      const encoder = encoding.createEncoder();
      if (isHocuspocus) encoding.writeVarString(encoder, room);
      encoding.writeVarUint(encoder, kind);
      write(encoder);
      socket.send(encoding.toUint8Array(encoder));
    };
    socket.on('error', reject);
    socket.on('open', () => {
      if (isHocuspocus)
        say(AUTH, (encoder) => {
          encoding.writeVarUint(encoder, 0);
          encoding.writeVarString(encoder, 'bench');
        });
      say(SYNC, (encoder) => writeSyncStep1(encoder, doc));
    });
    socket.on('message', (message) => {
      const decoder = decoding.createDecoder(new Uint8Array(message));
      if (isHocuspocus) decoding.readVarString(decoder);
      const kind = decoding.readVarUint(decoder);
      if (kind !== SYNC && kind !== SYNC_REPLY) return;
      readSyncMessage(decoder, encoding.createEncoder(), doc, 'server');
      if (doc.getText('t').length >= length) finish();
    });
    if (length === 0) finish();
  });
