// The documents that this page holds. A document that is left with edits which are not yet durable
// stays connected in the background until they are, and coming back to it finds it as it was.
import type * as Y from 'yjs';
import type { Awareness } from 'y-protocols/awareness';

import type { Durability } from './durability';
import type { Profile } from './profile';

export interface Connection {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly durability: Durability;
  // Resolves once the server's state has arrived, after which writing is welcome.
  readonly synced: Promise<void>;
  // Calls back with the reason when the server refuses the document or ends the connection for one,
  // and with null when all is well again.
  onTrouble(trouble: (reason: string | null) => void): void;
  destroy(): void;
}

const held = new Map<string, Connection>();
const left = new Map<string, () => void>();

export function hold<C extends Connection>(name: string, connect: () => C, profile: Profile): C {
  left.get(name)?.();
  left.delete(name);
  let connection = held.get(name) as C | undefined;
  if (!connection) {
    connection = connect();
    held.set(name, connection);
  }
  connection.awareness.setLocalState({ user: cursorOf(profile) });
  return connection;
}

export function release(name: string): void {
  const connection = held.get(name);
  if (!connection || left.has(name)) return;
  connection.awareness.setLocalState(null);
  const endIfSaved = (): void => {
    if (connection.durability.unsaved > 0) return;
    left.get(name)?.();
    left.delete(name);
    held.delete(name);
    connection.destroy();
  };
  left.set(name, connection.durability.watch(endIfSaved));
  endIfSaved();
}

export function hasUnsaved(): boolean {
  return [...held.values()].some(({ durability }) => durability.unsaved > 0);
}

// Close codes from here on are the server's own; below are those of networks and browsers, of which
// the normal one may carry a reason too.
const kOwnCloseCodes = 4000;
const kNormalClose = 1000;

export function closeReason(event: { code?: number; reason?: string } | null): string | null {
  const { code = 0, reason = '' } = event ?? {};
  if (code === kNormalClose) return reason || null;
  return code < kOwnCloseCodes ? null : reason || `close code ${code}`;
}

// The field names that both kinds of editor read from the awareness of others.
export function cursorOf({ name, color }: Profile): Record<string, string> {
  return { name, color, colorLight: `${color}33` };
}

export function socketUrl(path: string): string {
  return location.origin.replace(/^http/, 'ws') + path;
}
