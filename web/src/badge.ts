// The badge: saved means on the server's disk, nothing less.
import { h, icon } from './dom';
import type { Durability } from './durability';

export interface Badge {
  element: HTMLElement;
  // The server wants nothing of the document: what is not saved now may never be.
  setRefused(isRefused: boolean): void;
  destroy(): void;
}

export function badge(durability: Durability): Badge {
  const label = h('span', { class: 'badge-label' });
  // Read aloud only when the server goes or comes back: not after each pause in typing.
  const spoken = h('span', { class: 'sr-only', role: 'status' });
  const element = h(
    'div',
    { class: 'badge', 'data-badge': '' },
    h('span', { class: 'badge-dot' }, icon('check')),
    label,
    spoken,
  );
  let wasEverConnected = false;
  let wasOffline = false;
  let isRefused = false;
  const show = (): void => {
    const { unsaved } = durability;
    const isLost = isRefused && durability.state !== 'saved';
    const state = isLost ? 'refused' : durability.state;
    wasEverConnected ||= durability.state !== 'offline';
    element.dataset['state'] = state;
    element.dataset['unsaved'] = String(unsaved);
    element.title = kTitles[state];
    label.textContent = text(state, unsaved, wasEverConnected);
    const isOffline = state === 'offline' && wasEverConnected;
    if (isOffline) spoken.textContent = 'The server cannot be reached.';
    else if (wasOffline && state === 'saved') spoken.textContent = 'The server is back. Saved.';
    wasOffline = isOffline || (wasOffline && state !== 'saved');
  };
  show();
  const destroy = durability.watch(show);
  const setRefused = (is: boolean): void => {
    isRefused = is;
    show();
  };
  return { element, setRefused, destroy };
}

type BadgeState = Durability['state'] | 'refused';

const kTitles = {
  saved: 'Everything here is on the server’s disk.',
  saving: 'The server has not yet confirmed that everything here is on its disk.',
  refused: 'The server refuses this document, so nothing is saved now.',
  offline:
    'The server cannot be reached. You can go on writing; it is sent when the server is back.',
};

function text(state: BadgeState, unsaved: number, wasEverConnected: boolean): string {
  if (state === 'saved') return 'Saved';
  if (state === 'saving') return 'Saving…';
  const lacking = `${unsaved} ${unsaved === 1 ? 'change' : 'changes'} not saved`;
  if (state === 'refused') return unsaved === 0 ? 'Refused' : `Refused · ${lacking}`;
  if (!wasEverConnected) return 'Connecting…';
  return `Offline · ${unsaved === 0 ? 'all changes saved' : lacking}`;
}
