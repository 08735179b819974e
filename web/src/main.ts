// Puts the page together: a list beside a document, chosen by the address.
import './style.css';

import { hasUnsaved } from './connections';
import { h } from './dom';
import { askDocument } from './new_document';
import { type Profile, storedProfile, storeProfile, suggestedProfile } from './profile';
import { askProfile } from './profile_dialog';
import { nowhere } from './nowhere';
import { fullName, hashOf, isHome, type Kind, nameProblem, parseHash } from './route';
import { sidebar } from './sidebar';
import { openStage, preloadEditors, type Stage } from './stage';
import { applyTheme } from './theme';
import { welcome } from './welcome';

const isFirstVisit = storedProfile() === null;
let profile: Profile = storedProfile() ?? suggestedProfile();
let stage: Stage | null = null;

const create = async (kind: Kind): Promise<void> => {
  const chosen = await askDocument(kind);
  if (chosen) location.hash = hashOf(chosen);
};

const editProfile = async (isFirst: boolean): Promise<void> => {
  profile = storeProfile(await askProfile(profile, isFirst));
  list.setProfile(profile);
  stage?.setProfile(profile);
};

const list = sidebar({
  create: (kind) => void create(kind),
  editProfile: () => void editProfile(false),
  listed: () => {
    // Whether the name in the address can be opened may not have been known when it was shown.
    const name = parseHash(location.hash);
    if (name && (stage !== null) !== (nameProblem(name) === null)) show();
  },
});
const main = h('main', { class: 'main' });
const app = document.querySelector<HTMLElement>('#app')!;

function show(): void {
  const name = parseHash(location.hash);
  stage?.close();
  stage = null;
  app.dataset['view'] = isHome(location.hash) ? 'list' : 'document';
  document.title = 'Tidemark';
  if (isHome(location.hash)) {
    main.replaceChildren(welcome((kind) => void create(kind)));
    return;
  }
  const problem = name && nameProblem(name);
  if (!name || problem) {
    main.replaceChildren(nowhere(location.hash, problem));
    return;
  }
  document.title = `${name.title} · Tidemark`;
  stage = openStage(name, profile, {
    opened: () => list.noteOpened(fullName(name)),
    saved: () => list.noteSaved(fullName(name)),
  });
  main.replaceChildren(stage.element);
}

applyTheme();
list.setProfile(profile);
app.replaceChildren(list.element, main);
window.addEventListener('hashchange', show);
window.addEventListener('beforeunload', (event) => {
  if (hasUnsaved()) event.preventDefault();
});
show();
// After the first document has had its turn.
setTimeout(preloadEditors, 1000);
if (isFirstVisit) void editProfile(true);
