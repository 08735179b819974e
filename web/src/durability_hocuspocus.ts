// The proof of durability over an unmodified Hocuspocus provider. Its own counter of unsynced
// changes is honest while it stays connected, but after a reconnect the provider sends the edits
// made offline again without counting them, so the first acknowledgement already makes it zero. The
// badge therefore asks the server what it holds, as it does for y-websocket.
import type { HocuspocusProvider } from '@hocuspocus/provider';
import * as decoding from 'lib0/decoding';

import { type Durability, DurabilityProof } from './durability';
import { hearSyncMessage } from './sync_message';

const kSync = 0;
const kSyncReply = 4;

export function watchHocuspocus(provider: HocuspocusProvider): Durability {
  const proof = new DurabilityProof({
    doc: provider.document,
    remoteOrigin: provider,
    // Sends SyncStep1, which a Hocuspocus server answers with a SyncStep2 and its own SyncStep1.
    ask: () => provider.forceSync(),
  });
  provider.on('open', () => proof.connected());
  provider.on('close', () => proof.disconnected());
  provider.on('message', ({ event }: { event: MessageEvent<ArrayBuffer> }) => {
    const decoder = decoding.createDecoder(new Uint8Array(event.data));
    decoding.readVarString(decoder);
    const type = decoding.readVarUint(decoder);
    if (type === kSync || type === kSyncReply) hearSyncMessage(proof, decoder);
  });
  return proof;
}
