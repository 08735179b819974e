// What stands where the address leads to no document that this page could open.
import { h } from './dom';

// `problem` tells what is wrong with the name, if it is one of this page.
export function nowhere(hash: string, problem: string | null): HTMLElement {
  const why = problem ?? 'The names of documents on this page begin with rich/ or code/.';
  return h(
    'section',
    { class: 'nowhere', role: 'alert' },
    h('h1', {}, problem ? 'No document can have this name.' : 'There is nothing at this address.'),
    h('p', { class: 'nowhere-address' }, readable(hash)),
    h('p', { class: 'lead' }, why),
    h('a', { class: 'button', href: '#/' }, 'All documents'),
  );
}

function readable(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}
