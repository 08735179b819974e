// Strangers who break the rules, each in a room where others are at work: who does is told why and
// sent away, the others notice nothing, the log names it, and memory stays bounded.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import * as encoding from 'lib0/encoding';
import { HClient, synced, until, YClient } from './clients.mjs';
import { frame, OPCODE, RawSocket } from './raw_socket.mjs';
import { Server } from './server.mjs';

const ROOM = 'besieged';
const Y_PATH = `/yjs/${ROOM}`;
const H_PATH = '/hocuspocus';

const message = (...write) => {
  const encoder = encoding.createEncoder();
  for (const part of write) {
    if (typeof part === 'number') encoding.writeVarUint(encoder, part);
    else if (typeof part === 'string') encoding.writeVarString(encoder, part);
    else encoding.writeVarUint8Array(encoder, part);
  }
  return Buffer.from(encoding.toUint8Array(encoder));
};
const binary = (...write) => frame(OPCODE.binary, message(...write));
const token = binary(ROOM, 2, 0, 'token');

const GARBAGE = Buffer.from('these are no bytes that mean anything to anybody');
// A count that promises what is not there.
const HUGE_COUNT = Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 15]);

const WIRE = [
  ['a frame without a mask', frame(OPCODE.binary, Buffer.alloc(3), { isMasked: false }), 1002],
  ['an unknown opcode', frame(7, Buffer.alloc(3)), 1002],
  ['reserved bits', Buffer.from([0xf2, 0x80, 0, 0, 0, 0]), 1002],
  ['a continuation of nothing', frame(OPCODE.continuation, Buffer.alloc(3)), 1002],
  ['text that is not UTF-8', frame(OPCODE.text, Buffer.from([0x61, 0xff, 0x62])), 1007],
  ['text', frame(OPCODE.text, Buffer.from('hello')), 1003],
  ['a frame larger than allowed', frame(OPCODE.binary, Buffer.alloc(0), { claims: 2 ** 40 }), 1009],
  ['a long ping', frame(OPCODE.ping, Buffer.alloc(126)), 1002],
];

const Y_MESSAGES = [
  ['garbage', () => frame(OPCODE.binary, Buffer.concat([Buffer.from([0]), GARBAGE]))],
  ['an empty message', () => frame(OPCODE.binary, Buffer.alloc(0))],
  ['a sync message that ends early', () => frame(OPCODE.binary, Buffer.from([0, 2, 200, 1, 5]))],
  ['an update that is none', () => binary(0, 2, GARBAGE)],
  ['an update that claims a billion structs', () => binary(0, 2, HUGE_COUNT)],
  ['a state vector that ends early', () => binary(0, 0, Uint8Array.from([9, 1]))],
  ['awareness that is not JSON', () => binary(1, message(1, 7, 1, '{"a":'))],
  ['awareness that ends early', () => binary(1, Uint8Array.from([200, 1]))],
];

// After the token, about a document that is open: that document ends with a reason.
const H_MESSAGES = [
  ['an update that is none', () => binary(ROOM, 0, 2, GARBAGE)],
  ['a sync message that ends early', () => binary(ROOM, 0, 2, 100)],
  ['what only servers may say', () => binary(ROOM, 6, 'to everybody')],
];

// About no document: the socket closes.
const H_SOCKET = [
  ['garbage', () => frame(OPCODE.binary, Buffer.concat([Buffer.from([250]), GARBAGE]))],
  ['an empty message', () => frame(OPCODE.binary, Buffer.alloc(0))],
];

// A name of 600 bytes is above max-room-name-bytes.
const ROOMS = [
  ['too long', `/yjs/${'x'.repeat(600)}`, 414],
  ['not UTF-8', '/yjs/%ff%fe', 400],
  ['with a zero byte', '/yjs/a%00b', 400],
  ['badly escaped', '/yjs/%zz', 400],
  ['empty', '/yjs/', 400],
];

// Client 1 puts one value of so many arrays around each other into an array.
const nestedValue = (depth) =>
  Uint8Array.from([
    1,
    1,
    1,
    0,
    8,
    1,
    1,
    97,
    1,
    ...Array(depth - 1)
      .fill([117, 1])
      .flat(),
    117,
    0,
    0,
  ]);

// Client 1 puts an array into a root, and each further one into the one before.
const nestedTypes = (depth) => {
  const encoder = encoding.createEncoder();
  const put = (...numbers) => numbers.forEach((n) => encoding.writeVarUint(encoder, n));
  put(1, depth, 1, 0, 7, 1);
  encoding.writeVarString(encoder, 'r');
  put(0);
  for (let clock = 0; clock < depth - 1; clock++) put(7, 0, 1, clock, 0);
  put(0);
  return encoding.toUint8Array(encoder);
};

// To a state vector: a message of y-sync that brings what the asker lacks.
const isAnswer = ({ payload }) => payload[0] === 0 && payload[1] === 1;

const residentMegabytes = ({ process }) =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${process.pid}/status`, 'utf8'))[1]) / 1024;

describe('a server among strangers', { timeout: 120_000 }, () => {
  const server = new Server();
  const workers = [];
  before(async () => {
    await server.start();
    workers.push(new YClient(server, ROOM), new HClient(server, ROOM));
    await synced(...workers);
  });
  after(() => {
    workers.forEach((w) => w.destroy());
    return server.dispose();
  });

  // Both workers hear each other on the connections that they had.
  let count = 0;
  const areAtWork = async () => {
    for (const worker of workers) worker.doc.getMap('m').set(worker.kind, ++count);
    await until(
      () => workers.every((w) => workers.every((v) => w.doc.getMap('m').get(v.kind) >= count - 1)),
      'the others heard each other',
    );
    assert.deepEqual(
      workers.map((w) => w.closes.length),
      [0, 0],
      'the others kept their connections',
    );
  };

  const logs = (event) =>
    until(
      () => server.output.includes(`event=${event}`),
      () => `event=${event} in the log: ${server.output}`,
    );

  for (const [what, bytes, code] of WIRE) {
    test(`closes ${what} with ${code}`, async () => {
      for (const path of [Y_PATH, H_PATH]) {
        const raw = await RawSocket.open(server, path);
        raw.write(bytes);
        const farewell = await raw.ended();
        assert.equal(farewell?.code, code);
        assert.notEqual(farewell.reason, '');
      }
      await areAtWork();
      await logs('protocol_violation');
    });
  }

  for (const [what, make] of Y_MESSAGES) {
    test(`closes a y-websocket peer for ${what}`, async () => {
      const raw = await RawSocket.open(server, Y_PATH);
      raw.write(make());
      const farewell = await raw.ended();
      assert.equal(farewell?.code, 4400);
      assert.notEqual(farewell.reason, '');
      await areAtWork();
      await logs('malformed');
    });
  }

  for (const [what, make] of H_MESSAGES) {
    test(`ends a Hocuspocus document for ${what}`, async () => {
      const raw = await RawSocket.open(server, H_PATH);
      raw.write(token);
      await raw.until(() => raw.messages.length > 0);
      raw.write(make());
      const isClose = ({ payload }) => payload[1 + ROOM.length] === 7;
      await raw.until(() => raw.messages.some(isClose) || raw.isOver);
      assert.match(String(raw.messages.find(isClose).payload), /malformed|denied/);
      raw.socket.destroy();
      await areAtWork();
    });
  }

  for (const [what, make] of H_SOCKET) {
    test(`closes a Hocuspocus socket for ${what}`, async () => {
      const raw = await RawSocket.open(server, H_PATH);
      raw.write(make());
      assert.equal((await raw.ended())?.code, 4400);
      await areAtWork();
    });
  }

  for (const [what, path, status] of ROOMS) {
    test(`refuses a room name that is ${what}`, async () => {
      const raw = await RawSocket.open(server, path);
      assert.equal(raw.status, status);
      await areAtWork();
    });
  }

  test('denies a Hocuspocus document whose name is too long', async () => {
    const raw = await RawSocket.open(server, H_PATH);
    raw.write(binary('x'.repeat(600), 2, 0, 'token'));
    await raw.until(() => raw.messages.length > 0 || raw.isOver);
    assert.match(String(raw.messages[0].payload), /max-room-name-bytes/);
    raw.socket.destroy();
    await areAtWork();
  });

  // What somebody may have us hold before they have said who they are: docs/operating.md.
  test('holds no more of a message than is allowed before authentication', async () => {
    const raw = await RawSocket.open(server, H_PATH);
    raw.write(frame(OPCODE.binary, Buffer.alloc(1024), { claims: 6 << 20 }));
    assert.equal((await raw.ended())?.code, 1009);
  });

  test('closes who says too much before the token', async () => {
    const raw = await RawSocket.open(server, H_PATH);
    for (let n = 0; n < 8; n++) raw.write(binary(ROOM, 0, 2, new Uint8Array(1 << 20)));
    assert.equal((await raw.ended())?.code, 4205);
    await areAtWork();
  });

  // 40 strangers with 4 MB each of a message that never ends, thrice.
  test('takes values up to max-nesting and refuses deeper ones', async () => {
    const open = () => RawSocket.open(server, '/yjs/values');
    for (const depth of [257, 100_000]) {
      const raw = await open();
      raw.write(binary(0, 2, nestedValue(depth)));
      const farewell = await raw.ended();
      assert.equal(farewell?.code, 4413);
      assert.match(farewell.reason, /max-nesting/);
    }
    await logs('over_limit');
    const raw = await open();
    const update = nestedValue(256);
    raw.write(binary(0, 2, update));
    raw.write(binary(0, 0, Uint8Array.of(0)));
    await raw.until(() => raw.messages.some(isAnswer) || raw.isOver);
    assert.ok(raw.messages.findLast(isAnswer).payload.subarray(-update.length).equals(update));
    raw.socket.destroy();
    await areAtWork();
  });

  test('is not impressed by types that nest without end', async () => {
    const update = nestedTypes(100_000);
    const writer = await RawSocket.open(server, '/yjs/types');
    writer.write(binary(0, 2, update));
    writer.write(binary(0, 0, Uint8Array.of(0)));
    await writer.until(() => writer.messages.some(isAnswer) || writer.isOver);
    const answer = writer.messages.findLast(isAnswer);
    assert.ok(answer.payload.subarray(-update.length).equals(update), 'all of it is there');
    // The outermost is deleted, and all that is in it.
    writer.write(binary(0, 2, Uint8Array.from([0, 1, 1, 1, 0, 1])));
    writer.write(frame(OPCODE.close, Buffer.from([3, 232])));
    assert.equal((await writer.ended())?.code, 1000);
    const reader = new YClient(server, 'types');
    await synced(reader);
    assert.equal(reader.doc.getArray('r').length, 0);
    reader.destroy();
    await areAtWork();
  });

  test('gives the memory of strangers back', async () => {
    const before_ = residentMegabytes(server);
    const half = frame(OPCODE.binary, Buffer.alloc(4 << 20), { claims: 5 << 20 });
    for (let round = 0; round < 3; round++) {
      const strangers = await Promise.all(
        Array.from({ length: 40 }, () => RawSocket.open(server, Y_PATH)),
      );
      for (const raw of strangers) raw.write(half);
      await Promise.all(
        strangers.map((raw) => until(() => raw.socket.writableLength === 0, 'all written')),
      );
      await areAtWork();
      strangers.forEach((raw) => raw.socket.destroy());
    }
    await until(
      () => residentMegabytes(server) < before_ + 40,
      () => `${before_} MB before, now ${residentMegabytes(server)} MB`,
    );
  });

  test('has kept nothing of all that', async () => {
    await areAtWork();
    const reader = new YClient(server, ROOM);
    await synced(reader);
    assert.deepEqual([...reader.doc.share.keys()], ['m']);
    reader.destroy();
  });
});
