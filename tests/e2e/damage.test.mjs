// Stores that cannot be written or read: the server says so, and changes nothing of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as Y from 'yjs';
import { HClient, synced, until, YClient } from './clients.mjs';
import { binary, Server, temporaryFolder, tidemark } from './server.mjs';

const PAGE = 4096;
const DAMAGED = 4500;
const STORE_UNAVAILABLE = 4; // exit code
const fileOf = (server) => path.join(server.data, 'tidemark.db');

const write = async (server, room, text) => {
  const client = new HClient(server, room);
  await synced(client);
  client.doc.getText('t').insert(0, text);
  assert.ok(await client.confirmed());
  client.destroy();
};

const hashOf = (file) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');
// But the lock, which names the last process that came.
const contentOf = (folder) =>
  fs
    .readdirSync(folder)
    .filter((name) => !name.endsWith('.lock'))
    .sort()
    .map((name) => [name, hashOf(path.join(folder, name))]);

describe('a store with damage in it', { timeout: 60_000 }, () => {
  const server = new Server();
  let spoilt;
  before(async () => {
    await server.start();
    await write(server, 'good', 'all is well');
    await write(server, 'flipped', 'one bit of this will not be what it was');
    await write(server, 'torn', 'torn '.repeat(20_000));
    // A graceful stop leaves everything in the one file.
    await server.stop();
    spoilt = fs.readFileSync(fileOf(server));
    spoilt[spoilt.indexOf('one bit of this')] ^= 1;
    // The second page that is full of it: one that belongs to this document alone.
    const first = spoilt.indexOf('torn torn torn');
    spoilt.fill(0xa5, (Math.floor(first / PAGE) + 1) * PAGE, (Math.floor(first / PAGE) + 2) * PAGE);
    fs.writeFileSync(fileOf(server), spoilt);
    await server.start();
  });
  after(() => server.dispose());

  for (const room of ['flipped', 'torn']) {
    test(`refuses the ${room} document to those who would write to it`, async () => {
      const [plain, hocuspocus] = [new YClient(server, room), new HClient(server, room)];
      plain.doc.getText('t').insert(0, 'over it');
      hocuspocus.doc.getText('t').insert(0, 'over it');
      await until(() => plain.closes.length > 0 && hocuspocus.failures.length > 0, 'two refusals');
      assert.equal(plain.closes[0].code, DAMAGED);
      assert.match(plain.closes[0].reason, /^corrupt: /);
      assert.match(hocuspocus.failures[0], /^corrupt: /);
      assert.ok(!plain.isSynced && !hocuspocus.isSynced);
      assert.ok(hocuspocus.provider.hasUnsyncedChanges, 'nothing is called kept');
      const line = new RegExp(`event=document_damaged detail="corrupt: loading \\\\"${room}\\\\"`);
      await until(
        () => line.test(server.output),
        () => `a line in the log: ${server.output}`,
      );
      [plain, hocuspocus].forEach((client) => client.destroy());
    });
  }

  test('serves and keeps its neighbour', async () => {
    const client = new YClient(server, 'good', new Y.Doc());
    await synced(client);
    assert.equal(client.doc.getText('t').toString(), 'all is well');
    client.doc.getText('t').insert(0, 'still, ');
    assert.ok(await client.confirmed());
    client.destroy();
  });

  test('is named by the doctor, who leaves with an error and changes nothing', async () => {
    await server.stop();
    const before_ = hashOf(fileOf(server));
    const found = tidemark(server.data, 'doctor', '--json');
    assert.equal(found.status, 1, found.stderr);
    // Beside the documents, a page may be named that could be anybody's.
    const names = new Set(JSON.parse(found.stdout).damaged.map(({ document }) => document ?? '?'));
    names.delete('?');
    assert.deepEqual([...names].sort(), ['flipped', 'torn']);
    assert.equal(hashOf(fileOf(server)), before_);
    const text = tidemark(server.data, 'doctor');
    assert.equal(text.status, 1);
    assert.match(text.stdout + text.stderr, /flipped/);
  });

  test('still has every byte of what was damaged', () => {
    const now = fs.readFileSync(fileOf(server));
    for (const part of [spoilt.indexOf('ne bit of this'), spoilt.indexOf(Buffer.alloc(64, 0xa5))]) {
      const page = Math.floor(part / PAGE) * PAGE;
      const was = spoilt.subarray(page, page + PAGE);
      assert.ok(now.indexOf(was.subarray(part - page, part - page + 38)) >= 0, 'it was written to');
    }
    assert.equal(tidemark(server.data, 'doc', 'export', 'flipped', '-f', 'text').status, 1);
    assert.match(tidemark(server.data, 'doc', 'export', 'good', '-f', 'text').stdout, /^still, /);
  });
});

// Root writes wherever it likes unless that privilege is taken from it.
const withoutOverride =
  process.getuid() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

describe('a store that cannot be written', { timeout: 60_000 }, () => {
  const server = new Server();
  before(async () => {
    await server.start();
    await write(server, 'doc', 'kept');
    await server.stop();
  });
  after(() => {
    for (const name of fs.readdirSync(server.data))
      fs.chmodSync(path.join(server.data, name), 0o600);
    fs.chmodSync(server.data, 0o700);
    return server.dispose();
  });

  const refusesToServe = (data) => {
    const [program, ...args] = [...withoutOverride, binary, 'serve'];
    const ended = spawnSync(program, [...args, '--listen', '127.0.0.1:0', '--data', data], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.equal(ended.status, STORE_UNAVAILABLE, ended.stdout + ended.stderr);
    assert.equal(ended.stdout, '', 'no address is printed');
    assert.match(ended.stderr, /permission|cannot be written|may write/i);
    return ended.stderr;
  };

  test('is refused with advice when its folder is read-only, and left alone', () => {
    const before_ = contentOf(server.data);
    fs.chmodSync(server.data, 0o500);
    refusesToServe(server.data);
    fs.chmodSync(server.data, 0o700);
    assert.deepEqual(contentOf(server.data), before_);
  });

  test('is refused with advice when its file is read-only, and left alone', () => {
    const before_ = hashOf(fileOf(server));
    fs.chmodSync(fileOf(server), 0o400);
    assert.match(refusesToServe(server.data), /tidemark\.db/);
    assert.equal(hashOf(fileOf(server)), before_);
    fs.chmodSync(fileOf(server), 0o600);
  });

  test('can be read and examined all the same', () => {
    fs.chmodSync(fileOf(server), 0o400);
    fs.chmodSync(server.data, 0o500);
    const read = (...args) => {
      const [program, ...rest] = [...withoutOverride, binary, ...args, '--data', server.data];
      return spawnSync(program, rest, { encoding: 'utf8' });
    };
    assert.equal(read('doc', 'export', 'doc', '-f', 'text').stdout, 'kept');
    assert.equal(read('doctor').status, 0);
    fs.chmodSync(server.data, 0o700);
    fs.chmodSync(fileOf(server), 0o600);
  });

  test('is not made where nothing can be made', () => {
    const folder = temporaryFolder();
    fs.chmodSync(folder, 0o500);
    refusesToServe(path.join(folder, 'data'));
    assert.deepEqual(fs.readdirSync(folder), []);
    fs.rmdirSync(folder);
  });
});
