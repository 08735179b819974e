// Cursors come back with their owners. y-protocols forgets a state when the connection ends but not
// its clock, and takes nothing with the same clock again: left to themselves, clients that come
// back stay hidden until they renew their state, which they do every 15 s.
import { after, before, describe, test } from 'node:test';
import { HClient, synced, until, YClient } from './clients.mjs';
import { Server } from './server.mjs';

const SOON_MS = 8_000;

describe('who is there', { timeout: 90_000 }, () => {
  const server = new Server();
  before(() => server.start());
  after(() => server.dispose());

  const sees = (client, other) =>
    client.awareness.getStates().get(other.doc.clientID)?.user?.name === other.name;
  const allSeeAll = (clients) =>
    until(
      () => clients.every((c) => clients.every((d) => sees(c, d))),
      () =>
        clients
          .map((c) => `${c.name} sees ${clients.filter((d) => sees(c, d)).map((d) => d.name)}`)
          .join('; '),
      SOON_MS,
    );
  const inRoom = async (room) => {
    const clients = [YClient, YClient, HClient, HClient].map((Client) => new Client(server, room));
    clients.forEach((client, n) => {
      client.name = `client-${n}`;
      client.awareness.setLocalStateField('user', { name: client.name });
    });
    await synced(...clients);
    await allSeeAll(clients);
    return clients;
  };

  test('is seen again soon after the server was killed', async () => {
    const clients = await inRoom('killed');
    await server.kill();
    await until(() => clients.every((c) => !c.isConnected), 'everybody cut off');
    await server.start();
    await allSeeAll(clients);
    clients.forEach((client) => client.destroy());
  });

  test('is seen again soon after a connection was lost, and sees the others', async () => {
    const clients = await inRoom('flapping');
    for (const client of [clients[0], clients[2]]) {
      const rest = clients.filter((other) => other !== client);
      client.disconnect();
      await until(
        () => rest.every((other) => !other.awareness.getStates().has(client.doc.clientID)),
        'one has left',
      );
      client.connect();
      await allSeeAll(clients);
    }
    clients.forEach((client) => client.destroy());
  });
});
