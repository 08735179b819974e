// What the two kinds of editor have in common: a connection, and a view of it in a place.
import type { Connection } from './connections';
import type { Profile } from './profile';
import type { DocumentName } from './route';

export interface EditorPlace {
  toolbar: HTMLElement;
  page: HTMLElement;
}

export interface EditorView {
  setProfile(profile: Profile): void;
  focus(): void;
  destroy(): void;
}

export interface EditorKind<C extends Connection = Connection> {
  connect(document: DocumentName): C;
  mount(connection: C, document: DocumentName, place: EditorPlace): EditorView;
}
