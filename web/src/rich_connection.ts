import {
  HocuspocusProvider,
  HocuspocusProviderWebsocket,
  WebSocketStatus,
} from '@hocuspocus/provider';
import * as Y from 'yjs';

import { announceAgain, forgetAbsent } from './awareness_return';
import { closeReason, type Connection, socketUrl } from './connections';
import { watchHocuspocus } from './durability_hocuspocus';
import { type DocumentName, fullName } from './route';

// A restarted server is found again within seconds, also after a long time away.
const kReconnect = { delay: 400, minDelay: 200, factor: 1.5, maxDelay: 3000 };

// How long a document stays away that the server refused while other documents may go on.
const kRejoinMs = 5000;

export interface RichConnection extends Connection {
  readonly provider: HocuspocusProvider;
}

export function connectRich(document: DocumentName): RichConnection {
  const doc = new Y.Doc();
  const websocketProvider = new HocuspocusProviderWebsocket({
    url: socketUrl('/hocuspocus'),
    ...kReconnect,
  });
  const provider = new HocuspocusProvider({
    websocketProvider,
    name: fullName(document),
    document: doc,
  });
  const durability = watchHocuspocus(provider);
  const synced = new Promise<void>((resolve) => provider.on('synced', () => resolve()));
  const awareness = provider.awareness!;
  provider.on('open', () => forgetAbsent(awareness));
  provider.on('synced', () => announceAgain(awareness));
  provider.attach();
  // The provider comes back by itself only with a new socket.
  let rejoinTimer = 0;
  const rejoinLater = (): void => {
    clearTimeout(rejoinTimer);
    rejoinTimer = window.setTimeout(() => {
      const isConnected = websocketProvider.status === WebSocketStatus.Connected;
      if (provider.isSynced || !isConnected) return;
      provider.detach();
      provider.attach();
    }, kRejoinMs);
  };
  provider.on('authenticationFailed', rejoinLater);
  provider.on('close', rejoinLater);
  return {
    doc,
    provider,
    awareness,
    durability,
    synced,
    onTrouble: (trouble) => {
      provider.on('authenticationFailed', ({ reason }: { reason: string }) => trouble(reason));
      provider.on('close', ({ event }: { event: CloseEvent }) => {
        const reason = closeReason(event);
        if (reason) trouble(reason);
      });
      provider.on('synced', () => trouble(null));
    },
    destroy: () => {
      clearTimeout(rejoinTimer);
      durability.destroy();
      provider.destroy();
      websocketProvider.destroy();
      doc.destroy();
    },
  };
}
