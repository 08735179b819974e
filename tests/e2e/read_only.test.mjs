// A store that turns read-only while it is served: clients are told so and nothing is called kept,
// what is stored stays as it is, and all goes on by itself when it can be written again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HClient, synced, until, YClient } from './clients.mjs';
import { Server, temporaryFolder, tidemark } from './server.mjs';

const UNAVAILABLE = 4503;
const SOURCE = fileURLToPath(new URL('read_only_disk.c', import.meta.url));

const textOf = (client) => client.doc.getText('t').toString();
const hashesOf = (folder) =>
  ['tidemark.db', 'tidemark.db-wal'].map((name) =>
    createHash('sha256')
      .update(fs.readFileSync(path.join(folder, name)))
      .digest('hex'),
  );

const refusesAndRecovers = async (server, forbid, permit) => {
  const [writer, plain, listener] = [
    new HClient(server, 'doc'),
    new YClient(server, 'plain'),
    new YClient(server, 'doc'),
  ];
  await synced(writer, plain, listener);
  writer.doc.getText('t').insert(0, 'kept');
  plain.doc.getText('t').insert(0, 'kept too');
  assert.ok((await writer.confirmed()) && (await plain.confirmed()));
  await until(() => textOf(listener) === 'kept', 'the listener has heard');

  forbid();
  const stored = hashesOf(server.data);
  writer.doc.getText('t').insert(4, ', and later this');
  await until(() => writer.closes.length > 0, 'a refusal');
  assert.equal(writer.closes[0].code, UNAVAILABLE);
  assert.match(writer.closes[0].reason, /^read_only: /);
  assert.ok(writer.provider.hasUnsyncedChanges, 'what was refused is not called kept');
  plain.doc.getText('t').insert(8, ', and this');
  await until(() => plain.closes.length > 0, 'a refusal of the other kind of client');
  assert.equal(plain.closes[0].code, UNAVAILABLE);
  await until(() => server.output.includes('event=storage_unavailable'), 'a line in the log');
  assert.match(server.output, /event=storage_unavailable detail="read_only: appending: /);
  assert.equal(server.process.exitCode, null, 'the server runs on');
  assert.equal((await fetch(`${server.httpUrl}/readyz`)).status, 503);
  assert.equal(textOf(listener), 'kept', 'nobody heard what was not stored');
  assert.deepEqual(hashesOf(server.data), stored, 'the files are as they were');
  const found = tidemark(server.data, 'doctor');
  assert.equal(found.status, 0, `what is stored is sound: ${found.stdout}${found.stderr}`);

  permit();
  await until(() => writer.isSynced && !writer.provider.hasUnsyncedChanges, 'all is kept', 30_000);
  await until(() => textOf(listener) === 'kept, and later this', 'the listener has heard', 30_000);
  await until(() => plain.isSynced, 'the other kind of client is back', 30_000);
  await until(() => server.output.includes('event=storage_recovered'), 'the good news in the log');
  assert.equal((await fetch(`${server.httpUrl}/readyz`)).status, 200);
  assert.ok(await plain.confirmed());
  [writer, plain, listener].forEach((client) => client.destroy());

  await server.kill();
  await server.start();
  const again = [new YClient(server, 'doc'), new YClient(server, 'plain')];
  await synced(...again);
  assert.deepEqual(again.map(textOf), ['kept, and later this', 'kept too, and this']);
  again.forEach((client) => client.destroy());
};

describe('a store whose disk turns read-only', { timeout: 120_000 }, () => {
  const folder = temporaryFolder();
  const flag = path.join(folder, 'read-only');
  const library = path.join(folder, 'read_only_disk.so');
  const server = new Server({
    wrap: ['env', `LD_PRELOAD=${library}`, `TIDEMARK_E2E_READ_ONLY=${flag}`],
  });
  before(() => {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, SOURCE, '-ldl']);
    return server.start();
  });
  after(async () => {
    await server.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('refuses what it cannot keep and goes on when it can be written again', () =>
    refusesAndRecovers(
      server,
      () => fs.writeFileSync(flag, ''),
      () => fs.rmSync(flag),
    ));
});
