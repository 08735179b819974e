// Rich text: Tiptap on a Y.XmlFragment. Nothing is ever written on loading, so that two windows that
// open an empty document at once do not both fill it.
import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { Placeholder } from '@tiptap/extensions';
import { StarterKit } from '@tiptap/starter-kit';

import { safeColor } from './colors';
import { cursorOf } from './connections';
import type { EditorKind, EditorPlace, EditorView } from './editor';
import { connectRich, type RichConnection } from './rich_connection';
import { richToolbar } from './rich_toolbar';
import type { DocumentName } from './route';

export const richEditor: EditorKind<RichConnection> = { connect: connectRich, mount };

function mount(connection: RichConnection, name: DocumentName, place: EditorPlace): EditorView {
  const editor = new Editor({
    element: place.page,
    injectCSS: false,
    editable: false,
    editorProps: {
      attributes: {
        class: 'prose',
        'aria-label': name.title,
        'aria-multiline': 'true',
        role: 'textbox',
      },
    },
    extensions: [
      // Undo belongs to the shared document; a trailing paragraph would be written by each window.
      StarterKit.configure({ undoRedo: false, trailingNode: false, link: { openOnClick: false } }),
      Placeholder.configure({ placeholder: 'Write something…' }),
      Collaboration.configure({ document: connection.doc }),
      CollaborationCaret.configure({
        provider: connection.provider,
        user: connection.awareness.getLocalState()?.['user'] ?? {},
        render: caret,
        selectionRender: (user) => ({
          class: 'caret-selection',
          style: `background-color: ${safeColor(user['color'])}33`,
        }),
      }),
    ],
  });
  const toolbar = richToolbar(editor);
  place.toolbar.append(toolbar.element);
  let isDestroyed = false;
  void connection.synced.then(() => {
    if (isDestroyed) return;
    editor.setEditable(true, false);
    toolbar.show();
    // Into an empty document one comes to write; others are read first.
    if (editor.isEmpty) editor.commands.focus('start', { scrollIntoView: false });
  });
  return {
    setProfile: (profile) => editor.commands.updateUser(cursorOf(profile)),
    focus: () => editor.commands.focus(),
    destroy: () => {
      isDestroyed = true;
      editor.destroy();
    },
  };
}

function caret(user: Record<string, unknown>): HTMLElement {
  const element = document.createElement('span');
  const label = document.createElement('span');
  element.className = 'caret';
  element.style.setProperty('--person', safeColor(user['color']));
  label.className = 'caret-label';
  label.textContent = String(user['name'] ?? 'Somebody');
  element.append(label);
  return element;
}
