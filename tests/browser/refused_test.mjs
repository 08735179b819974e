// A server may refuse what the page takes for a good name: here it allows shorter ones only.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, kAda, launch, Person } from './people.mjs';
import { Server } from './server.mjs';

let server;
let browser;

before(async () => {
  server = await Server.start('--max-room-name-bytes', '20');
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

test('what the server refuses is called refused, and is not listed', async () => {
  const ada = await Person.at(browser, server.origin, kAda);
  const sheet = await ada.open('rich/Short');
  const { page } = sheet;
  await sheet.show('rich/A name that this server refuses');
  await page.waitForSelector('.notice:has-text("The server refuses this document")');
  await eventually('the badge says refused', async () => (await sheet.badge()) === 'refused');
  assert.equal(await page.innerText('[data-badge] .badge-label'), 'Refused');
  const titles = await page.locator('.document-title').allInnerTexts();
  assert.deepEqual(titles, ['Short']);

  await sheet.show('rich/Short');
  await sheet.isSaved();
  assert.deepEqual(ada.failures, []);
  await ada.leave();
});
