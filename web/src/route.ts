// How documents are called. The name of a document is `<kind>/<title>`, the same for the server, for
// both kinds of provider and for `tidemark doc`; the address of its page is `#/<name>`.
//
//   name := kind '/' title          "rich/Meeting notes", "code/src/main.ts"
//   kind := "rich" | "code"
export type Kind = 'rich' | 'code';

export interface DocumentName {
  kind: Kind;
  title: string;
}

// The server tells it with its list of documents. Until then every length may be fine.
let maxNameBytes = Infinity;

export function learnMaxNameBytes(bytes: number): void {
  maxNameBytes = bytes;
}

// Null for documents of other applications, which this page lists but does not open.
export function parseName(name: string): DocumentName | null {
  const slash = name.indexOf('/');
  const kind = name.slice(0, slash);
  const title = name.slice(slash + 1);
  if ((kind !== 'rich' && kind !== 'code') || title === '') return null;
  return { kind, title };
}

export function fullName({ kind, title }: DocumentName): string {
  return `${kind}/${title}`;
}

// Why a new document cannot be called so, or null if it can.
export function titleProblem(title: string): string | null {
  if (title.trim() === '') return 'Give the document a name.';
  if (title.split('/').includes('')) return 'Each part between slashes needs a name of its own.';
  return nameProblem({ kind: 'rich', title });
}

// Why the server would refuse the document, by its own rule, or null if it would not. To ask it is no
// way: browsers hide why a socket was refused, and take `..` out of the paths of sockets.
export function nameProblem(document: DocumentName): string | null {
  const name = fullName(document);
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'A name cannot contain control characters.';
  if (name.split('/').some((part) => part === '.' || part === '..')) {
    return 'No part of a name can be “.” or “..”.';
  }
  const { length } = new TextEncoder().encode(name);
  if (length > maxNameBytes) {
    return `This name is too long: ${length} bytes, of which ${maxNameBytes} are allowed.`;
  }
  return null;
}

// The name as part of an address: slashes stay.
export function encodeName(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

export function hashOf(document: DocumentName): string {
  return `#/${encodeName(fullName(document))}`;
}

export function isHome(hash: string): boolean {
  return /^#?\/?$/.test(hash);
}

export function parseHash(hash: string): DocumentName | null {
  try {
    return parseName(decodeURIComponent(hash.replace(/^#\/?/, '')));
  } catch {
    return null;
  }
}
