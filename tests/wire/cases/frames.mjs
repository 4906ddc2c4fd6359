// WebSocket frames against the rules of RFC 6455: the close code for each breach, and what is no breach.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { closePayload, encodeFrame, OP } from "../lib/frames.mjs";

const text = (payload, more = {}) => encodeFrame({ opcode: OP.TEXT, payload, ...more });
const continued = (payload, more = {}) => encodeFrame({ opcode: OP.CONT, payload, ...more });
const control = (opcode, payload, more = {}) => encodeFrame({ opcode, payload, ...more });
const close = (code, reason) => control(OP.CLOSE, closePayload(code, reason));

const closes = (code, ...parts) => async (t) => {
  const ws = await t.joined();
  ws.raw(Buffer.concat(parts));
  await t.expectClose(ws, code);
};

const badText = {
  "a lone continuation byte": [0x80],
  "0xff": [0xff],
  "an overlong slash": [0xc0, 0xaf],
  "an overlong NUL": [0xc0, 0x80],
  "an overlong three-byte form": [0xe0, 0x80, 0xaf],
  "a surrogate": [0xed, 0xa0, 0x80],
  "a letter beyond the last": [0xf4, 0x90, 0x80, 0x80],
  "a five-byte form": [0xf8, 0x88, 0x80, 0x80, 0x80],
  "a letter cut short": [0xe2, 0x82],
};

const breaches = [
  ...[1, 2, 4, 7].map((rsv) => [`reserved bits ${rsv}`, 1002, text("3", { rsv })]),
  ["reserved bits on a continuation", 1002, text("4", { fin: false }), continued("2", { rsv: 4 })],
  ["reserved bits on a ping", 1002, control(OP.PING, "", { rsv: 4 })],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [`reserved opcode ${opcode}`, 1002, control(opcode, "3")]),
  ["an unmasked text", 1002, text("3", { masked: false })],
  ["an unmasked ping", 1002, control(OP.PING, "", { masked: false })],
  ["a fragmented ping", 1002, control(OP.PING, "x", { fin: false })],
  ["a fragmented pong", 1002, control(OP.PONG, "x", { fin: false })],
  ["a fragmented close", 1002, control(OP.CLOSE, closePayload(1000), { fin: false })],
  ["a ping of 126 bytes", 1002, control(OP.PING, "x".repeat(126))],
  ["a pong of 126 bytes", 1002, control(OP.PONG, "x".repeat(126))],
  ["a close of 126 bytes", 1002, control(OP.CLOSE, closePayload(1000, "x".repeat(124)))],
  ["a ping of 70000 bytes", 1002, control(OP.PING, "x".repeat(70000))],
  ["a continuation of nothing", 1002, continued("3")],
  ["a continuation after a whole message", 1002, text("3"), continued("3")],
  ["a text inside a fragmented text", 1002, text("4", { fin: false }), text("3")],
  ["a binary inside a fragmented text", 1002, text("4", { fin: false }), encodeFrame({ opcode: OP.BINARY, payload: "x" })],
  ...Object.entries(badText).map(([name, bytes]) => [`a text with ${name}`, 1007, text(Buffer.from([0x34, ...bytes]))]),
  [
    "bad UTF-8 over three fragments",
    1007,
    text(Buffer.from([0x34, 0xe2]), { fin: false }),
    continued(Buffer.from([0x82]), { fin: false }),
    continued(Buffer.from([0x28])),
  ],
  ["a close reason with bad UTF-8", 1007, control(OP.CLOSE, closePayload(1000, Buffer.from([0xff])))],
  ["a close of one byte", 1002, control(OP.CLOSE, Buffer.from([3]))],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535].map((code) => [`close code ${code}`, 1002, close(code)]),
  ["a message above the limit", 1009, text("4".repeat(2001))],
  ["a binary message above the limit", 1009, encodeFrame({ opcode: OP.BINARY, payload: Buffer.alloc(2001) })],
  ["only the head of a huge message", 1009, text("", { length: 2 ** 50 }).subarray(0, 14)],
  ["fragments above the limit together", 1009, text("4".repeat(1500), { fin: false }), continued("4".repeat(501))],
];

const goodbyes = [
  ["without code", undefined, control(OP.CLOSE, "")],
  ...[1000, 1001, 1003, 1007, 1008, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map((code) => [`${code}`, code, close(code)]),
  ["1000 with a reason", 1000, close(1000, "tschüß")],
];

export const cases = [
  ...breaches.map(([name, code, ...parts]) => ({
    name: `${code}: ${name}`,
    options: ["--max-payload", "2000"],
    run: closes(code, ...parts),
  })),
  ...goodbyes.map(([name, code, ...parts]) => ({ name: `close ${name} is answered in kind`, run: closes(code, ...parts) })),
  {
    name: "nothing is heard after a close frame",
    async run(t) {
      const ws = await t.joined();
      ws.raw(Buffer.concat([close(1000), text('42["message","after"]')]));
      await t.expectClose(ws, 1000);
    },
  },
  {
    name: "nothing is heard after a breach",
    async run(t) {
      const ws = await t.joined();
      ws.raw(Buffer.concat([text("3", { rsv: 1 }), text('42["message","after"]')]));
      await t.expectClose(ws, 1002);
    },
  },
  {
    name: "a breach right behind an event still has its close code",
    async run(t) {
      const ws = await t.joined();
      ws.raw(Buffer.concat([text('42["message","before"]'), text("3", { rsv: 1 })]));
      const frame = await ws.next();
      if (frame.opcode === OP.TEXT) {
        assert.equal(frame.payload.toString(), '42["message-back","before"]');
        await t.expectClose(ws, 1002);
      } else {
        assert.equal(frame.payload.readUInt16BE(0), 1002);
      }
    },
  },
  {
    name: "pings are answered with their payload, also between fragments",
    async run(t) {
      const ws = await t.joined();
      ws.raw(Buffer.concat([text('42["mess', { fin: false }), control(OP.PING, "in between"), continued('age",1]')]));
      await t.expectFrame(ws, `opcode 10 ${Buffer.from("in between").toString("hex")}`);
      await t.expectFrame(ws, 'text 42["message-back",1]');
    },
  },
  {
    name: "every length of a frame header",
    options: ["--max-payload", "200000"],
    async run(t) {
      const ws = await t.joined();
      for (const length of [0, 1, 124, 125, 126, 127, 128, 4095, 4096, 4097, 65535, 65536, 65537, 131072]) {
        const payload = "x".repeat(length);
        ws.text(`42["message","${payload}"]`);
        assert.equal((await ws.next()).payload.toString(), `42["message-back","${payload}"]`, `${length}`);
      }
    },
  },
  {
    name: "a message in a thousand fragments, empty ones among them",
    async run(t) {
      const ws = await t.joined();
      const message = `42["message","${"y".repeat(1000)}"]`;
      const parts = [text("", { fin: false })];
      for (const letter of message) parts.push(continued(letter, { fin: false }), continued("", { fin: false }));
      parts.push(continued(""));
      ws.raw(Buffer.concat(parts));
      assert.equal((await ws.next()).payload.toString(), message.replace("message", "message-back"));
    },
  },
  {
    name: "frames cut at every byte",
    async run(t) {
      const ws = await t.joined();
      const frame = text('42["message","cut"]');
      for (let i = 1; i < frame.length; i++) {
        ws.raw(frame.subarray(0, i));
        await new Promise(setImmediate);
        ws.raw(frame.subarray(i));
        await t.expectFrame(ws, 'text 42["message-back","cut"]');
      }
    },
  },
  {
    name: "letters cut across fragments",
    async run(t) {
      const ws = await t.joined();
      const bytes = Buffer.from('42["message","é€😀"]');
      for (let i = 1; i < bytes.length; i++) {
        ws.raw(Buffer.concat([text(bytes.subarray(0, i), { fin: false }), continued(bytes.subarray(i))]));
        await t.expectFrame(ws, 'text 42["message-back","é€😀"]');
      }
    },
  },
  {
    name: "the connection lost inside a frame",
    async run(t) {
      for (const cut of [1, 2, 5, 8]) {
        const ws = await t.joined();
        ws.raw(text('42["message","lost"]').subarray(0, cut));
        ws.destroy();
      }
    },
  },
  {
    name: "random bytes after the handshake",
    async run(t) {
      for (let i = 0; i < 50; i++) {
        const ws = await t.opened();
        ws.raw(randomBytes(200));
        ws.connection.socket.end();
        while (await ws.next());
      }
    },
  },
  {
    name: "frames with random damage",
    async run(t) {
      for (let i = 0; i < 100; i++) {
        const ws = await t.opened();
        const bytes = Buffer.concat([text("40"), text('42["message","a"]'), control(OP.PING, "x"), text("41")]);
        bytes[randomBytes(1)[0] % bytes.length] ^= 1 << (i & 7);
        ws.raw(bytes);
        ws.connection.socket.end();
        while (await ws.next());
      }
    },
  },
];
