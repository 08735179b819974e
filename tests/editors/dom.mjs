// A page without a browser, as far as the editors ask for one: they lay nothing out here.
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true });
const names = `document Node Element HTMLElement DocumentFragment MutationObserver Range Selection
  Window Text DOMParser getSelection getComputedStyle requestAnimationFrame cancelAnimationFrame
  KeyboardEvent InputEvent Event CustomEvent ClipboardEvent innerHeight innerWidth`.split(/\s+/);
for (const name of names) {
  if (!(name in globalThis)) globalThis[name] = window[name];
}
globalThis.window = window;
Object.defineProperty(globalThis, 'navigator', { value: window.navigator, configurable: true });
// ProseMirror says where it mends a selection; that is its business.
console.warn = () => {};
const nowhere = { x: 0, y: 0, top: 0, left: 0, right: 0, bottom: 0, width: 0, height: 0 };
window.Range.prototype.getClientRects = () => [];
window.Range.prototype.getBoundingClientRect = () => nowhere;
window.Element.prototype.getClientRects = () => [];
window.document.elementFromPoint = () => null;

export const element = () => document.body.appendChild(document.createElement('div'));
