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

export const kMaxNameBytes = 512;

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

// Why a title cannot be used, or null if it can. The server has the same rule.
export function titleProblem(title: string): string | null {
  if (title.trim() === '') return 'Give the document a name.';
  if (/[\u0000-\u001f\u007f]/.test(title)) return 'A name cannot contain control characters.';
  if (title.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return 'Each part between slashes needs a name of its own.';
  }
  if (new TextEncoder().encode(`rich/${title}`).length > kMaxNameBytes) {
    return 'This name is too long.';
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

export function parseHash(hash: string): DocumentName | null {
  try {
    return parseName(decodeURIComponent(hash.replace(/^#\/?/, '')));
  } catch {
    return null;
  }
}
