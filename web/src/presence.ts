// Who else has the document open, as a row of initials.
import type { Awareness } from 'y-protocols/awareness';

import { safeColor } from './colors';
import { h } from './dom';
import { initials, type Profile } from './profile';

const kShown = 5;

export interface Presence {
  element: HTMLElement;
  destroy(): void;
}

export function presence(awareness: Awareness): Presence {
  const element = h('ul', { class: 'presence', 'aria-label': 'People in this document' });
  const show = (): void => {
    const people = peopleIn(awareness);
    const rest = people.length - kShown;
    element.replaceChildren(...people.slice(0, kShown).map(avatar));
    if (rest > 0) element.append(h('li', { class: 'avatar avatar-rest' }, `+${rest}`));
  };
  awareness.on('change', show);
  show();
  return { element, destroy: () => awareness.off('change', show) };
}

interface Person extends Profile {
  isSelf: boolean;
}

function peopleIn(awareness: Awareness): Person[] {
  const people: Person[] = [];
  for (const [client, state] of awareness.getStates()) {
    const user = state['user'] as Partial<Profile> | undefined;
    if (typeof user?.name !== 'string') continue;
    const isSelf = client === awareness.clientID;
    people.push({ name: user.name, color: safeColor(user.color), isSelf });
  }
  return people.sort((a, b) => Number(b.isSelf) - Number(a.isSelf) || a.name.localeCompare(b.name));
}

function avatar({ name, color, isSelf }: Person): HTMLElement {
  const label = isSelf ? `${name} (you)` : name;
  const element = h('li', { class: 'avatar', title: label, 'aria-label': label }, initials(name));
  element.style.setProperty('--person', color);
  return element;
}
