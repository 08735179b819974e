// Editors at work: each has a name, the root that it keeps its document in, a way to open it on a
// Yjs document, and random edits as its users make them. A session is what `open` returns:
//   edit(random)   one thing that a user does
//   show()         what the user sees, as JSON
//   close()
import { element } from './dom.mjs';
import * as Y from 'yjs';
import { Schema } from 'prosemirror-model';
import { schema as basic } from 'prosemirror-schema-basic';
import { addListNodes } from 'prosemirror-schema-list';
import { EditorState as ProseState, TextSelection } from 'prosemirror-state';
import {
  initProseMirrorDoc,
  updateYFragment,
  yXmlFragmentToProseMirrorRootNode,
} from 'y-prosemirror';
import { Editor } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';
import Collaboration from '@tiptap/extension-collaboration';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { yCollab } from 'y-codemirror.next';
import Quill from 'quill';
import { QuillBinding } from 'y-quill';

const WORDS = ['a', 'word ', 'caf\u00e9 ', '\u{1f600}', 'two words', '\n', '<&>', '\u0928\u092e'];
const LINES = WORDS.filter((word) => !word.includes('\n'));

const range = (random, size) => {
  const a = random.below(size + 1);
  const b = random.below(size + 1);
  return [Math.min(a, b), Math.max(a, b)];
};

// --- ProseMirror, by the transformations of y-prosemirror alone

const schema = new Schema({
  nodes: addListNodes(basic.spec.nodes, 'paragraph block*', 'block'),
  marks: basic.spec.marks,
});

const proseEdit = (state, random) => {
  const [from, to] = range(random, state.doc.content.size);
  const selection = TextSelection.between(state.doc.resolve(from), state.doc.resolve(to));
  const tr = state.tr.setSelection(selection);
  const mark = random.pick([schema.marks.strong, schema.marks.em, schema.marks.link]);
  switch (random.below(7)) {
    case 0:
      return tr.deleteSelection();
    case 1:
      return tr.addMark(selection.from, selection.to, mark.create({ href: 'https://example.org' }));
    case 2:
      return tr.removeMark(selection.from, selection.to, mark);
    case 3:
      return selection.$from.depth > 0 && selection.$from.parent.isTextblock
        ? tr.split(selection.from)
        : tr;
    case 4:
      return tr.setBlockType(selection.from, selection.to, schema.nodes.heading, {
        level: 1 + random.below(3),
      });
    case 5: {
      const item = schema.nodes.list_item.create(null, schema.nodes.paragraph.create());
      return tr.insert(state.doc.content.size, schema.nodes.bullet_list.create(null, item));
    }
    default:
      return tr.insertText(random.pick(LINES), selection.from, selection.to);
  }
};

const prosemirror = {
  name: 'y-prosemirror',
  root: ['xmlfragment', 'prosemirror'],
  open: (doc) => {
    const fragment = doc.getXmlFragment('prosemirror');
    const read = () => yXmlFragmentToProseMirrorRootNode(fragment, schema);
    return {
      edit: (random) => {
        const { doc: node, meta } = initProseMirrorDoc(fragment, schema);
        const state = ProseState.create({
          doc: node.childCount > 0 ? node : schema.topNodeType.createAndFill(),
        });
        const next = state.apply(proseEdit(state, random)).doc;
        doc.transact(() => updateYFragment(doc, fragment, next, meta));
      },
      show: () => read().toJSON(),
      close: () => {},
    };
  },
};

// --- Tiptap

const TIPTAP_EDITS = [
  (editor, random) => editor.commands.insertContent(random.pick(LINES)),
  (editor, random) => editor.commands.insertContent(random.pick(LINES)),
  (editor) => editor.commands.splitBlock(),
  (editor) => editor.commands.toggleBold(),
  (editor) => editor.commands.toggleItalic(),
  (editor) => editor.commands.toggleStrike(),
  (editor, random) => editor.commands.toggleHeading({ level: 1 + random.below(3) }),
  (editor) => editor.commands.toggleBulletList(),
  (editor) => editor.commands.toggleOrderedList(),
  (editor) => editor.commands.toggleBlockquote(),
  (editor) => editor.commands.toggleCodeBlock(),
  (editor) => editor.commands.setHorizontalRule(),
  (editor) => editor.commands.setHardBreak(),
  (editor) => editor.commands.deleteSelection(),
  (editor) => editor.commands.undo(),
  (editor) => editor.commands.redo(),
];

const tiptap = {
  name: 'Tiptap',
  root: ['xmlfragment', 'default'],
  open: (doc) => {
    const editor = new Editor({
      element: element(),
      extensions: [
        StarterKit.configure({ undoRedo: false }),
        Collaboration.configure({ document: doc }),
      ],
    });
    return {
      edit: (random) => {
        const [from, to] = range(random, editor.state.doc.content.size);
        editor.commands.setTextSelection({ from, to });
        try {
          random.pick(TIPTAP_EDITS)(editor, random);
        } catch (error) {
          // What the schema does not allow here, the editor refuses.
          const isRefused =
            error.name === 'TransformError' || error.message.startsWith('Invalid content for node');
          if (!isRefused) throw error;
        }
        // y-tiptap 3.0.9 falls over where a peer's edit leaves less of the document than the cursor
        // needs; a selection of everything needs no place.
        editor.commands.selectAll();
      },
      show: () => editor.getJSON(),
      close: () => editor.destroy(),
    };
  },
};

// --- CodeMirror

const codemirror = {
  name: 'CodeMirror',
  root: ['text', 'codemirror'],
  open: (doc) => {
    const text = doc.getText('codemirror');
    const undo = new Y.UndoManager(text, { captureTimeout: 0 });
    const view = new EditorView({
      state: EditorState.create({
        doc: text.toString(),
        extensions: [yCollab(text, null, { undoManager: undo })],
      }),
      parent: element(),
    });
    return {
      edit: (random) => {
        if (random.below(8) === 0) return void undo.undo();
        if (random.below(12) === 0) return void undo.redo();
        const [from, to] = range(random, view.state.doc.length);
        const insert = random.below(3) === 0 ? '' : random.pick(WORDS);
        view.dispatch({ changes: { from, to: random.below(2) === 0 ? from : to, insert } });
      },
      show: () => view.state.doc.toString(),
      close: () => view.destroy(),
    };
  },
};

// --- Quill

const FORMATS = [
  ['bold', true],
  ['bold', null],
  ['italic', true],
  ['color', 'red'],
  ['link', 'https://example.org'],
];
const LINE_FORMATS = [
  ['header', 1],
  ['list', 'bullet'],
  ['list', null],
  ['blockquote', true],
];

// Between two characters, as a user's cursor is. The halves of a surrogate pair cannot be parted:
// fast-diff 1.3.0, by which Quill looks at what an edit changed, never ends where something stands
// between them.
const outsideOfPairs = (editor, index) =>
  /^[\ud800-\udbff][\udc00-\udfff]$/.test(editor.getText(index - 1, 2)) ? index - 1 : index;

const quill = {
  name: 'Quill',
  root: ['text', 'quill'],
  open: (doc) => {
    const editor = new Quill(element(), {});
    const binding = new QuillBinding(doc.getText('quill'), editor);
    return {
      edit: (random) => {
        const [from, to] = range(random, editor.getLength() - 1).map((index) =>
          index > 0 ? outsideOfPairs(editor, index) : index,
        );
        switch (random.below(6)) {
          case 0:
            return void editor.deleteText(from, to - from, 'user');
          case 1:
            return void editor.formatText(from, to - from, ...random.pick(FORMATS), 'user');
          case 2:
            return void editor.formatLine(from, to - from, ...random.pick(LINE_FORMATS), 'user');
          case 3:
            return void editor.insertEmbed(from, 'image', 'https://example.org/a.png', 'user');
          default:
            return void editor.insertText(from, random.pick(WORDS), 'user');
        }
      },
      show: () => editor.getContents(),
      close: () => binding.destroy(),
    };
  },
};

export const EDITORS = [prosemirror, tiptap, codemirror, quill];
