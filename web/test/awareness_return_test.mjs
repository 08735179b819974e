// A state comes back with the connection, whatever clocks the others and the server remember.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyAwarenessUpdate,
  Awareness,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness';
import * as Y from 'yjs';

import { load } from './load.mjs';

const { announceAgain, forgetAbsent } = await load('awareness_return.ts');

const kServer = { name: 'the server' };

function person(name) {
  const awareness = new Awareness(new Y.Doc());
  awareness.setLocalState({ user: { name } });
  return awareness;
}

function tell(from, to) {
  applyAwarenessUpdate(to, encodeAwarenessUpdate(from, [from.clientID]), kServer);
}

// What providers do when a connection ends.
function lose(awareness) {
  const others = [...awareness.getStates().keys()].filter((id) => id !== awareness.clientID);
  removeAwarenessStates(awareness, others, kServer);
}

function isThere(seen, by) {
  return by.getStates().has(seen.clientID);
}

function withTwo(run) {
  const [ada, ben] = [person('Ada'), person('Ben')];
  tell(ada, ben);
  tell(ben, ada);
  run(ada, ben);
  ada.destroy();
  ben.destroy();
}

test('who lost the connection takes the states that it knew', () => {
  withTwo((ada, ben) => {
    lose(ada);
    tell(ben, ada);
    assert.ok(!isThere(ben, ada), 'there is nothing to mend any more');
    forgetAbsent(ada);
    tell(ben, ada);
    assert.ok(isThere(ben, ada));
  });
});

test('who is present keeps their clock', () => {
  withTwo((ada, ben) => {
    forgetAbsent(ada);
    assert.ok(ada.meta.has(ben.clientID) && ada.meta.has(ada.clientID));
  });
});

test('who comes back is seen by those who were told of the absence', () => {
  withTwo((ada, ben) => {
    const gone = new Awareness(new Y.Doc());
    gone.meta.set(ada.clientID, { clock: ada.meta.get(ada.clientID).clock + 1, lastUpdated: 0 });
    applyAwarenessUpdate(ben, encodeAwarenessUpdate(gone, [ada.clientID], new Map()), kServer);
    gone.destroy();
    assert.ok(!isThere(ada, ben));
    announceAgain(ada);
    tell(ada, ben);
    assert.ok(isThere(ada, ben));
  });
});

test('who has left the document says nothing', () => {
  withTwo((ada) => {
    ada.setLocalState(null);
    announceAgain(ada);
    assert.equal(ada.getLocalState(), null);
  });
});
