// The tools of the rich-text editor: one tab stop, arrow keys between the buttons.
import type { Editor } from '@tiptap/core';

import { h, icon, type IconName } from './dom';
import { askLink } from './link_dialog';

interface Tool {
  label: string;
  // A letter to show, where a letter says it better than a drawing.
  text?: string;
  image?: IconName;
  className?: string;
  isActive?: (editor: Editor) => boolean;
  canRun?: (editor: Editor) => boolean;
  run: (editor: Editor) => void;
}

const heading = (level: 1 | 2 | 3): Tool => ({
  label: `Heading ${level}`,
  text: `H${level}`,
  isActive: (editor) => editor.isActive('heading', { level }),
  run: (editor) => editor.chain().focus().toggleHeading({ level }).run(),
});

const kGroups: Tool[][] = [
  [heading(1), heading(2), heading(3)],
  [
    {
      label: 'Bold',
      text: 'B',
      className: 'tool-bold',
      isActive: (editor) => editor.isActive('bold'),
      run: (editor) => editor.chain().focus().toggleBold().run(),
    },
    {
      label: 'Italic',
      text: 'I',
      className: 'tool-italic',
      isActive: (editor) => editor.isActive('italic'),
      run: (editor) => editor.chain().focus().toggleItalic().run(),
    },
    {
      label: 'Strikethrough',
      text: 'S',
      className: 'tool-strike',
      isActive: (editor) => editor.isActive('strike'),
      run: (editor) => editor.chain().focus().toggleStrike().run(),
    },
    {
      label: 'Inline code',
      image: 'code',
      isActive: (editor) => editor.isActive('code'),
      run: (editor) => editor.chain().focus().toggleCode().run(),
    },
    {
      label: 'Link',
      image: 'link',
      isActive: (editor) => editor.isActive('link'),
      run: (editor) => void askLink(editor),
    },
  ],
  [
    {
      label: 'Bullet list',
      image: 'bullets',
      isActive: (editor) => editor.isActive('bulletList'),
      run: (editor) => editor.chain().focus().toggleBulletList().run(),
    },
    {
      label: 'Numbered list',
      image: 'numbers',
      isActive: (editor) => editor.isActive('orderedList'),
      run: (editor) => editor.chain().focus().toggleOrderedList().run(),
    },
    {
      label: 'Quote',
      image: 'quote',
      isActive: (editor) => editor.isActive('blockquote'),
      run: (editor) => editor.chain().focus().toggleBlockquote().run(),
    },
    {
      label: 'Code block',
      image: 'block',
      isActive: (editor) => editor.isActive('codeBlock'),
      run: (editor) => editor.chain().focus().toggleCodeBlock().run(),
    },
    {
      label: 'Divider',
      image: 'rule',
      run: (editor) => editor.chain().focus().setHorizontalRule().run(),
    },
  ],
  [
    {
      label: 'Undo',
      image: 'undo',
      canRun: (editor) => editor.can().undo(),
      run: (editor) => editor.chain().focus().undo().run(),
    },
    {
      label: 'Redo',
      image: 'redo',
      canRun: (editor) => editor.can().redo(),
      run: (editor) => editor.chain().focus().redo().run(),
    },
  ],
];

export function richToolbar(editor: Editor): { element: HTMLElement; show: () => void } {
  const shown: { tool: Tool; button: HTMLButtonElement }[] = [];
  const groups = kGroups.map((tools) =>
    h(
      'div',
      { class: 'tool-group', role: 'group' },
      ...tools.map((tool) => {
        const button = toolButton(tool, editor);
        shown.push({ tool, button });
        return button;
      }),
    ),
  );
  const element = h(
    'div',
    { class: 'toolbar', role: 'toolbar', 'aria-label': 'Formatting' },
    ...groups,
  );
  const buttons = shown.map(({ button }) => button);
  buttons[0]!.tabIndex = 0;
  element.addEventListener('keydown', (event) => moveFocus(event, buttons));

  // Until somebody goes into the text there is no place that the tools could speak of.
  let wasFocused = editor.isFocused;
  const show = (): void => {
    for (const { tool, button } of shown) {
      // Not `disabled`: a button that has the focus would lose it.
      const canRun = editor.isEditable && (tool.canRun?.(editor) ?? true);
      button.setAttribute('aria-disabled', String(!canRun));
      const isActive = wasFocused && tool.isActive?.(editor);
      if (tool.isActive) button.setAttribute('aria-pressed', String(isActive));
    }
  };
  editor.on('transaction', show);
  editor.on('focus', () => {
    wasFocused = true;
    show();
  });
  show();
  return { element, show };
}

function toolButton(tool: Tool, editor: Editor): HTMLButtonElement {
  return h(
    'button',
    {
      type: 'button',
      class: `tool ${tool.className ?? ''}`,
      title: tool.label,
      'aria-label': tool.label,
      tabindex: '-1',
      // Keeps the selection in the text.
      mousedown: (event: MouseEvent) => event.preventDefault(),
      click: (event: MouseEvent) => {
        const button = event.currentTarget as HTMLButtonElement;
        if (button.getAttribute('aria-disabled') !== 'true') tool.run(editor);
      },
    },
    tool.image ? icon(tool.image) : (tool.text ?? ''),
  );
}

function moveFocus(event: KeyboardEvent, buttons: HTMLButtonElement[]): void {
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const steps: Record<string, number> = {
    ArrowRight: (at + 1) % buttons.length,
    ArrowLeft: (at - 1 + buttons.length) % buttons.length,
    Home: 0,
    End: buttons.length - 1,
  };
  const next = buttons[steps[event.key] ?? -1];
  if (at < 0 || !next) return;
  event.preventDefault();
  for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
  next.focus();
}
