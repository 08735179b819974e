// Starting where somebody else is, and what signals do.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import { HClient, synced, until, YClient } from './clients.mjs';
import { RawSocket } from './raw_socket.mjs';
import { binary, Server, temporaryFolder } from './server.mjs';

const GOING_AWAY = 1001;
const STORE_OR_PORT_UNAVAILABLE = 4; // exit code

describe('a port that is taken', { timeout: 30_000 }, () => {
  test('is an error that says what to do, and makes nothing', async () => {
    const other = net.createServer();
    await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
    const folder = temporaryFolder();
    const address = `127.0.0.1:${other.address().port}`;
    const data = path.join(folder, 'data');
    const ended = spawnSync(binary, ['serve', '--listen', address, '--data', data], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    other.close();
    assert.equal(ended.status, STORE_OR_PORT_UNAVAILABLE, ended.stderr);
    assert.equal(ended.stdout, '');
    assert.match(ended.stderr, new RegExp(`${address}.*choose another port`));
    assert.deepEqual(fs.readdirSync(folder), []);
    fs.rmdirSync(folder);
  });
});

describe('a server with a peer that does not say goodbye', { timeout: 60_000 }, () => {
  const server = new Server();
  before(() => server.start());
  after(() => server.dispose());

  const begin = async (text) => {
    const writer = new HClient(server, 'doc');
    await synced(writer);
    writer.doc.getText('t').insert(0, text);
    assert.ok(await writer.confirmed());
    writer.destroy();
    return RawSocket.open(server, '/yjs/doc');
  };
  const stored = async () => {
    const reader = new YClient(server, 'doc');
    await synced(reader);
    const text = reader.doc.getText('t').toString();
    reader.destroy();
    return text;
  };

  test('ends at once on the second SIGTERM, with nothing lost', async () => {
    const mute = await begin('one');
    server.process.kill('SIGTERM');
    await mute.until(() => mute.farewell !== null || mute.isOver);
    assert.equal(mute.farewell?.code, GOING_AWAY);
    assert.equal(server.process.exitCode, null, 'it waits for the answer');
    server.process.kill('SIGTERM');
    assert.deepEqual(await server.exited, { code: 128 + 15, signal: null });
    assert.match(server.output, /event=forced_stop/);
    await server.start();
    assert.equal(await stored(), 'one');
  });

  test('does not wait for it for ever after one SIGINT', async () => {
    const mute = await begin('two ');
    server.process.kill('SIGINT');
    await mute.until(() => mute.farewell !== null || mute.isOver);
    assert.equal(mute.farewell?.code, GOING_AWAY);
    assert.deepEqual(await server.exited, { code: 0, signal: null });
    await server.start();
    assert.equal(await stored(), 'two one');
  });

  test('lets SIGHUP pass where there is no certificate', async () => {
    const client = new YClient(server, 'doc');
    await synced(client);
    server.process.kill('SIGHUP');
    assert.ok(await client.confirmed());
    assert.deepEqual(client.closes, []);
    assert.equal(server.process.exitCode, null);
    client.destroy();
  });
});

describe('a server with a certificate', { timeout: 60_000 }, () => {
  const folder = temporaryFolder();
  const [certificate, key] = ['cert.pem', 'key.pem'].map((name) => path.join(folder, name));
  const make = (name) =>
    execFileSync(
      'openssl',
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=${name} -keyout ${key} -out ${certificate}`.split(
        ' ',
      ),
      { stdio: 'ignore' },
    );
  const server = new Server({ options: ['--certificate', certificate, '--key', key] });
  const shown = () =>
    new Promise((resolve, reject) => {
      const socket = tls.connect(
        { port: server.port, host: '127.0.0.1', rejectUnauthorized: false },
        () => {
          resolve(socket.getPeerCertificate().subject.CN);
          socket.destroy();
        },
      );
      socket.on('error', reject);
    });
  before(() => {
    make('first');
    return server.start();
  });
  after(async () => {
    await server.dispose();
    fs.rmSync(folder, { recursive: true });
  });

  test('shows a new one after SIGHUP', async () => {
    assert.equal(await shown(), 'first');
    make('second');
    assert.equal(await shown(), 'first', 'not before it is told');
    server.process.kill('SIGHUP');
    let last = '';
    await until(() => {
      shown().then((name) => (last = name));
      return last === 'second';
    }, 'the new certificate');
  });

  test('keeps the one it has when the new one is of no use, and says so', async () => {
    fs.writeFileSync(certificate, 'no certificate');
    server.process.kill('SIGHUP');
    await until(
      () => server.output.includes('event=certificate_not_reloaded'),
      'the reason in the log',
    );
    assert.equal(await shown(), 'second');
  });
});
