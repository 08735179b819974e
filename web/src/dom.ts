// Elements in one expression. Strings become text nodes, never markup.
type Child = Node | string | null | false;
type Attributes = Record<string, string | boolean | ((event: never) => void) | null>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value as EventListener);
    else if (value === true) element.setAttribute(name, '');
    else if (typeof value === 'string') element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

// Line drawings on a 24-unit square, in the colour of the text.
const kPaths = {
  note: 'M7 3h7l5 5v13H7zM14 3v5h5M10 13h6M10 17h6',
  code: 'M8 6.5L2.5 12 8 17.5M16 6.5l5.5 5.5-5.5 5.5',
  plus: 'M12 5v14M5 12h14',
  back: 'M15 5l-7 7 7 7',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  auto: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 3v18M12 7l6-1M12 12h9M12 17l6 1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  box: 'M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8',
  bullets: 'M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01',
  numbers:
    'M10 6h10M10 12h10M10 18h10M4 4.5l1.5-.5v4M4 14.5c0-2 2.5-2 2.5-.4 0 1.2-2.5 1.6-2.5 2.9h2.6',
  quote: 'M9 7c-2.5 1-4 3-4 6v4h5v-5H7.500M19 7c-2.5 1-4 3-4 6v4h5v-5h-2.5',
  block: 'M4 5h16v14H4zM9.5 10l-2 2 2 2M14.5 10l2 2-2 2',
  rule: 'M4 12h16',
  undo: 'M9 7L4.5 11.5 9 16M5 11.500h9a5 5 0 0 1 0 10h-2',
  redo: 'M15 7l4.5 4.500L15 16M19 11.500h-9a5 5 0 0 0 0 10h2',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.700l-1.2 1.200M14 10a4 4 0 0 0-6-.400l-3 3a4 4 0 0 0 5.7 5.700l1.2-1.2',
} as const;

export type IconName = keyof typeof kPaths;

export function icon(name: IconName): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', kPaths[name]);
  svg.append(path);
  return svg;
}

export function mark(): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 32 32');
  svg.setAttribute('class', 'mark');
  svg.setAttribute('aria-hidden', 'true');
  for (const [y, className] of [
    [13.5, 'mark-front'],
    [21.5, 'mark-back'],
  ] as const) {
    const wave = document.createElementNS(space, 'path');
    wave.setAttribute('d', `M5 ${y}c3.7 0 3.7-3 7.3-3s3.7 3 7.4 3 3.6-3 7.3-3`);
    wave.setAttribute('class', className);
    svg.append(wave);
  }
  return svg;
}
