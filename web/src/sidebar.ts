// The list of documents, the way to new ones, and who one is.
import {
  agoText,
  forgetOpened,
  type ListedDocument,
  mergedList,
  openedNames,
  rememberOpened,
  storedDocuments,
  type StoredList,
} from './documents';
import { h, icon, mark } from './dom';
import { initials, type Profile } from './profile';
import { fullName, hashOf, type Kind, parseHash, parseName } from './route';
import { themeButton } from './theme';

// How old the list may be while somebody looks at it.
const kRefreshMs = 4000;
// Fewer documents are found by looking.
const kSearchFrom = 9;

const kPartial = 'The server has more documents than are listed here.';

export interface SidebarActions {
  create(kind: Kind): void;
  editProfile(): void;
  // The server has told its list, and with it what it takes for a name.
  listed(): void;
}

export interface Sidebar {
  element: HTMLElement;
  setProfile(profile: Profile): void;
  // The server let this browser into the document.
  noteOpened(name: string): void;
  // The server stores this document now.
  noteSaved(name: string): void;
}

export function sidebar(actions: SidebarActions): Sidebar {
  const list = h('nav', { class: 'documents', 'aria-label': 'Documents' });
  const profileButton = h('button', {
    type: 'button',
    class: 'profile-button',
    click: () => actions.editProfile(),
  });
  const create = h(
    'button',
    { type: 'button', class: 'button primary new-button', click: () => actions.create('rich') },
    icon('plus'),
    'New document',
  );
  const search = h('input', {
    type: 'search',
    class: 'search',
    placeholder: 'Find',
    'aria-label': 'Find a document',
    hidden: true,
    input: () => draw(),
  });
  const element = h(
    'aside',
    { class: 'sidebar', 'aria-label': 'Tidemark' },
    h('a', { class: 'brand', href: '#/' }, mark(), h('span', {}, 'Tidemark')),
    create,
    search,
    list,
    h('footer', { class: 'sidebar-foot' }, profileButton, themeButton()),
  );

  let stored: StoredList = { documents: [], isPartial: false };
  let drawn = '';
  const draw = (): void => {
    const all = mergedList(stored.documents, openedNames());
    search.hidden = all.length < kSearchFrom;
    const wanted = search.value.trim().toLowerCase();
    const found = all.filter(({ name }) => name.toLowerCase().includes(wanted));
    const groups = groupsOf(found);
    // Drawing anew would take the focus from the list.
    const minute = Math.floor(Date.now() / 60_000);
    const now = JSON.stringify([groups, stored.isPartial, location.hash, minute]);
    if (now === drawn) return;
    drawn = now;
    const focused = document.activeElement?.getAttribute('href');
    list.replaceChildren(...groups.map(groupElement));
    if (stored.isPartial) list.append(h('p', { class: 'list-note' }, kPartial));
    if (wanted && found.length === 0) list.append(h('p', { class: 'list-note' }, 'Nothing found.'));
    if (focused && document.activeElement === document.body) {
      list.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus();
    }
  };
  const refresh = async (): Promise<void> => {
    stored = (await storedDocuments()) ?? stored;
    draw();
    actions.listed();
  };
  setInterval(() => document.visibilityState === 'visible' && void refresh(), kRefreshMs);
  window.addEventListener('focus', () => void refresh());
  window.addEventListener('hashchange', draw);
  draw();
  void refresh();
  return {
    element,
    noteOpened: (name) => {
      rememberOpened(name);
      draw();
    },
    noteSaved: (name) => {
      if (!stored.documents.some((known) => known.name === name)) void refresh();
    },
    setProfile: ({ name, color }) => {
      const avatar = h('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(name));
      avatar.style.setProperty('--person', color);
      profileButton.replaceChildren(avatar, h('span', { class: 'profile-name' }, name));
      profileButton.setAttribute('aria-label', `You are ${name}. Change name and colour`);
      profileButton.title = 'Change name and colour';
    },
  };
}

interface Group {
  title: string;
  documents: ListedDocument[];
}

function groupsOf(documents: ListedDocument[]): Group[] {
  const of = (kind: Kind | undefined): ListedDocument[] =>
    documents.filter(({ name }) => parseName(name)?.kind === kind);
  return [
    { title: 'Rich text', documents: of('rich') },
    { title: 'Code', documents: of('code') },
    { title: 'Other applications', documents: of(undefined) },
  ].filter((group) => group.documents.length > 0);
}

function groupElement({ title, documents }: Group): HTMLElement {
  return h(
    'section',
    { class: 'group' },
    h('h2', { class: 'group-title' }, title),
    h('ul', {}, ...documents.map(documentElement)),
  );
}

function documentElement(listed: ListedDocument): HTMLElement {
  const parsed = parseName(listed.name);
  if (!parsed) {
    return h(
      'li',
      { class: 'document document-foreign', title: `tidemark doc show '${listed.name}'` },
      icon('box'),
      h('span', { class: 'document-text' }, title(listed.name), detail(listed)),
    );
  }
  const open = parseHash(location.hash);
  const isCurrent = !!open && fullName(open) === listed.name;
  const link = h(
    'a',
    { class: 'document', href: hashOf(parsed), 'aria-current': isCurrent ? 'page' : null },
    icon(parsed.kind === 'rich' ? 'note' : 'code'),
    h('span', { class: 'document-text' }, title(parsed.title), detail(listed)),
  );
  if (listed.updated_ms !== undefined || isCurrent) return h('li', {}, link);
  const forget = (event: MouseEvent): void => {
    forgetOpened(listed.name);
    (event.currentTarget as HTMLElement).closest('li')?.remove();
  };
  return h(
    'li',
    {},
    link,
    h(
      'button',
      { type: 'button', class: 'forget', 'aria-label': `Forget ${parsed.title}`, click: forget },
      '×',
    ),
  );
}

function title(text: string): HTMLElement {
  return h('span', { class: 'document-title', title: text }, text);
}

function detail({ updated_ms }: ListedDocument): HTMLElement {
  const text = updated_ms === undefined ? 'empty' : agoText(updated_ms, Date.now());
  return h('small', { class: 'document-detail' }, text);
}
