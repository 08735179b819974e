// A child whose engine is npm yjs itself: proves that the driver is sound. `--plant=NAME` makes it
// wrong in one way: proves that the driver can fail.
import '../support/virtual_time.mjs';
import { createInterface } from 'node:readline';
import * as Y from 'yjs';
import { playProgram } from '../support/session.mjs';

const PLANTS = {
  surrogates: () => {
    const splice = Y.ContentString.prototype.splice;
    Y.ContentString.prototype.splice = function (offset) {
      const whole = this.str;
      const right = splice.call(this, offset);
      this.str = whole.slice(0, offset);
      right.str = whole.slice(offset);
      return right;
    };
  },
  push: () => {
    Y.Array.prototype.push = function (values) {
      this.insert(this.length, values);
    };
  },
  cleanup: () => {
    const observe = Y.Text.prototype._callObserver;
    Y.Text.prototype._callObserver = function (transaction, subs) {
      observe.call(this, transaction, subs);
      transaction._needFormattingCleanup = false;
    };
  },
  crash: () => {
    const insert = Y.Text.prototype.insertEmbed;
    Y.Text.prototype.insertEmbed = function (index, ...rest) {
      if (index === 3) process.abort();
      insert.call(this, index, ...rest);
    };
  },
};

const plant = process.argv.find((arg) => arg.startsWith('--plant='));
if (plant) PLANTS[plant.split('=')[1]]();

for await (const line of createInterface({ input: process.stdin })) {
  const { id, program } = JSON.parse(line);
  let answer;
  try {
    answer = { id, trace: playProgram(program) };
  } catch (error) {
    answer = { id, error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
