// The name at somebody's cursor covers text. It is shown while the cursor moves, and rests after it:
// the style sheet lets it fade, and this begins that anew with each move.
import type { Awareness } from 'y-protocols/awareness';

const kNames = '.caret-label, .cm-ySelectionInfo';

interface Change {
  added: number[];
  updated: number[];
}

export function nameMovingCursors(awareness: Awareness, page: HTMLElement): () => void {
  const show = ({ added, updated }: Change): void => {
    const movers = new Set<unknown>();
    for (const client of [...added, ...updated]) {
      const user = awareness.getStates().get(client)?.['user'] as { name?: unknown } | undefined;
      if (client !== awareness.clientID) movers.add(user?.name);
    }
    // The editors hear of the change too, and draw the cursors before the next frame.
    requestAnimationFrame(() => {
      for (const label of page.querySelectorAll(kNames)) {
        if (movers.has(label.textContent)) restart(label);
      }
    });
  };
  awareness.on('change', show);
  return () => awareness.off('change', show);
}

function restart(label: Element): void {
  for (const animation of label.getAnimations()) {
    animation.currentTime = 0;
    animation.play();
  }
}
