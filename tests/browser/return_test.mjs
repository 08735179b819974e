// Who is in a document is seen as soon as the connection is back. Pages renew their state every 15 s
// also without a reason; these pages do not, so that nothing else brings anybody back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, kAda, kBen, launch, Person } from './people.mjs';
import { Server } from './server.mjs';

let server;
let browser;
let people;

before(async () => {
  server = await Server.start();
  browser = await launch();
  people = [
    await Person.at(browser, server.origin, kAda),
    await Person.at(browser, server.origin, kBen),
  ];
  for (const person of people) {
    await person.prepare(neverRenew);
    await person.prepare(keepSockets);
  }
});

after(async () => {
  await browser?.close();
  await server?.end();
});

// Runs in the page. y-protocols looks every three seconds whether a state is to be renewed.
function neverRenew() {
  const { setInterval } = window;
  window.setInterval = (task, delay) => (delay === 3000 ? 0 : setInterval(task, delay));
}

// Runs in the page.
function keepSockets() {
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...address) {
      super(...address);
      window.sockets.push(this);
    }
  };
}

async function openForBoth(name) {
  const sheets = [await people[0].open(name), await people[1].open(name)];
  for (const sheet of sheets) {
    await sheet.focus();
    await sheet.type('here');
  }
  for (const sheet of sheets) {
    await seesTheOther(sheet);
    await sheet.isSaved();
  }
  return sheets;
}

async function seesTheOther(sheet) {
  await eventually('the other is there', async () => (await sheet.people()).length === 2);
  await eventually('so is the cursor', async () => (await sheet.cursors()).length === 1);
}

async function isAlone(sheet) {
  await eventually('nobody else is there', async () => (await sheet.people()).length === 1);
}

for (const name of ['rich/Return', 'code/return.txt']) {
  test(`others are back with a server that was killed: ${name}`, async () => {
    const sheets = await openForBoth(name);
    await server.kill();
    for (const sheet of sheets) await isAlone(sheet);
    await server.start();
    for (const sheet of sheets) await seesTheOther(sheet);
    for (const { page } of sheets) await page.close();
  });
}

for (const name of ['rich/Cut', 'code/cut.txt']) {
  test(`others are back after the cut of one connection: ${name}`, async () => {
    const [ada, ben] = await openForBoth(name);
    const isLeft = isAlone(ben);
    await ada.page.evaluate(() => window.sockets.forEach((socket) => socket.close()));
    await isLeft;
    for (const sheet of [ada, ben]) await seesTheOther(sheet);
    for (const { page } of [ada, ben]) await page.close();
  });
}

test('no page raised an error', () => {
  assert.deepEqual(
    people.flatMap((person) => person.failures),
    [],
  );
});
