// Code and plain text: CodeMirror 6 on a Y.Text.
import { indentWithTab } from '@codemirror/commands';
import { indentUnit } from '@codemirror/language';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView as CodeMirror, keymap } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import * as Y from 'yjs';

import { connectCode } from './code_connection';
import { languageOf } from './code_language';
import { codeTheme } from './code_theme';
import { type Connection, cursorOf } from './connections';
import { h } from './dom';
import type { EditorKind, EditorPlace, EditorView } from './editor';
import type { DocumentName } from './route';

// The root that y-codemirror's own examples use.
const kRoot = 'codemirror';

export const codeEditor: EditorKind = { connect: connectCode, mount };

function mount(connection: Connection, name: DocumentName, place: EditorPlace): EditorView {
  const text = connection.doc.getText(kRoot);
  const undoManager = new Y.UndoManager(text);
  const writable = new Compartment();
  const syntax = new Compartment();
  const position = h('span', { class: 'code-position' });
  const language = languageOf(name.title);
  const view = new CodeMirror({
    parent: place.page,
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        // Before the set-up, whose history knows only this window.
        keymap.of([...yUndoManagerKeymap, indentWithTab]),
        basicSetup,
        indentUnit.of('  '),
        codeTheme,
        language.isProse ? CodeMirror.lineWrapping : [],
        syntax.of([]),
        writable.of(EditorState.readOnly.of(true)),
        CodeMirror.contentAttributes.of({
          'aria-label': name.title,
          'aria-description': 'Tab indents; Escape and then Tab leaves the editor.',
        }),
        CodeMirror.updateListener.of(({ state }) => showPosition(position, state)),
        yCollab(text, connection.awareness, { undoManager }),
      ],
    }),
  });
  place.toolbar.append(
    h(
      'div',
      { class: 'code-bar' },
      h('span', { class: 'code-language' }, language.label),
      position,
    ),
  );
  showPosition(position, view.state);

  let isDestroyed = false;
  void language.load?.().then((extension) => {
    if (!isDestroyed) view.dispatch({ effects: syntax.reconfigure(extension) });
  });
  void connection.synced.then(() => {
    if (isDestroyed) return;
    view.dispatch({ effects: writable.reconfigure([]) });
    // Into an empty document one comes to write; others are read first.
    if (text.length === 0) view.focus();
  });
  return {
    setProfile: (profile) => connection.awareness.setLocalStateField('user', cursorOf(profile)),
    focus: () => view.focus(),
    destroy: () => {
      isDestroyed = true;
      undoManager.destroy();
      view.destroy();
    },
  };
}

function showPosition(element: HTMLElement, state: EditorState): void {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  element.textContent = `Line ${line.number}, column ${head - line.from + 1}`;
}
