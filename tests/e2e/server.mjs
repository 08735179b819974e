// Starts, kills and restarts a server under test on a port of its own with a data folder of its
// own. By default that is the release binary; TIDEMARK_E2E_SERVER=reference takes the npm servers
// instead (reference_server.mjs), which proves the tests themselves.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const START_MS = 20_000;

export const isReference = process.env.TIDEMARK_E2E_SERVER === 'reference';

export const binary =
  process.env.TIDEMARK_BINARY ?? path.join(here, '../../build/release/tidemark');

// A command of the binary on a data folder, to its end.
export const tidemark = (data, ...args) =>
  spawnSync(binary, [...args, '--data', data], { encoding: 'utf8' });

const commandFor = (address, data, options) => {
  if (isReference) {
    const forgetful = process.env.TIDEMARK_E2E_FORGETFUL ? ['--forgetful'] : [];
    return [
      process.execPath,
      [path.join(here, 'reference_server.mjs'), '--listen', address, '--data', data, ...forgetful],
    ];
  }
  return [binary, ['serve', '--listen', address, '--data', data, ...options]];
};

export const temporaryFolder = () => fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-e2e-'));

export class Server {
  // `options` go to the binary only. `wrap` is a command that runs the one after it, `uid` the user
  // that it runs as.
  constructor({ data = temporaryFolder(), options = [], wrap = [], uid } = {}) {
    this.data = data;
    this.options = options;
    this.wrap = wrap;
    this.uid = uid;
    this.port = 0;
    this.process = null;
    this.output = '';
  }

  // Resolves when the address has been printed. The second start takes the port of the first.
  async start() {
    const [command, args] = commandFor(`127.0.0.1:${this.port}`, this.data, this.options);
    const [program, ...rest] = [...this.wrap, command, ...args];
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], uid: this.uid });
    this.process = child;
    this.exited = new Promise((resolve) => {
      child.on('error', (error) => {
        this.output += error.message;
        resolve({ error });
      });
      child.on('exit', (code, signal) => resolve({ code, signal }));
    });
    child.stderr.on('data', (text) => {
      this.output += text;
    });
    const address = new Promise((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.output += `${line}\n`;
        const match = /https?:\/\/[^\s:]+:(\d+)/.exec(line);
        if (match) resolve(Number(match[1]));
      });
    });
    const late = new Promise((resolve, reject) => {
      setTimeout(
        () => reject(new Error(`no address after ${START_MS} ms: ${this.output}`)),
        START_MS,
      ).unref();
    });
    const ended = this.exited.then((how) => {
      throw new Error(`the server ended at once (${JSON.stringify(how)}): ${this.output}`);
    });
    this.port = await Promise.race([address, late, ended]);
    ended.catch(() => {});
    return this;
  }

  get yUrl() {
    return `ws://127.0.0.1:${this.port}/yjs`;
  }
  get hocuspocusUrl() {
    return `ws://127.0.0.1:${this.port}/hocuspocus`;
  }
  get httpUrl() {
    return `http://127.0.0.1:${this.port}`;
  }

  // kill -9; resolves when it is gone.
  async kill() {
    this.process.kill('SIGKILL');
    await this.exited;
  }

  // Asks it to stop; resolves with how it ended.
  async stop() {
    this.process.kill('SIGTERM');
    return this.exited;
  }

  async dispose() {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null)
      await this.kill();
    fs.rmSync(this.data, { recursive: true, force: true });
  }
}
