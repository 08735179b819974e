// Providers forget who else is there when a connection ends, but y-protocols keeps their clocks and
// takes no state with a clock it knows. Others would stay away until their next renewal, which may
// be 15 s later. So this page forgets the clocks too, and says its own state with a new one.
import type { Awareness } from 'y-protocols/awareness';

// For a connection that has just opened: nothing was heard on it yet.
export function forgetAbsent(awareness: Awareness): void {
  for (const client of [...awareness.meta.keys()]) {
    if (!awareness.states.has(client) && client !== awareness.clientID) {
      awareness.meta.delete(client);
    }
  }
}

// A server that saw the connection end has said "gone" with the next clock; the state that counts
// comes after that one.
export function announceAgain(awareness: Awareness): void {
  for (let step = 0; step < 2; step += 1) {
    const state = awareness.getLocalState();
    if (state) awareness.setLocalState(state);
  }
}
