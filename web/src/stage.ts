// The open document: its head, its tools and its editor.
import { badge } from './badge';
import { type Connection, hold, release } from './connections';
import { nameMovingCursors } from './cursor_names';
import { h, icon } from './dom';
import type { EditorKind, EditorView } from './editor';
import { presence } from './presence';
import type { Profile } from './profile';
import { type DocumentName, fullName, type Kind } from './route';

const kLoadRetryMs = 1500;

const kEditors: Record<Kind, () => Promise<EditorKind>> = {
  rich: async () => (await import('./rich_editor')).richEditor as EditorKind,
  code: async () => (await import('./code_editor')).codeEditor,
};

// Both editors, so that the second document opens at once and also without a server.
export function preloadEditors(): void {
  for (const load of Object.values(kEditors)) load().catch(() => {});
}

export interface Stage {
  element: HTMLElement;
  setProfile(profile: Profile): void;
  close(): void;
}

export interface StageNews {
  // The server's state has arrived.
  opened(): void;
  // Edits of this page have become durable.
  saved(): void;
}

export function openStage(document: DocumentName, profile: Profile, news: StageNews): Stage {
  const status = h('div', { class: 'stage-status' });
  const notice = h('div', { class: 'notice', role: 'alert', hidden: true });
  const place = { toolbar: h('div', { class: 'stage-tools' }), page: h('div', { class: 'page' }) };
  const element = h(
    'section',
    { class: `stage stage-${document.kind}`, 'aria-label': document.title },
    h(
      'header',
      { class: 'stage-head' },
      h(
        'a',
        { class: 'icon-button stage-back', href: '#/', 'aria-label': 'All documents' },
        icon('back'),
      ),
      h('h1', { class: 'stage-title', title: document.title }, document.title),
      status,
    ),
    place.toolbar,
    notice,
    h('div', { class: 'stage-page' }, place.page),
  );

  let close = (): void => {};
  let isClosed = false;
  let view: EditorView | null = null;
  let shownProfile = profile;
  void loadEditor(document.kind, notice, () => isClosed).then((editor) => {
    if (!editor) return;
    const name = fullName(document);
    const connection = hold(name, () => editor.connect(document), shownProfile);
    const shownBadge = badge(connection.durability);
    const endTrouble = watchTrouble(connection, (reason) => {
      notice.hidden = reason === null;
      notice.textContent = `The server refuses this document: ${reason}`;
      shownBadge.setRefused(reason !== null);
    });
    const people = presence(connection.awareness);
    const endNames = nameMovingCursors(connection.awareness, place.page);
    const endWatch = watchSaves(connection, news.saved);
    status.append(people.element, shownBadge.element);
    view = editor.mount(connection, document, place);
    place.page.classList.add('page-waiting');
    void connection.synced.then(() => {
      place.page.classList.remove('page-waiting');
      if (!isClosed) news.opened();
    });
    close = () => {
      endTrouble();
      view?.destroy();
      people.destroy();
      endNames();
      endWatch();
      shownBadge.destroy();
      release(name);
    };
  });
  return {
    element,
    setProfile: (next) => {
      shownProfile = next;
      view?.setProfile(next);
    },
    close: () => {
      isClosed = true;
      close();
      element.remove();
    },
  };
}

function watchSaves({ durability }: Connection, saved: () => void): () => void {
  let wasUnsaved = durability.unsaved > 0;
  return durability.watch(() => {
    const isUnsaved = durability.unsaved > 0;
    if (wasUnsaved && !isUnsaved) saved();
    wasUnsaved = isUnsaved;
  });
}

// Null once nobody waits for it any more.
async function loadEditor(
  kind: Kind,
  notice: HTMLElement,
  isClosed: () => boolean,
): Promise<EditorKind | null> {
  while (!isClosed()) {
    try {
      const editor = await kEditors[kind]();
      notice.hidden = true;
      return isClosed() ? null : editor;
    } catch {
      notice.hidden = false;
      notice.textContent = 'The server cannot be reached, so this editor could not be loaded yet.';
      await new Promise((resolve) => setTimeout(resolve, kLoadRetryMs));
    }
  }
  return null;
}

// Ends with the stage; the connection may live on.
function watchTrouble(connection: Connection, show: (reason: string | null) => void): () => void {
  let isShown = true;
  connection.onTrouble((reason) => {
    if (isShown) show(reason);
  });
  return () => {
    isShown = false;
  };
}
