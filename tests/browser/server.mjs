// The real binary on a temporary data folder.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const kRoot = fileURLToPath(new URL('../..', import.meta.url));

const kBinary = process.env['TIDEMARK_BINARY'] ?? path.join(kRoot, 'build/release/tidemark');
const kStartDeadlineMs = 20_000;

export class Server {
  data = mkdtempSync(path.join(tmpdir(), 'tidemark-browser-'));
  port = 0;
  #options = [];
  #child = null;
  #stderr = '';

  // `options` are more arguments of `tidemark serve`.
  static async start(...options) {
    assert.ok(
      existsSync(kBinary),
      `${kBinary} is missing: run ./dev build release, or name it in TIDEMARK_BINARY`,
    );
    const server = new Server();
    server.#options = options;
    await server.start();
    return server;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  // Again on the same port, once it has one.
  async start() {
    const listen = `127.0.0.1:${this.port}`;
    const fixed = ['serve', '--listen', listen, '--data', this.data];
    const child = spawn(kBinary, [...fixed, ...this.#options]);
    this.#child = child;
    child.stderr.on('data', (text) => (this.#stderr += text));
    this.port = await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`tidemark serve ${why}\n${this.#stderr}`));
      const timer = setTimeout(() => fail('printed no address'), kStartDeadlineMs);
      let stdout = '';
      child.stdout.on('data', (text) => {
        stdout += text;
        const address = /http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout);
        if (!address) return;
        clearTimeout(timer);
        resolve(Number(address[1]));
      });
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code) => fail(`ended with ${code}`));
    });
  }

  // kill -9: no goodbye, no last write.
  async kill() {
    const child = this.#child;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async end() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}
