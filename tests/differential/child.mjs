// The other side of the differential test, as a process that plays one program per line.
//   -> {"id": n, "program": {...}}
//   <- {"id": n, "trace": [...]}  or  {"id": n, "error": text, "step": number of results so far}
// Programs are answered in order. A child that dies has failed the first program not answered.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Child {
  constructor(command, args = [], env = {}) {
    this.start = () =>
      spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.waiting = []; // {id, resolve}
    this.last = 0;
    this.process = null;
  }

  launch() {
    const process = this.start();
    this.process = process;
    this.stderr = '';
    process.stderr.on('data', (text) => {
      this.stderr = (this.stderr + text).slice(-4000);
    });
    process.stdin.on('error', () => {});
    const lines = createInterface({ input: process.stdout, crlfDelay: Infinity });
    lines.on('line', (line) => {
      const answer = JSON.parse(line);
      const next = this.waiting.shift();
      if (next?.id !== answer.id)
        throw new Error(`the child answered ${answer.id}, not ${next?.id}`);
      next.resolve(answer);
    });
    process.on('error', (error) => {
      this.stderr += error.message;
    });
    process.on('close', (code, signal) => this.onDeath(process, code, signal));
  }

  onDeath(process, code, signal) {
    if (this.process !== process) return;
    this.process = null;
    const [failed, ...rest] = this.waiting;
    this.waiting = rest;
    failed?.resolve({
      id: failed.id,
      error: `the child ended (${signal ?? code}): ${this.stderr.trim()}`,
    });
    if (rest.length === 0) return;
    this.launch();
    for (const { line } of rest) this.process.stdin.write(line);
  }

  play(program) {
    if (this.process === null) this.launch();
    const id = ++this.last;
    const line = `${JSON.stringify({ id, program })}\n`;
    return new Promise((resolve) => {
      this.waiting.push({ id, line, resolve });
      this.process.stdin.write(line);
    });
  }

  stop() {
    const { process } = this;
    this.process = null;
    process?.stdin.end();
  }
}
