// A server tells the page how long a name may be. One that does not may still refuse what the page
// takes for a good name.
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

test('a name that is longer than the server allows is not asked for', async () => {
  const ada = await Person.at(browser, server.origin, kAda);
  const { page } = await ada.open('rich/Short');
  await page.evaluate(() => (location.hash = '#/rich/A name that is too long'));
  await page.waitForSelector('text=28 bytes, of which 20 are allowed');
  await page.reload();
  await page.waitForSelector('text=28 bytes, of which 20 are allowed');
  await ada.leave();
});

for (const kind of ['rich', 'code']) {
  test(`what the server refuses is called refused, and is not listed: ${kind}`, async () => {
    const ada = await Person.at(browser, server.origin, kAda);
    const sheet = await ada.open('rich/Short');
    const { page } = sheet;
    await page.route('**/api/documents', async (route) => {
      const response = await route.fetch();
      const { max_name_bytes: _, ...told } = await response.json();
      await route.fulfill({ response, json: told });
    });
    await page.reload();
    await sheet.show(`${kind}/A name that this server refuses`);
    await page.waitForSelector('.notice:has-text("The server refuses this document")');
    await eventually('the badge says refused', async () => (await sheet.badge()) === 'refused');
    assert.equal(await page.innerText('[data-badge] .badge-label'), 'Refused');
    const titles = await page.locator('.document-title').allInnerTexts();
    assert.deepEqual(titles, ['Short']);

    await sheet.show('rich/Short');
    await sheet.isSaved();
    // The browser itself tells of a socket that is refused, but only on the console.
    const own = ada.failures.filter(
      (failure) => !failure.includes('Unexpected response code: 414'),
    );
    assert.deepEqual(own, []);
    await ada.leave();
  });
}
