// Two people write in both editors at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { converged, eventually, kAda, kBen, launch, Person, rgb } from './people.mjs';
import { Server } from './server.mjs';

let server;
let browser;
let ada;
let ben;

before(async () => {
  server = await Server.start();
  browser = await launch();
  ada = await Person.at(browser, server.origin, kAda);
  ben = await Person.at(browser, server.origin, kBen);
});

after(async () => {
  await browser?.close();
  await server?.end();
});

const kWords = 12;

async function typeWords(sheet, prefix) {
  for (let at = 0; at < kWords; at += 1) await sheet.type(`${prefix}${at} `);
}

function assertWords(text, prefix) {
  for (let at = 0; at < kWords; at += 1) assert.ok(text.includes(`${prefix}${at} `), text);
}

test('two people type in both editors at once and see the same', async () => {
  const [adaRich, benRich] = [await ada.open('rich/Plan'), await ben.open('rich/Plan')];
  const [adaCode, benCode] = [await ada.open('code/tide.ts'), await ben.open('code/tide.ts')];
  const sheets = [adaRich, benRich, adaCode, benCode];

  // A place for each, so that the words of one stay together.
  await adaRich.focus();
  await adaRich.type('# Plan\nAda writes here: \nBen writes here: ');
  await adaCode.focus();
  await adaCode.type('const ada = "";\nconst ben = "";');
  await eventually('Ben sees both', async () => {
    const texts = [await benRich.text(), await benCode.text()];
    return texts[0].includes('Ben writes here') && texts[1].includes('const ben');
  });
  await adaRich.focus();
  await adaRich.press('ArrowUp');
  await adaRich.press('End');
  await benRich.focus();
  await adaCode.focus();
  await adaCode.press('ArrowUp');
  await adaCode.press('End');
  await benCode.focus();
  for (const sheet of [adaCode, benCode]) await sheet.press('ArrowLeft');
  for (const sheet of [adaCode, benCode]) await sheet.press('ArrowLeft');

  await Promise.all([
    typeWords(adaRich, 'a'),
    typeWords(benRich, 'b'),
    typeWords(adaCode, 'c'),
    typeWords(benCode, 'd'),
  ]);
  for (const sheet of sheets) await sheet.isSaved();
  await converged([adaRich, benRich]);
  await converged([adaCode, benCode]);
  assertWords(await benRich.text(), 'a');
  assertWords(await adaRich.text(), 'b');
  assertWords(await benCode.text(), 'c');
  assertWords(await adaCode.text(), 'd');

  for (const [sheet, other] of [
    [adaRich, kBen],
    [benRich, kAda],
    [adaCode, kBen],
    [benCode, kAda],
  ]) {
    const cursors = await eventually('the cursor of the other is there', async () => {
      const seen = await sheet.cursors();
      return seen.length === 1 && seen;
    });
    const [{ name, color }] = cursors;
    assert.deepEqual({ name, color }, { name: other.name, color: rgb(other.color) });
    assert.deepEqual(await sheet.people(), [`${sheet.profile.name} (you)`, other.name]);
  }
  for (const [name, sheet] of Object.entries({ adaRich, benRich, adaCode, benCode })) {
    await sheet.page.bringToFront();
    await sheet.picture(name);
  }
});

test('the name at a cursor is shown while the cursor moves', async () => {
  for (const name of ['rich/Names', 'code/names.txt']) {
    const [seen, moving] = [await ada.open(name), await ben.open(name)];
    await moving.focus();
    await moving.type('some text');
    const opacity = async () => (await seen.cursors())[0]?.opacity;
    await seen.page.bringToFront();
    await eventually('the name is there', async () => (await opacity()) > 0.9);
    await eventually('the name rests', async () => (await opacity()) === 0);
    await moving.press('ArrowLeft');
    await eventually('the name is back', async () => (await opacity()) > 0.9);
  }
});

test('what is called saved is not called empty', async () => {
  const sheet = await ada.open('code/first words.txt');
  const detail = () => sheet.page.innerText('.document[aria-current] .document-detail');
  assert.equal(await detail(), 'empty');
  await sheet.focus();
  await sheet.type('not empty any more');
  await sheet.isSaved();
  await eventually('the list tells its age', async () => (await detail()) === 'just now');
});

test('deletions and undo reach the other and are saved', async () => {
  const adaCode = await ada.open('code/undo.txt');
  const benCode = await ben.open('code/undo.txt');
  await adaCode.focus();
  await adaCode.type('keep this and not that');
  await adaCode.isSaved();
  for (let at = 0; at < ' and not that'.length; at += 1) await adaCode.press('Backspace');
  await adaCode.isSaved();
  await eventually('Ben sees the deletion', async () => (await benCode.text()) === 'keep this');
  await adaCode.press('Control+z');
  await adaCode.isSaved();
  await eventually('Ben sees the undo', async () => (await benCode.text()) !== 'keep this');
  await converged([adaCode, benCode]);
});

test('opening a document writes nothing into it', async () => {
  const sheets = await Promise.all(
    [ada, ben].flatMap((person) => [
      person.open('rich/Untouched'),
      person.open('code/untouched.txt'),
    ]),
  );
  for (const sheet of sheets) {
    await sheet.focus();
    assert.equal(await sheet.text(), '');
  }
  const { documents } = await (await fetch(`${server.origin}/api/documents`)).json();
  const names = documents.map(({ name }) => name);
  assert.ok(names.includes('rich/Plan') && names.includes('code/tide.ts'), String(names));
  assert.ok(
    !names.includes('rich/Untouched') && !names.includes('code/untouched.txt'),
    String(names),
  );
});

test('an address that leads nowhere says so, and is not listed', async () => {
  const sheet = await ada.open('code/tide.ts');
  const { page } = sheet;
  const long = `code/${'long '.repeat(120)}`;
  for (const [name, says] of [
    ['nonsense', 'nothing at this address'],
    ['rich/..', '“.” or “..”'],
    [long, '605 bytes, of which 512 are allowed'],
  ]) {
    await page.evaluate((hash) => (location.hash = hash), `#/${encodeURI(name)}`);
    await page.waitForSelector(`.nowhere:has-text("${says}")`);
  }
  await page.click('.nowhere .button');
  await page.waitForSelector('.welcome');
  const titles = await page.locator('.document-title').allInnerTexts();
  assert.ok(titles.includes('tide.ts'), String(titles));
  assert.ok(!titles.some((title) => title.startsWith('long') || title === '..'), String(titles));
});

test('no tool is lit before somebody is in the text, and all are in sight of a phone', async () => {
  const { page } = await ada.open('rich/Lit');
  await page.keyboard.type('# Title');
  const heading = '.tool[aria-label="Heading 1"]';
  await page.waitForSelector(`${heading}[aria-pressed=true]`);

  const seen = await ben.open('rich/Lit');
  await seen.page.setViewportSize({ width: 390, height: 780 });
  await eventually('the title is there', async () => (await seen.text()) === 'Title');
  assert.equal(await seen.page.locator('.tool[aria-pressed=true]').count(), 0);
  const cut = await seen.page.evaluate(
    () =>
      [...document.querySelectorAll('.tool')].filter((tool) => {
        const { left, right } = tool.getBoundingClientRect();
        return left < 0 || right > innerWidth;
      }).length,
  );
  assert.equal(cut, 0);
  await seen.page.click('.prose h1');
  await seen.page.waitForSelector(`${heading}[aria-pressed=true]`);
});

test('the list leads to the documents, by keyboard alone', async () => {
  const sheet = await ada.open('code/tide.ts');
  const { page } = sheet;
  await page.click('.brand');
  await page.waitForSelector('.welcome');
  await sheet.picture('welcome');
  const link = page.locator('.document', { hasText: 'Plan' });
  await link.focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.prose[contenteditable=true]');
  await eventually('the plan is there', async () =>
    (await sheet.text()).includes('Ada writes here'),
  );

  await page.locator('.new-button').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog');
  await sheet.picture('new_document');
  await page.keyboard.type('Minutes of today');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.stage-title:has-text("Minutes of today")');
  await sheet.isSaved();
  assert.match(page.url(), /#\/rich\/Minutes%20of%20today$/);
});

test('no page raised an error or asked another server', () => {
  assert.deepEqual([...ada.failures, ...ben.failures], []);
});
