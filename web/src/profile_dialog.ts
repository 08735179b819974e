// Asks for the name and colour that others see.
import { kColors } from './colors';
import { h } from './dom';
import { initials, type Profile } from './profile';

export function askProfile(current: Profile, isFirst: boolean): Promise<Profile> {
  const name = h('input', {
    type: 'text',
    name: 'name',
    value: current.name,
    maxlength: '40',
    autocomplete: 'nickname',
    required: true,
    autofocus: true,
  });
  const preview = h('span', { class: 'avatar avatar-large', 'aria-hidden': 'true' });
  const swatches = kColors.map(({ name: label, value }) => {
    const radio = h('input', { type: 'radio', name: 'color', value, 'aria-label': label });
    radio.checked = value === current.color;
    const swatch = h('label', { class: 'swatch', title: label }, radio);
    swatch.style.setProperty('--person', value);
    return swatch;
  });
  const form = h(
    'form',
    { method: 'dialog', class: 'dialog-form' },
    h('h2', {}, isFirst ? 'Welcome to Tidemark' : 'You'),
    h('p', {}, 'Others see this name and colour at your cursor.'),
    h('div', { class: 'profile-row' }, preview, h('label', { class: 'field' }, 'Name', name)),
    h('fieldset', { class: 'swatches' }, h('legend', {}, 'Colour'), ...swatches),
    h('div', { class: 'dialog-actions' }, h('button', { class: 'button primary' }, 'Continue')),
  );
  const dialog = h('dialog', { class: 'dialog' }, form);
  const chosen = (): Profile => ({
    name: name.value,
    color: String(new FormData(form).get('color') ?? current.color),
  });
  const show = (): void => {
    preview.textContent = initials(chosen().name || '?');
    preview.style.setProperty('--person', chosen().color);
  };
  form.addEventListener('input', show);
  show();
  document.body.append(dialog);
  dialog.showModal();
  name.select();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      // Escape keeps what was there.
      resolve(dialog.returnValue === 'cancelled' ? current : chosen());
    });
    dialog.addEventListener('cancel', () => (dialog.returnValue = 'cancelled'));
  });
}
