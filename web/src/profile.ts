// Who this browser is to others: a name and a colour, chosen once and kept in the browser.
import { kColors } from './colors';

export interface Profile {
  name: string;
  color: string;
}

const kKey = 'tidemark.profile';
const kMaxName = 40;

const kCalm = ['Quiet', 'Swift', 'Bright', 'Gentle', 'Patient', 'Bold', 'Curious', 'Early'];
const kShore = ['Heron', 'Tern', 'Otter', 'Limpet', 'Plover', 'Seal', 'Gull', 'Curlew'];

export function storedProfile(): Profile | null {
  try {
    const stored = JSON.parse(localStorage.getItem(kKey) ?? 'null') as Partial<Profile> | null;
    if (typeof stored?.name !== 'string' || typeof stored.color !== 'string') return null;
    return tidy({ name: stored.name, color: stored.color });
  } catch {
    return null;
  }
}

export function storeProfile(profile: Profile): Profile {
  const tidied = tidy(profile);
  localStorage.setItem(kKey, JSON.stringify(tidied));
  return tidied;
}

export function suggestedProfile(): Profile {
  return { name: `${pick(kCalm)} ${pick(kShore)}`, color: pick(kColors).value };
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toUpperCase();
}

function tidy({ name, color }: Profile): Profile {
  const shortName = [...name.trim()].slice(0, kMaxName).join('');
  return {
    name: shortName || suggestedProfile().name,
    color: kColors.some(({ value }) => value === color) ? color : kColors[0].value,
  };
}

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)]!;
}
