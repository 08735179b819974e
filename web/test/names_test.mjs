// How documents are called, and how the list shows them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { load } from './load.mjs';

const {
  encodeName,
  learnMaxNameBytes,
  hashOf,
  isHome,
  parseHash,
  parseName,
  nameProblem,
  titleProblem,
} = await load('route.ts');
const { agoText, mergedList } = await load('documents.ts');

test('an address leads back to its document, whatever its title', () => {
  for (const title of ['notes', 'a/b.ts', 'Größe #1?', '100% sure', 'emoji 🌊', 'a+b&c=d']) {
    for (const kind of ['rich', 'code']) {
      assert.deepEqual(parseHash(hashOf({ kind, title })), { kind, title });
    }
  }
});

test('a room name stays one path', () => {
  assert.equal(encodeName('code/src/a b?.ts'), 'code/src/a%20b%3F.ts');
});

test('documents of other applications are not opened', () => {
  for (const name of ['notes', 'rich/', 'doc/x', '/rich/x', ''])
    assert.equal(parseName(name), null);
  for (const hash of ['', '#/', '#/list', '#/rich/', '#/rich/%E0%A4%A']) {
    assert.equal(parseHash(hash), null);
  }
});

test('how long a name may be is what the server says', () => {
  const name = { kind: 'code', title: 'x'.repeat(1000) };
  assert.equal(nameProblem(name), null);
  learnMaxNameBytes(1004);
  assert.match(nameProblem(name), /1005 bytes, of which 1004 are allowed/);
  learnMaxNameBytes(1005);
  assert.equal(nameProblem(name), null);
  learnMaxNameBytes(512);
});

test('titles that the server refuses are refused at once', () => {
  for (const title of ['', '  ', '.', 'a/..', 'a//b', '/a', 'a\u0000b', 'x'.repeat(600)]) {
    assert.ok(titleProblem(title), JSON.stringify(title));
  }
  for (const title of ['a', 'a/b', '.env', '...', 'Überschrift', 'x'.repeat(500)]) {
    assert.equal(titleProblem(title), null, title);
  }
});

test('names that the server refuses are not asked for', () => {
  const problem = (name) => nameProblem(parseName(name));
  for (const name of ['code/..', 'code/./a', 'rich/a/..', 'rich/a\nb', `code/${'x'.repeat(508)}`]) {
    assert.ok(problem(name), name);
  }
  for (const name of ['code/a//b', 'rich/a/', 'rich/ ', 'code/...', `code/${'x'.repeat(507)}`]) {
    assert.equal(problem(name), null, name);
  }
  assert.ok(problem(`code/${'ü'.repeat(254)}`), 'bytes count, not letters');
});

test('what cannot be opened is not listed', () => {
  const names = mergedList([], ['code/..', 'nonsense', 'rich/fine']).map(({ name }) => name);
  assert.deepEqual(names, ['rich/fine']);
});

test('only the bare address is home', () => {
  for (const hash of ['', '#', '#/']) assert.ok(isHome(hash), hash);
  for (const hash of ['#/nonsense', '#//', '#/rich/', '#nonsense']) assert.ok(!isHome(hash), hash);
});

test('the list shows what is new first, and what nobody wrote to yet before that', () => {
  const stored = [
    { name: 'rich/old', updated_ms: 1 },
    { name: 'rich/new', updated_ms: 2 },
  ];
  const names = mergedList(stored, ['rich/old', 'code/empty']).map(({ name }) => name);
  assert.deepEqual(names, ['code/empty', 'rich/new', 'rich/old']);
});

test('times read well', () => {
  const now = 1_700_000_000_000;
  assert.equal(agoText(now + 5000, now), 'just now');
  assert.equal(agoText(now - 120_000, now), '2 min ago');
  assert.equal(agoText(now - 3 * 3_600_000, now), '3 h ago');
  assert.equal(agoText(now - 26 * 3_600_000, now), 'yesterday');
});
