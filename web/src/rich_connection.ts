import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import * as Y from 'yjs';

import { type Connection, socketUrl } from './connections';
import { watchHocuspocus } from './durability_hocuspocus';
import { type DocumentName, fullName } from './route';

// A restarted server is found again within seconds, also after a long time away.
const kReconnect = { delay: 400, minDelay: 200, factor: 1.5, maxDelay: 3000 };

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
  provider.attach();
  return {
    doc,
    provider,
    awareness: provider.awareness!,
    durability,
    synced,
    onRefused: (refused) => {
      provider.on('authenticationFailed', ({ reason }: { reason: string }) => refused(reason));
    },
    destroy: () => {
      durability.destroy();
      provider.destroy();
      websocketProvider.destroy();
      doc.destroy();
    },
  };
}
