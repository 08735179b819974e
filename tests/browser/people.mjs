// People in front of a browser: each has a context of their own, so that nothing passes between them
// but by way of the server.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';

import { kRoot } from './server.mjs';

const kChromium = process.env['TIDEMARK_CHROMIUM'] ?? '/usr/bin/chromium';
const kDeadlineMs = 30_000;
const kPollMs = 40;
// What the browser itself tells, of a server that is not there and of a socket that a page left before
// it was open. Nothing else has a reason to speak.
const kOfBrowser = ['net::ERR_', 'WebSocket is closed before the connection is established'];

export const kAda = { name: 'Ada Heron', color: '#0b7a75', scheme: 'light' };
export const kBen = { name: 'Ben Otter', color: '#c2385f', scheme: 'dark' };

export function launch() {
  return chromium.launch({
    executablePath: kChromium,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

// Polls until `isTrue` resolves to something true; there is no other waiting in these tests.
export async function eventually(what, isTrue) {
  const deadline = Date.now() + kDeadlineMs;
  for (;;) {
    const result = await isTrue();
    if (result) return result;
    assert.ok(Date.now() < deadline, `waited in vain: ${what}`);
    await pause(kPollMs);
  }
}

// Runs in the page. The text of the editor without the cursors of others, one line per block.
function readText() {
  const content = document.querySelector('.prose, .cm-content')?.cloneNode(true);
  if (!content) return '';
  for (const cursor of content.querySelectorAll('.caret, .cm-ySelectionCaret')) cursor.remove();
  return [...content.children].map((block) => block.textContent).join('\n');
}

// Runs in the page. Keeps what the editor showed at each moment at which the badge said saved.
function keepLedger(readTextSource) {
  const read = new Function(`return (${readTextSource})()`);
  window.ledger = [];
  const look = () => {
    if (document.querySelector('[data-badge][data-state=saved]')) window.ledger.push(read());
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ['data-state'],
  });
  look();
}

export class Person {
  #context;
  failures = [];

  static async at(browser, origin, profile) {
    const person = new Person();
    person.origin = origin;
    person.profile = profile;
    person.#context = await browser.newContext({
      viewport: { width: 1180, height: 780 },
      colorScheme: profile.scheme,
    });
    await person.#context.addInitScript(({ name, color }) => {
      localStorage.setItem('tidemark.profile', JSON.stringify({ name, color }));
    }, profile);
    return person;
  }

  // Runs `script` in each window before the page does.
  async prepare(script) {
    await this.#context.addInitScript(script);
  }

  async open(name) {
    const page = await this.#context.newPage();
    page.on('pageerror', (error) => this.failures.push(error.stack));
    page.on('console', (message) => {
      const isOfBrowser = kOfBrowser.some((words) => message.text().includes(words));
      if (!isOfBrowser) this.failures.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      const isOwn = origin === this.origin || protocol === 'data:';
      if (!isOwn) this.failures.push(`asked a stranger: ${request.url()}`);
    });
    await page.goto(`${this.origin}/#/${encodeURI(name)}`);
    const sheet = new Sheet(page, this.profile);
    await sheet.isSaved();
    await page.waitForSelector(
      '.prose[contenteditable=true], .cm-content:not([aria-readonly=true])',
    );
    await page.evaluate(keepLedger, readText.toString());
    return sheet;
  }

  async leave() {
    await this.#context.close();
  }
}

// One document in one window.
export class Sheet {
  constructor(page, profile) {
    this.page = page;
    this.profile = profile;
  }

  text() {
    return this.page.evaluate(readText);
  }

  // Every text that was on the screen while the badge said saved.
  ledger() {
    return this.page.evaluate(() => window.ledger);
  }

  badge() {
    return this.page.evaluate(() => document.querySelector('[data-badge]')?.dataset.state);
  }

  isSaved() {
    return eventually('the badge says saved', async () => (await this.badge()) === 'saved');
  }

  async type(text) {
    await this.page.keyboard.type(text);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  async focus() {
    await this.page.bringToFront();
    await this.page.click('.prose, .cm-content');
    await this.press('Control+End');
  }

  // Another document in this window, by its address.
  async show(name) {
    await this.page.evaluate((hash) => (location.hash = hash), `#/${encodeURI(name)}`);
    await this.page.waitForSelector('.prose, .cm-content');
  }

  // The names and colours at the cursors of others, and how visible they are.
  cursors() {
    return this.page.evaluate(() => {
      const rgb = (element) => getComputedStyle(element).backgroundColor;
      return [...document.querySelectorAll('.caret-label, .cm-ySelectionInfo')].map((label) => ({
        name: label.textContent,
        color: rgb(label),
        opacity: Number(getComputedStyle(label).opacity),
      }));
    });
  }

  people() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('.presence .avatar')].map((avatar) =>
        avatar.getAttribute('aria-label'),
      ),
    );
  }

  async picture(name) {
    const folder = path.join(kRoot, 'build/browser');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }
}

export async function converged(sheets) {
  return eventually('all windows show the same text', async () => {
    const texts = await Promise.all(sheets.map((sheet) => sheet.text()));
    return texts.every((text) => text === texts[0]);
  });
}

export function rgb(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return `rgb(${red}, ${green}, ${blue})`;
}
