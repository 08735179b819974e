// A WebSocket client that says exactly the bytes it is told to, as no library would.
import net from 'node:net';
import { once } from 'node:events';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9 };

const lengthOf = (size, isMasked) => {
  const mask = isMasked ? 0x80 : 0;
  if (size < 126) return Buffer.from([mask | size]);
  const head = Buffer.alloc(size < 65536 ? 3 : 9);
  head[0] = mask | (size < 65536 ? 126 : 127);
  if (size < 65536) head.writeUInt16BE(size, 1);
  else head.writeBigUInt64BE(BigInt(size), 1);
  return head;
};

// `claims` is the length in the head, if that is not the payload's.
export const frame = (opcode, payload, { isMasked = true, isFinal = true, claims } = {}) =>
  Buffer.concat([
    Buffer.from([(isFinal ? 0x80 : 0) | opcode]),
    lengthOf(claims ?? payload.length, isMasked),
    Buffer.alloc(isMasked ? 4 : 0), // a mask of zeros
    payload,
  ]);

export class RawSocket {
  // Resolves once the upgrade is answered: `status` is 101, or why there was none.
  static async open(server, path) {
    const raw = new RawSocket(net.connect(server.port, '127.0.0.1'));
    await once(raw.socket, 'connect');
    raw.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await raw.until(() => raw.status !== 0 || raw.isOver);
    return raw;
  }

  constructor(socket) {
    this.socket = socket;
    this.bytes = Buffer.alloc(0);
    this.status = 0;
    this.isOver = false;
    this.messages = []; // {opcode, payload}
    this.farewell = null; // {code, reason}
    this.wakers = [];
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.bytes = Buffer.concat([this.bytes, bytes]);
      this.read();
      this.wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isOver = true;
      this.wake();
    });
  }

  wake() {
    for (const waker of this.wakers.splice(0)) waker();
  }

  async until(condition) {
    while (!condition()) await new Promise((resolve) => this.wakers.push(resolve));
  }

  read() {
    if (this.status === 0) {
      const end = this.bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.status = Number(this.bytes.subarray(9, 12).toString());
      this.bytes = this.bytes.subarray(end + 4);
    }
    while (this.status === 101 && this.readFrame());
  }

  readFrame() {
    const { bytes } = this;
    if (bytes.length < 2) return false;
    let size = bytes[1] & 127;
    let at = 2;
    if (size >= 126) {
      at += size === 126 ? 2 : 8;
      if (bytes.length < at) return false;
      size = size === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    }
    if (bytes.length < at + size) return false;
    const [opcode, payload] = [bytes[0] & 15, bytes.subarray(at, at + size)];
    this.bytes = bytes.subarray(at + size);
    if (opcode === OPCODE.close)
      this.farewell = { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
    else this.messages.push({ opcode, payload });
    return true;
  }

  write(bytes) {
    this.socket.write(bytes);
  }

  // Resolves with how the server said goodbye; null if it only hung up.
  async ended() {
    await this.until(() => this.farewell !== null || this.isOver);
    this.socket.destroy();
    return this.farewell;
  }
}
