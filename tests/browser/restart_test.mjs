// The server is killed with -9 while people type, and started again on the same port.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { converged, eventually, kAda, kBen, launch, Person } from './people.mjs';
import { Server } from './server.mjs';

let server;
let browser;

before(async () => {
  server = await Server.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

// Types numbered words until stopped. Now and then it waits for the badge, so that there are moments
// at which it says saved, and moments at which much is on its way.
class Typist {
  words = [];
  #isStopped = false;

  constructor(sheet, prefix) {
    this.sheet = sheet;
    this.prefix = prefix;
    this.done = this.#run();
  }

  async stop() {
    this.#isStopped = true;
    await this.done;
  }

  async #run() {
    for (let at = 0; !this.#isStopped; at += 1) {
      const word = `${this.prefix}${at};`;
      await this.sheet.type(word);
      this.words.push(word);
      if (at % 4 !== 3) continue;
      await eventually('saved, or the server is gone', async () => {
        return this.#isStopped || (await this.sheet.badge()) !== 'saving';
      });
      if (at % 16 === 15) await this.sheet.press('Enter');
    }
  }
}

// Ada writes above, Ben below, so that the letters of two words never mix.
async function openForBoth(people, round) {
  const names = [`rich/kill ${round}`, `code/kill ${round}.txt`];
  const sheets = [];
  for (const name of names) {
    const [ada, ben] = [await people[0].open(name), await people[1].open(name)];
    await ada.focus();
    await ada.type('above\nbelow');
    await eventually('Ben sees two lines', async () => (await ben.text()) === 'above\nbelow');
    await ben.focus();
    await ada.focus();
    await ada.press('ArrowUp');
    await ada.press('End');
    sheets.push(ada, ben);
  }
  return sheets;
}

// How many words this window has shown as saved.
async function savedWords(sheet) {
  return new Set((await sheet.ledger()).flatMap(words)).size;
}

function words(text) {
  return text.match(/[wxyz]\d+;/g) ?? [];
}

test('the page recovers by itself, with everything that was typed meanwhile', async () => {
  const people = [
    await Person.at(browser, server.origin, kAda),
    await Person.at(browser, server.origin, kBen),
  ];
  const sheets = await openForBoth(people, 'and recover');
  const typists = sheets.map((sheet, at) => new Typist(sheet, 'wxyz'[at]));
  await eventually('everybody saw saved twice', async () => {
    const counts = await Promise.all(sheets.map(savedWords));
    return counts.every((count) => count >= 4);
  });
  await server.kill();
  for (const sheet of sheets) {
    await eventually('the badge says offline', async () => (await sheet.badge()) === 'offline');
  }
  // Words that begin and end while there is no server.
  const before = typists.map((typist) => typist.words.length);
  await eventually('everybody typed on', () => {
    return typists.every((typist, at) => typist.words.length > before[at] + 3);
  });
  for (const typist of typists) await typist.stop();
  await sheets[0].page.bringToFront();
  await sheets[0].picture('offline');
  await server.start();
  for (const sheet of sheets) await sheet.isSaved();

  for (const pair of [
    [0, 1],
    [2, 3],
  ]) {
    await converged(pair.map((at) => sheets[at]));
    const shown = words(await sheets[pair[0]].text()).sort();
    assert.deepEqual(shown, pair.flatMap((at) => typists[at].words).sort());
  }
  for (const sheet of sheets) {
    await eventually('the other is back', async () => (await sheet.people()).length === 2);
  }
  assert.deepEqual(
    people.flatMap((person) => person.failures),
    [],
  );
  for (const person of people) await person.leave();
});

test('a document that is left while the server is gone keeps its edits', async () => {
  const ada = await Person.at(browser, server.origin, kAda);
  const ben = await Person.at(browser, server.origin, kBen);
  const sheet = await ada.open('rich/Left behind');
  // Once while there is a server, from which the other editor is loaded.
  await sheet.show('code/elsewhere.txt');
  await sheet.isSaved();
  await sheet.show('rich/Left behind');
  await sheet.isSaved();
  await sheet.focus();
  await sheet.type('Before. ');
  await sheet.isSaved();
  await server.kill();
  await eventually('the badge says offline', async () => (await sheet.badge()) === 'offline');
  await sheet.type('Meanwhile.');
  await sheet.show('code/elsewhere.txt');
  await eventually('the other document is open', async () => (await sheet.badge()) === 'offline');
  await sheet.show('rich/Left behind');
  await eventually(
    'the edits are there',
    async () => (await sheet.text()) === 'Before. Meanwhile.',
  );
  await sheet.show('code/elsewhere.txt');
  await server.start();
  await sheet.isSaved();
  const witness = await ben.open('rich/Left behind');
  await eventually('it was saved from behind', async () => {
    return (await witness.text()) === 'Before. Meanwhile.';
  });
  await ada.leave();
  await ben.leave();
});

test('nothing that was shown as saved is lost, though every window is gone with the server', async () => {
  for (let round = 0; round < 2; round += 1) {
    const people = [
      await Person.at(browser, server.origin, kAda),
      await Person.at(browser, server.origin, kBen),
    ];
    const sheets = await openForBoth(people, round);
    const typists = sheets.map((sheet, at) => new Typist(sheet, 'wxyz'[at]));
    await eventually('everybody saw saved', async () => {
      const counts = await Promise.all(sheets.map(savedWords));
      return counts.every((count) => count >= 3 + 3 * round);
    });
    await server.kill();
    for (const typist of typists) await typist.stop();
    const ledgers = await Promise.all(sheets.map((sheet) => sheet.ledger()));
    for (const person of people) await person.leave();

    await server.start();
    const witness = await Person.at(browser, server.origin, kAda);
    const rich = await witness.open(`rich/kill ${round}`);
    const code = await witness.open(`code/kill ${round}.txt`);
    const kept = new Set([...words(await rich.text()), ...words(await code.text())]);
    for (const ledger of ledgers) {
      const promised = ledger.flatMap(words);
      assert.ok(promised.length > 0, 'something was shown as saved');
      for (const word of promised) assert.ok(kept.has(word), `${word} was shown as saved`);
    }
    await witness.leave();
  }
});
