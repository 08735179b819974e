// Asks for the kind and name of a new document. Nothing is created on the server: the document
// exists from its first edit on.
import { h, icon } from './dom';
import { type DocumentName, type Kind, titleProblem } from './route';

export function askDocument(kind: Kind): Promise<DocumentName | null> {
  const title = h('input', {
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    autofocus: true,
  });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const choices = [
    choice('rich', 'note', 'Rich text', 'Headings, lists, quotes', kind),
    choice('code', 'code', 'Code', 'Plain text with highlighting', kind),
  ];
  const cancel = h('button', { type: 'button', class: 'button' }, 'Cancel');
  const form = h(
    'form',
    { method: 'dialog', class: 'dialog-form' },
    h('h2', {}, 'New document'),
    h('fieldset', { class: 'choices' }, h('legend', { class: 'sr-only' }, 'Kind'), ...choices),
    h('label', { class: 'field' }, 'Name', title),
    problem,
    h(
      'div',
      { class: 'dialog-actions' },
      cancel,
      h('button', { class: 'button primary' }, 'Create'),
    ),
  );
  const dialog = h('dialog', { class: 'dialog' }, form);
  const chosenKind = (): Kind => (new FormData(form).get('kind') === 'code' ? 'code' : 'rich');
  const hint = (): void => {
    title.placeholder = chosenKind() === 'code' ? 'main.ts' : 'Meeting notes';
  };
  hint();
  form.addEventListener('input', () => {
    problem.textContent = '';
    hint();
  });
  form.addEventListener('submit', (event) => {
    problem.textContent = titleProblem(title.value.trim());
    if (problem.textContent) event.preventDefault();
  });
  cancel.addEventListener('click', () => dialog.close('cancelled'));
  dialog.addEventListener('cancel', () => (dialog.returnValue = 'cancelled'));
  document.body.append(dialog);
  dialog.showModal();
  title.focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      const isCancelled = dialog.returnValue === 'cancelled';
      resolve(isCancelled ? null : { kind: chosenKind(), title: title.value.trim() });
    });
  });
}

function choice(
  kind: Kind,
  image: 'note' | 'code',
  label: string,
  hint: string,
  chosen: Kind,
): HTMLElement {
  const radio = h('input', { type: 'radio', name: 'kind', value: kind });
  radio.checked = kind === chosen;
  return h(
    'label',
    { class: 'choice' },
    radio,
    icon(image),
    h('span', {}, h('strong', {}, label), h('small', {}, hint)),
  );
}
