// Asks where the selected text links to.
import type { Editor } from '@tiptap/core';

import { h } from './dom';

export function askLink(editor: Editor): Promise<void> {
  const current = String(editor.getAttributes('link')['href'] ?? '');
  const href = h('input', {
    type: 'url',
    value: current,
    placeholder: 'https://',
    autofocus: true,
    autocomplete: 'off',
  });
  const remove = h(
    'button',
    { class: 'button', value: 'remove', formnovalidate: true },
    'Remove link',
  );
  const form = h(
    'form',
    { method: 'dialog', class: 'dialog-form' },
    h('h2', {}, 'Link'),
    h('label', { class: 'field' }, 'Address', href),
    h(
      'div',
      { class: 'dialog-actions' },
      current !== '' && remove,
      h('button', { class: 'button primary', value: 'set' }, 'Set link'),
    ),
  );
  const dialog = h('dialog', { class: 'dialog' }, form);
  dialog.addEventListener('cancel', () => (dialog.returnValue = ''));
  document.body.append(dialog);
  dialog.showModal();
  href.select();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      const chain = editor.chain().focus().extendMarkRange('link');
      if (dialog.returnValue === 'remove') chain.unsetLink().run();
      if (dialog.returnValue === 'set' && href.value) chain.setLink({ href: href.value }).run();
      resolve();
    });
  });
}
