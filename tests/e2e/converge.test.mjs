// Two clients of each kind, unmodified, on the same documents.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as Y from 'yjs';
import { converged, HClient, synced, until, YClient } from './clients.mjs';
import { Server } from './server.mjs';

const readAll = (doc) => [
  doc.getText('t').toDelta(),
  doc.getMap('m').toJSON(),
  doc.getArray('a').toJSON(),
  doc.getXmlFragment('x').toString(),
];

const fourClients = (server, room) => [
  new YClient(server, room),
  new YClient(server, room),
  new HClient(server, room),
  new HClient(server, room),
];

const edit = (doc, n) => {
  const text = doc.getText('t');
  text.insert(Math.min(n * 3, text.length), `${n}😀`, n % 3 === 0 ? { bold: true } : undefined);
  if (text.length > 12 && n % 4 === 0) text.delete(n % 7, 3);
  doc.getMap('m').set(`k${n % 5}`, n);
  if (n % 6 === 0) doc.getMap('m').set('nested', new Y.Map([['n', n]]));
  doc.getArray('a').push([n, { n }, new Uint8Array([n & 255])]);
  const element = new Y.XmlElement('p');
  element.setAttribute('n', String(n));
  element.insert(0, [new Y.XmlText(`line ${n}`)]);
  doc.getXmlFragment('x').insert(0, [element]);
};

describe('clients of both kinds', { timeout: 60_000 }, () => {
  const server = new Server();
  before(() => server.start());
  after(() => server.dispose());

  test('converge on one document while all of them write', async () => {
    const clients = fourClients(server, 'converge');
    await synced(...clients);
    for (let n = 0; n < 40; n++) {
      edit(clients[n % 4].doc, n);
      if (n % 8 === 0) await new Promise(setImmediate);
    }
    await converged(
      clients.map((c) => c.doc),
      readAll,
    );
    assert.ok(clients[0].doc.getArray('a').length === 120);
    clients.forEach((c) => c.destroy());
  });

  test('see who is there, and who has left', async () => {
    const clients = fourClients(server, 'awareness');
    await synced(...clients);
    clients.forEach((c, n) =>
      c.awareness.setLocalState({ user: { name: `Ä${n} 😀` }, cursor: { anchor: n } }),
    );
    const sees = (client, of) =>
      of.every(
        (other) => client.awareness.getStates().get(other.doc.clientID)?.user?.name !== undefined,
      );
    await until(
      () => clients.every((c) => sees(c, clients)),
      () => `everybody sees everybody: ${clients.map((c) => c.awareness.getStates().size)}`,
    );
    clients[0].awareness.setLocalStateField('cursor', { anchor: 77 });
    await until(
      () =>
        clients.every(
          (c) => c.awareness.getStates().get(clients[0].doc.clientID).cursor.anchor === 77,
        ),
      'a moved cursor',
    );
    const { clientID } = clients[2].doc;
    clients[2].destroy();
    const rest = clients.filter((_, n) => n !== 2);
    await until(
      () => rest.every((c) => !c.awareness.getStates().has(clientID)),
      'the absence of who has left',
    );
    rest.forEach((c) => c.destroy());
  });

  test('come late and get everything', async () => {
    const first = new YClient(server, 'late');
    await synced(first);
    for (let n = 0; n < 10; n++) edit(first.doc, n);
    assert.ok(await first.confirmed());
    const late = [new YClient(server, 'late'), new HClient(server, 'late')];
    await synced(...late);
    await converged(
      [first, ...late].map((c) => c.doc),
      readAll,
    );
    [first, ...late].forEach((c) => c.destroy());
  });

  test('edit while disconnected and come back', async () => {
    const clients = fourClients(server, 'offline');
    await synced(...clients);
    edit(clients[0].doc, 0);
    await converged(
      clients.map((c) => c.doc),
      readAll,
    );
    clients[1].disconnect();
    clients[3].disconnect();
    await until(() => !clients[1].isConnected && !clients[3].isConnected, 'two disconnected');
    for (let n = 1; n < 20; n++) edit(clients[n % 4].doc, n);
    clients[1].connect();
    clients[3].connect();
    await converged(
      clients.map((c) => c.doc),
      readAll,
    );
    clients.forEach((c) => c.destroy());
  });

  test('share one socket for many documents', async () => {
    const first = new HClient(server, 'many-0');
    const others = [1, 2, 3].map(
      (n) => new HClient(server, `many-${n}`, new Y.Doc(), first.socket),
    );
    const plain = [0, 1, 2, 3].map((n) => new YClient(server, `many-${n}`));
    const all = [first, ...others];
    await synced(...all, ...plain);
    all.forEach((c, n) => c.doc.getText('t').insert(0, `document ${n}`));
    for (const [n, client] of plain.entries())
      await until(() => client.doc.getText('t').toString() === `document ${n}`, `document ${n}`);
    others.forEach((c) => c.destroy());
    [first, ...plain].forEach((c) => c.destroy());
  });

  test('find a room whose name needs escaping', async () => {
    const room = 'Ordner/ä 😀';
    const [a, b] = [new YClient(server, encodeURIComponent(room)), new HClient(server, room)];
    await synced(a, b);
    a.doc.getText('t').insert(0, 'found');
    await until(
      () => b.doc.getText('t').toString() === 'found',
      'the same room under both addresses',
    );
    [a, b].forEach((c) => c.destroy());
  });

  test('get an acknowledgement for every change', async () => {
    const client = new HClient(server, 'acknowledged');
    await synced(client);
    for (let n = 0; n < 50; n++) edit(client.doc, n);
    assert.ok(client.provider.hasUnsyncedChanges);
    assert.ok(await client.confirmed());
    assert.equal(client.provider.unsyncedChanges, 0);
    client.destroy();
  });
});
