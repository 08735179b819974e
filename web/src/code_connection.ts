import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

import { announceAgain, forgetAbsent } from './awareness_return';
import { closeReason, type Connection, socketUrl } from './connections';
import { storedDocuments } from './documents';
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
      provider.on('connection-error', () => void whySocketFails(provider).then(trouble));
      provider.on('sync', (isSynced) => isSynced && trouble(null));
    },
    destroy: () => {
      durability.destroy();
      provider.destroy();
      doc.destroy();
    },
  };
}

// One failure, or two, may be those of a server that is just coming back.
const kFailuresOfRefusal = 3;

// Browsers hide with what status a socket was refused. But where the server answers other questions,
// it is not for want of a server. Null where it is, which also ends what was said of refusal before.
async function whySocketFails(provider: WebsocketProvider): Promise<string | null> {
  if (provider.wsUnsuccessfulReconnects < kFailuresOfRefusal) return null;
  const isAnswered = (await storedDocuments()) !== null;
  return isAnswered && !provider.wsconnected ? 'it answers, but opens no connection for it.' : null;
}
