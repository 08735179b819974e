// The servers of `bench server`: how each is started and where its room is. Peers come as they come
// out of the box, which is without a store; those with one are named so.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { median, root } from './report.mjs';

const START_MS = 20_000;
const TICKS_PER_SECOND = 100; // of /proc; the same on every Linux
const peer = (file) => path.join(root, 'bench', file);
const websocketServer = peer('node_modules/@y/websocket-server/src/server.js');

// `store` says what an edit has been through when the others get it.
export const CONTESTANTS = [
  {
    name: '@y/websocket-server 0.1.1',
    dialect: 'y',
    store: 'none',
    start: ({ port }) => ({
      command: [process.execPath, websocketServer],
      env: { HOST: '127.0.0.1', PORT: port },
    }),
  },
  {
    name: '@y/websocket-server 0.1.1, LevelDB',
    dialect: 'y',
    store: 'each update, not synced, not waited for',
    start: ({ port, data }) => ({
      command: [process.execPath, websocketServer],
      env: { HOST: '127.0.0.1', PORT: port, YPERSISTENCE: data },
    }),
  },
  {
    name: 'Tidemark, y-websocket',
    dialect: 'y',
    store: 'each edit in SQLite and synced before anybody hears it',
    start: tidemark,
  },
  {
    name: '@hocuspocus/server 4.7.0',
    dialect: 'hocuspocus',
    store: 'none',
    start: ({ port }) => ({ command: [process.execPath, peer('hocuspocus.mjs'), port] }),
  },
  {
    name: '@hocuspocus/server 4.7.0, file',
    dialect: 'hocuspocus',
    store: 'the whole document, 2 s after the last edit, not synced',
    start: ({ port, data }) => ({
      command: [process.execPath, peer('hocuspocus.mjs'), port, data],
    }),
  },
  {
    name: 'Tidemark, Hocuspocus',
    dialect: 'hocuspocus',
    store: 'each edit in SQLite and synced before anybody hears it',
    start: tidemark,
  },
];

function tidemark({ port, data }) {
  const binary = path.join(root, 'build/release/tidemark');
  return { command: [binary, 'serve', '--listen', `127.0.0.1:${port}`, '--data', data] };
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = net.createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

const isReachable = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.unref();
    socket.on('connect', () => socket.destroy());
  });

// How long the disk takes to keep 8 KB appended to a file, so many milliseconds after the last
// time: some devices take ten times longer for syncs that follow each other at once.
export const syncMilliseconds = async (pause) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-bench-'));
  const file = fs.openSync(path.join(folder, 'sync'), 'w');
  const times = [];
  for (let n = 0; n < 21; n++) {
    await delay(pause);
    const start = performance.now();
    fs.writeSync(file, Buffer.alloc(8192, 1));
    fs.fdatasyncSync(file);
    times.push(performance.now() - start);
  }
  fs.closeSync(file);
  fs.rmSync(folder, { recursive: true });
  return median(times);
};

// A started contestant with a fresh folder for its data.
export class Running {
  static async start(contestant) {
    const data = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-bench-'));
    const running = new Running(await freePort(), data);
    const { command, env } = contestant.start({ port: String(running.port), data });
    const [program, ...args] = command;
    running.process = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    running.exited = new Promise((resolve) => running.process.on('exit', resolve));
    running.process.stderr.on('data', (text) => (running.errors += text));
    await running.listening();
    return running;
  }

  constructor(port, data) {
    this.port = port;
    this.data = data;
    this.errors = '';
  }

  async listening() {
    for (const deadline = Date.now() + START_MS; !(await isReachable(this.port));) {
      if (Date.now() > deadline || this.process.exitCode !== null)
        throw new Error(`the server did not start: ${this.errors}`);
      await delay(20);
    }
  }

  // Processor seconds of all its threads so far, user and system.
  cpuSeconds() {
    const stat = fs.readFileSync(`/proc/${this.process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  peakMegabytes() {
    const status = fs.readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024;
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.exited;
  }

  dispose() {
    fs.rmSync(this.data, { recursive: true, force: true });
  }
}
