// The WebSocket transport frame by frame: what is accepted, what closes it and with which code.
import { closePayload, encodeFrame, OP } from "../../wire/lib/frames.mjs";

export const transports = ["raw"];

const joinedWith = (query) => async (t) => (await t.ws("raw", { query })).join();
const joined = (t) => joinedWith(undefined)(t);

const text = (payload, more = {}) => encodeFrame({ opcode: OP.TEXT, payload, ...more });
const continued = (payload, more = {}) => encodeFrame({ opcode: OP.CONT, payload, ...more });
const ping = (payload) => encodeFrame({ opcode: OP.PING, payload });

// Sends the bytes, shows everything until the end and why the server thinks it ended.
const fatal = (...parts) => async (t) => {
  const ws = await joined(t);
  ws.ws.raw(Buffer.concat(parts));
  await ws.drain();
  await t.observer.report("disconnect");
};

const fine = (...parts) => async (t) => {
  const ws = await joined(t);
  ws.ws.raw(Buffer.concat(parts));
  await ws.fence();
};

const fatalCases = [
  ["reserved bit 1", text("3", { rsv: 4 })],
  ["reserved bit 2", text("3", { rsv: 2 })],
  ["reserved bit 3", text("3", { rsv: 1 })],
  ["reserved opcode 3", encodeFrame({ opcode: 3, payload: "3" })],
  ["reserved opcode 7", encodeFrame({ opcode: 7, payload: "3" })],
  ["reserved opcode 11", encodeFrame({ opcode: 11, payload: "3" })],
  ["an unmasked frame", text("3", { masked: false })],
  ["an unmasked empty frame", text("", { masked: false })],
  ["a fragmented ping", encodeFrame({ opcode: OP.PING, fin: false, payload: "x" })],
  ["a fragmented close", encodeFrame({ opcode: OP.CLOSE, fin: false, payload: closePayload(1000) })],
  ["a ping of 126 bytes", encodeFrame({ opcode: OP.PING, payload: "x".repeat(126) })],
  ["a close of 126 bytes", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(1000, "x".repeat(124)) })],
  ["a continuation of nothing", continued("3")],
  ["a message inside a fragmented one", text("42", { fin: false }), text("3")],
  ["bad UTF-8", text(Buffer.from([0x34, 0xff]))],
  ["an overlong letter", text(Buffer.from([0x34, 0xc0, 0x80]))],
  ["a surrogate in UTF-8", text(Buffer.from([0x34, 0xed, 0xa0, 0x80]))],
  ["beyond the last letter", text(Buffer.from([0x34, 0xf4, 0x90, 0x80, 0x80]))],
  ["a letter cut short", text(Buffer.from([0x34, 0xe2, 0x82]))],
  [
    "bad UTF-8 across fragments",
    text(Buffer.from([0x34, 0xe2]), { fin: false }),
    continued(Buffer.from([0x28, 0xa1])),
  ],
  ["close without code", encodeFrame({ opcode: OP.CLOSE })],
  ["close 1000", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(1000, "bye") })],
  ["close 1001", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(1001) })],
  ["close 3000", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(3000) })],
  ["close 4999", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(4999, "é") })],
  ["close 1005, which is never sent", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(1005) })],
  ["close 1006, which is never sent", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(1006) })],
  ["close 999", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(999) })],
  ["close 1016", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(1016) })],
  ["close 5000", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(5000) })],
  ["close with more behind it", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(1000) }), text("3"), ping("x")],
  ["close with one byte", encodeFrame({ opcode: OP.CLOSE, payload: Buffer.from([3]) })],
  ["close with bad UTF-8", encodeFrame({ opcode: OP.CLOSE, payload: closePayload(1000, Buffer.from([0xff])) })],
  ["an Engine.IO packet of unknown type", text("7")],
  ["an Engine.IO packet of a letter", text("x")],
  ["an empty message", text("")],
];

const fineCases = [
  ["ping, answered with its payload", ping("are you there?")],
  ["empty ping", ping("")],
  ["ping of 125 bytes", ping("x".repeat(125))],
  ["unsolicited pong", encodeFrame({ opcode: OP.PONG, payload: "x" })],
  ["two fragments", text('42["ec', { fin: false }), continued('ho",1]')],
  ["fragments of one byte", ...[...'42["echo",1]'].map((c, i) => (i ? continued : text)(c, { fin: i === 11 }))],
  ["empty fragments", text("", { fin: false }), continued("", { fin: false }), continued('42["echo",1]')],
  ["ping between fragments", text('42["ec', { fin: false }), ping("x"), continued('ho",1]')],
  [
    "a letter across fragments",
    text(Buffer.concat([Buffer.from('42["echo","'), Buffer.from([0xe2, 0x82])]), { fin: false }),
    continued(Buffer.concat([Buffer.from([0xac]), Buffer.from('"]')])),
  ],
  ["a zero mask", text('42["echo",1]', { key: Buffer.alloc(4) })],
  ["several frames in one write", text('42["echo",1]'), text('42["echo",2]'), text('42["echo",3]')],
  [
    "fragmented binary",
    text('451-["echo",{"_placeholder":true,"num":0}]'),
    encodeFrame({ opcode: OP.BINARY, fin: false, payload: Buffer.from([1, 2]) }),
    continued(Buffer.from([3])),
  ],
  ["Engine.IO packets a client does not send: open, upgrade, noop", text("0"), text("5"), text("6")],
  ["Engine.IO close packet: ignored", text("1")],
];

export const cases = [
  ...fatalCases.map(([name, ...parts]) => ({ name, run: fatal(...parts) })),
  ...fineCases.map(([name, ...parts]) => ({ name, run: fine(...parts) })),
  {
    name: "b64 in the query: binary as text",
    async run(t) {
      const ws = await joinedWith("EIO=4&transport=websocket&b64=1")(t);
      ws.send('42["bytes",4]');
      await ws.recv(2);
      ws.send('451-["echo",{"_placeholder":true,"num":0}]');
      ws.send("bAQIDBA==");
      await ws.recv(2);
    },
  },
  {
    name: "binary as text without b64",
    async run(t) {
      const ws = await joined(t);
      ws.send('451-["echo",{"_placeholder":true,"num":0}]');
      ws.send("bAQIDBA==");
      await ws.recv(2);
    },
  },
  {
    name: "frames cut into bytes",
    async run(t) {
      const ws = await joined(t);
      for (const byte of text('42["echo","slowly"]')) ws.ws.raw(Buffer.from([byte]));
      await ws.recv();
    },
  },
  {
    name: "the connection lost",
    async run(t) {
      const ws = await joined(t);
      ws.ws.destroy();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "the connection reset",
    async run(t) {
      const ws = await joined(t);
      ws.ws.connection.socket.resetAndDestroy();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "half closed by the client",
    async run(t) {
      const ws = await joined(t);
      ws.ws.connection.socket.end();
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "socket.disconnect(true)",
    async run(t) {
      const ws = await joined(t);
      ws.send('42["disconnect me",true]');
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "socket.disconnect(false)",
    async run(t) {
      const ws = await joined(t);
      ws.send('42["disconnect me",false]');
      await ws.recv(2);
      await t.observer.report("disconnect");
      ws.send("40");
      await ws.recv();
    },
  },
  {
    name: "volatile: dropped while a write is under way",
    async run(t) {
      const ws = await joined(t);
      ws.send('42["volatile burst",3]');
      await ws.fence();
    },
  },
  {
    name: "lengths around the borders of the frame header",
    async run(t) {
      const ws = await joined(t);
      for (const length of [125, 126, 127, 65535, 65536]) {
        ws.ws.text(`42["echo","${"x".repeat(length - 13)}"]`);
        const frame = await ws.ws.next();
        t.log(`${frame.payload.length} ${frame.fin} ${frame.masked}`);
      }
    },
  },
];
