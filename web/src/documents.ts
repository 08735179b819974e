// The list of documents: what the server stores, and what this browser opened and may not have
// written to yet. Opening a document creates nothing; its first edit does.
import { learnMaxNameBytes, nameProblem, parseName } from './route';

export interface ListedDocument {
  name: string;
  // Absent for a document that the server does not store yet.
  updated_ms?: number;
}

const kKey = 'tidemark.opened';
const kMaxOpened = 50;

export function openedNames(): string[] {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(kKey) ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

export function rememberOpened(name: string): void {
  const names = [name, ...openedNames().filter((other) => other !== name)];
  localStorage.setItem(kKey, JSON.stringify(names.slice(0, kMaxOpened)));
}

export function forgetOpened(name: string): void {
  localStorage.setItem(kKey, JSON.stringify(openedNames().filter((other) => other !== name)));
}

export interface StoredList {
  documents: ListedDocument[];
  // The server has more than it lists at once.
  isPartial: boolean;
}

// Null while the server does not answer.
export async function storedDocuments(): Promise<StoredList | null> {
  try {
    const response = await fetch('/api/documents', { headers: { accept: 'application/json' } });
    if (!response.ok) return null;
    const body = (await response.json()) as {
      documents?: ListedDocument[];
      next?: string;
      max_name_bytes?: number;
    };
    if (typeof body.max_name_bytes === 'number') learnMaxNameBytes(body.max_name_bytes);
    if (!Array.isArray(body.documents)) return null;
    return { documents: body.documents, isPartial: body.next !== undefined };
  } catch {
    return null;
  }
}

// Newest first; documents that nobody wrote to yet come first of all.
export function mergedList(stored: ListedDocument[], opened: string[]): ListedDocument[] {
  const known = new Set(stored.map(({ name }) => name));
  const fresh = opened.filter((name) => !known.has(name) && canBeOpened(name));
  const sorted = [...stored].sort(
    (a, b) => (b.updated_ms ?? 0) - (a.updated_ms ?? 0) || a.name.localeCompare(b.name),
  );
  return [...fresh.map((name) => ({ name })), ...sorted];
}

function canBeOpened(name: string): boolean {
  const document = parseName(name);
  return document !== null && nameProblem(document) === null;
}

export function agoText(then_ms: number, now_ms: number): string {
  const seconds = Math.max(0, Math.round((now_ms - then_ms) / 1000));
  if (seconds < 60) return 'just now';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  if (days < 30) return days === 1 ? 'yesterday' : `${days} days ago`;
  return new Date(then_ms).toLocaleDateString();
}
