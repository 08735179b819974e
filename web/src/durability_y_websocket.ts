// The proof of durability over an unmodified y-websocket provider. The provider knows no
// acknowledgement, so the page asks: a fresh SyncStep1 over the provider's own socket, answered by a
// SyncStep2 that reflects what the server has committed.
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebsocketProvider, messageSync } from 'y-websocket';

import { type Durability, DurabilityProof } from './durability';
import { hearSyncMessage, writeQuestion } from './sync_message';

export function watchYWebsocket(provider: WebsocketProvider): Durability {
  const proof = new DurabilityProof({
    doc: provider.doc,
    remoteOrigin: provider,
    ask: (known) => {
      const frame = encoding.createEncoder();
      encoding.writeVarUint(frame, messageSync);
      writeQuestion(frame, known);
      if (provider.wsconnected) provider.ws?.send(encoding.toUint8Array(frame));
    },
  });
  const read = provider.messageHandlers[messageSync]!;
  provider.messageHandlers[messageSync] = (encoder, decoder, from, isServer, type) => {
    // Other windows of this browser speak through the same function; they prove nothing.
    if (isServer) hearSyncMessage(proof, decoding.clone(decoder));
    read(encoder, decoder, from, isServer, type);
  };
  provider.on('status', ({ status }) => {
    if (status === 'connected') proof.connected();
    if (status === 'disconnected') proof.disconnected();
  });
  return proof;
}
