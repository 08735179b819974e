// Light, dark, or as the system has it; kept in the browser.
import { h, icon, type IconName } from './dom';

type Theme = 'auto' | 'light' | 'dark';

const kKey = 'tidemark.theme';
const kNext: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };
const kIcons: Record<Theme, IconName> = { auto: 'auto', light: 'sun', dark: 'moon' };
const kLabels: Record<Theme, string> = {
  auto: 'Colours follow the system',
  light: 'Light colours',
  dark: 'Dark colours',
};

export function applyTheme(): void {
  show(stored());
}

export function themeButton(): HTMLButtonElement {
  const button = h('button', { type: 'button', class: 'icon-button' });
  const draw = (): void => {
    const theme = stored();
    button.replaceChildren(icon(kIcons[theme]));
    button.title = kLabels[theme];
    button.setAttribute('aria-label', `${kLabels[theme]}. Change`);
  };
  button.addEventListener('click', () => {
    localStorage.setItem(kKey, kNext[stored()]);
    show(stored());
    draw();
  });
  draw();
  return button;
}

function stored(): Theme {
  const theme = localStorage.getItem(kKey);
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}

function show(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
