// What stands where no document is open.
import { h, icon, mark } from './dom';
import type { Kind } from './route';

export function welcome(create: (kind: Kind) => void): HTMLElement {
  return h(
    'section',
    { class: 'welcome' },
    mark(),
    h('h1', {}, 'Write together.'),
    h(
      'p',
      { class: 'lead' },
      'Open a document here, send its address to somebody, or open a second window beside this one.',
    ),
    h(
      'div',
      { class: 'starters' },
      starter('note', 'Rich text', 'Tiptap over the Hocuspocus provider', () => create('rich')),
      starter('code', 'Code', 'CodeMirror over the y-websocket provider', () => create('code')),
    ),
    h(
      'p',
      { class: 'promise' },
      h('span', { class: 'badge', 'data-state': 'saved' }, badgeDot(), 'Saved'),
      ' means on the server’s disk. Nothing that was ever shown as saved is lost when the server dies.',
    ),
  );
}

function badgeDot(): HTMLElement {
  return h('span', { class: 'badge-dot' }, icon('check'));
}

function starter(
  image: 'note' | 'code',
  title: string,
  text: string,
  click: () => void,
): HTMLElement {
  return h(
    'button',
    { type: 'button', class: 'starter', click },
    icon(image),
    h('strong', {}, title),
    h('small', {}, text),
  );
}
