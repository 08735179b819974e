import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

import { announceAgain, forgetAbsent } from './awareness_return';
import { closeReason, type Connection, socketUrl } from './connections';
import { watchYWebsocket } from './durability_y_websocket';
import { type DocumentName, encodeName, fullName } from './route';

export function connectCode(document: DocumentName): Connection {
  const doc = new Y.Doc();
  // Other windows of this browser hear of an edit from the server too, that is once it is durable.
  const provider = new WebsocketProvider(socketUrl('/yjs'), encodeName(fullName(document)), doc, {
    disableBc: true,
  });
  const durability = watchYWebsocket(provider);
  const synced = new Promise<void>((resolve) => {
    provider.on('sync', (isSynced) => isSynced && resolve());
  });
  const { awareness } = provider;
  provider.on('status', ({ status }) => status === 'connected' && forgetAbsent(awareness));
  provider.on('sync', (isSynced) => isSynced && announceAgain(awareness));
  return {
    doc,
    awareness,
    durability,
    synced,
    onTrouble: (trouble) => {
      provider.on('connection-close', (event) => {
        const reason = closeReason(event);
        if (reason) trouble(reason);
      });
      provider.on('sync', (isSynced) => isSynced && trouble(null));
    },
    destroy: () => {
      durability.destroy();
      provider.destroy();
      doc.destroy();
    },
  };
}
