// WebSocket frames as bytes, both directions, no I/O. Deliberately able to build wrong frames.
import { randomBytes } from "node:crypto";

export const OP = { CONT: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 };

export function encodeFrame({ opcode, payload = Buffer.alloc(0), fin = true, rsv = 0, masked = true, key, length }) {
  const body = Buffer.from(payload);
  const announced = length === undefined ? body.length : length;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const maskBit = masked ? 0x80 : 0;
  if (announced < 126) {
    head.push(maskBit | Number(announced));
  } else if (announced < 65536) {
    head.push(maskBit | 126, announced >> 8, announced & 255);
  } else {
    const wide = Buffer.alloc(8);
    wide.writeBigUInt64BE(BigInt(announced));
    head.push(maskBit | 127, ...wide);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  const mask = key || randomBytes(4);
  for (let i = 0; i < body.length; i++) body[i] ^= mask[i & 3];
  return Buffer.concat([Buffer.from(head), mask, body]);
}

export function closePayload(code, reason = "") {
  if (code === undefined) return Buffer.alloc(0);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

// Takes one frame off the front of the buffer: { frame, rest }, or null when more bytes are needed.
export function decodeFrame(buffer) {
  if (buffer.length < 2) return null;
  let length = buffer[1] & 0x7f;
  let offset = 2;
  if (length === 126) {
    if (buffer.length < 4) return null;
    length = buffer.readUInt16BE(2);
    offset = 4;
  } else if (length === 127) {
    if (buffer.length < 10) return null;
    length = Number(buffer.readBigUInt64BE(2));
    offset = 10;
  }
  if (buffer[1] & 0x80) offset += 4;
  if (buffer.length < offset + length) return null;
  const frame = {
    fin: !!(buffer[0] & 0x80),
    rsv: (buffer[0] >> 4) & 7,
    opcode: buffer[0] & 15,
    masked: !!(buffer[1] & 0x80),
    payload: buffer.subarray(offset, offset + length),
  };
  return { frame, rest: buffer.subarray(offset + length) };
}
