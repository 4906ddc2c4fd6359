// The plain WebSocket of the conformance program against RFC 6455 and 7692, in the groups of the Autobahn test
// suite (1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragmentation, 6 UTF-8, 7 closing, 9 limits, 10 fragments
// of the client's, 12 and 13 compression): every message comes back as it was sent, every breach has its code.
import assert from "node:assert/strict";
import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";
import { closePayload, encodeFrame, OP } from "../lib/frames.mjs";
import { describeFrame } from "../lib/rawws.mjs";

const MIB = 2 ** 20;
const options = ["--ws-echo", "/ws/:suite"];
const path = "/ws/echo";

const text = (payload, more = {}) => encodeFrame({ opcode: OP.TEXT, payload, ...more });
const binary = (payload, more = {}) => encodeFrame({ opcode: OP.BINARY, payload, ...more });
const continued = (payload, more = {}) => encodeFrame({ opcode: OP.CONT, payload, ...more });
const control = (opcode, payload = "", more = {}) => encodeFrame({ opcode, payload, ...more });
const close = (code, reason) => control(OP.CLOSE, closePayload(code, reason));
const more = { fin: false };
const hex = (payload) => Buffer.from(payload).toString("hex");

async function open(t, headers) {
  const ws = await t.websocket({ path, headers });
  assert.ok(ws.open, "the handshake is accepted");
  return ws;
}

// Sends the parts in one write, or in pieces of `chop` bytes each in a write of its own.
async function send(ws, parts, chop) {
  const bytes = Buffer.concat(parts);
  if (!chop) return ws.raw(bytes);
  ws.connection.socket.setNoDelay(true);
  for (let at = 0; at < bytes.length; at += chop) {
    ws.raw(bytes.subarray(at, at + chop));
    await new Promise(setImmediate);
  }
}

// The frames that come back, as describeFrame() writes them; a number is a close frame with that code and the end.
const exchange = (parts, expected, { chop } = {}) => async (t) => {
  const ws = await open(t);
  await send(ws, parts, chop);
  for (const one of expected) {
    if (typeof one === "number" || one === undefined) await t.expectClose(ws, one);
    else await t.expectFrame(ws, one);
  }
};

async function expectMessage(ws, opcode, payload) {
  const frame = await ws.next(20000);
  assert.ok(frame, "a message, not the end of the connection");
  assert.equal(frame.opcode, opcode, `not ${describeFrame(frame).slice(0, 80)}`);
  assert.ok(frame.fin && !frame.rsv, "one whole frame");
  assert.ok(frame.payload.equals(Buffer.from(payload)), "the same bytes");
}

// ---- 1: text and binary messages of every kind of length, whole and chopped

const lengths = [0, 125, 126, 127, 128, 65535, 65536];
const framing = [text, binary].flatMap((encode, kind) => {
  const opcode = kind ? OP.BINARY : OP.TEXT;
  const one = (length, chop) => ({
    name: `1.${kind + 1} ${kind ? "binary" : "text"} of ${length} bytes${chop ? ` in pieces of ${chop}` : ""}`,
    async run(t) {
      const ws = await open(t);
      const payload = Buffer.alloc(length, kind ? 0xfe : "*");
      await send(ws, [encode(payload)], chop);
      await expectMessage(ws, opcode, payload);
      ws.close(1000);
      await t.expectClose(ws, 1000);
    },
  });
  return [...lengths.map((length) => one(length)), one(65536, 997), one(200, 1)];
});

// ---- 2 to 5: control frames, reserved bits and opcodes, fragmentation

const pong = (payload) => `opcode 10 ${hex(payload)}`;
const largePing = "p".repeat(125);
const reservedOpcodes = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];

const rules = {
  "2.1 a ping without payload": [[control(OP.PING)], [pong("")]],
  "2.2 a ping with text": [[control(OP.PING, "Hello")], [pong("Hello")]],
  "2.3 a ping with binary": [[control(OP.PING, Buffer.from([0, 255, 254, 1]))], [`opcode 10 00fffe01`]],
  "2.4 a ping of 125 bytes": [[control(OP.PING, largePing)], [pong(largePing)]],
  "2.5 a ping of 126 bytes": [[control(OP.PING, "p".repeat(126))], [1002]],
  "2.6 a ping of 125 bytes, byte by byte": [[control(OP.PING, largePing)], [pong(largePing)], { chop: 1 }],
  "2.7 an unsolicited pong": [[control(OP.PONG), control(OP.PING, "x")], [pong("x")]],
  "2.8 an unsolicited pong with payload": [[control(OP.PONG, "abc"), text("after")], ["text after"]],
  "2.9 a pong, then a ping": [[control(OP.PONG, "abc"), control(OP.PING, "x")], [pong("x")]],
  "2.10 ten pings": [[..."0123456789"].map((n) => control(OP.PING, n)), [..."0123456789"].map(pong)],
  "2.11 ten pings, byte by byte": [[..."0123456789"].map((n) => control(OP.PING, n)), [..."0123456789"].map(pong), { chop: 1 }],
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((rsv) => [`3.${rsv} reserved bits ${rsv}`, [[text("*", { rsv })], [1002]]])),
  "3.8 a message before reserved bits": [[text("first"), text("*", { rsv: 2 }), control(OP.PING)], ["text first", 1002]],
  "3.9 the same byte by byte": [[text("first"), text("*", { rsv: 2 })], ["text first", 1002], { chop: 1 }],
  "3.10 reserved bits of a ping": [[control(OP.PING, "x", { rsv: 1 })], [1002]],
  "3.11 reserved bits of a close": [[control(OP.CLOSE, closePayload(1000), { rsv: 4 })], [1002]],
  ...Object.fromEntries(reservedOpcodes.map((opcode) => [`4 opcode ${opcode}`, [[text("first"), control(opcode, "x"), control(OP.PING)], ["text first", 1002]]])),
  "5.1 a ping in two fragments": [[control(OP.PING, "x", more), continued("y")], [1002]],
  "5.2 a pong in two fragments": [[control(OP.PONG, "x", more), continued("y")], [1002]],
  "5.3 a text in two fragments": [[text("frag1", more), continued("frag2")], ["text frag1frag2"]],
  "5.4 in two writes": [[text("frag1", more), continued("frag2")], ["text frag1frag2"], { chop: 11 }],
  "5.5 byte by byte": [[text("frag1", more), continued("frag2")], ["text frag1frag2"], { chop: 1 }],
  "5.6 a ping between fragments": [[text("frag1", more), control(OP.PING, "between"), continued("frag2")], [pong("between"), "text frag1frag2"]],
  "5.7 the same, byte by byte": [[text("frag1", more), control(OP.PING, "between"), continued("frag2")], [pong("between"), "text frag1frag2"], { chop: 1 }],
  "5.9 a continuation of nothing": [[continued("x"), text("y")], [1002]],
  "5.10 a continuation of nothing, unfinished": [[continued("x", more), text("y")], [1002]],
  "5.12 a continuation behind a whole text": [[text("a"), continued("b", more)], ["text a", 1002]],
  "5.15 a message, then a continuation of nothing": [[text("a", more), continued("b"), continued("c", more), text("d")], ["text ab", 1002]],
  "5.18 a second text inside of the first": [[text("a", more), text("b")], [1002]],
  "5.19 five fragments, pings among them": [
    [text("1", more), continued("2", more), control(OP.PING, "p1"), continued("3", more), continued("4", more), control(OP.PING, "p2"), continued("5")],
    [pong("p1"), pong("p2"), "text 12345"],
  ],
  "5.20 the same, byte by byte": [
    [text("1", more), continued("2", more), control(OP.PING, "p1"), continued("3", more), control(OP.PING, "p2"), continued("5")],
    [pong("p1"), pong("p2"), "text 1235"],
    { chop: 1 },
  ],
  "5.21 empty fragments": [[text("", more), continued("", more), continued("")], ["text "]],
  "5.22 a close between fragments": [[text("1", more), close(1000)], [1000]],
};

// ---- 6: UTF-8: good texts come back, bad ones fail at the first byte that can't go on

const good = {
  "6.2 Hello-µ@ßöäüàá-UTF-8!!": Buffer.from("Hello-µ@ßöäüàá-UTF-8!!"),
  "6.5 κόσμε": Buffer.from("κόσμε"),
  "6.7 the first of each length": Buffer.from("\u0000\u0080\u0800\u{10000}"),
  "6.9 the last of each length": Buffer.from("\u007f\u07ff\uffff\u{10ffff}"),
  "6.11 around the surrogates": Buffer.from("\ud7ff\ue000\ufffd"),
  "6.22 noncharacters": Buffer.from("\ufffe\uffff\u{1fffe}\u{10fffe}"),
};
const bad = {
  "6.3 a surrogate in the midst": "cebae1bdb9cf83cebcceb5eda080656469746564",
  "6.6 a letter cut short": "cebae1bd",
  "6.8 a five-byte form": "f888808080",
  "6.8 a six-byte form": "fc8480808080",
  "6.10 0xfe": "fe",
  "6.10 beyond U+10FFFF": "f4908080",
  "6.14 a lone continuation byte": "80",
  "6.16 a row of continuation bytes": "808182",
  "6.17 an overlong slash": "c0af",
  "6.18 an overlong slash of three": "e080af",
  "6.19 an overlong slash of four": "f08080af",
  "6.20 a high surrogate": "eda080",
  "6.21 both surrogates": "eda081edb080",
};
// What a text has come to when it is known to be wrong, and what need not be waited for.
const failFast = {
  "6.4.1 in the second of three fragments": [text("κόσμε", more), continued(Buffer.from("f4908080", "hex"), more)],
  "6.4.2 within a frame whose rest is still to come": [text(Buffer.concat([Buffer.from("κόσμε"), Buffer.from("f49080", "hex"), Buffer.alloc(64)])).subarray(0, 22)],
  "6.4.3 at the first wrong byte of a letter": [text(Buffer.from("cebaf490", "hex"), more)],
};

const utf8 = [
  ...Object.entries(good).flatMap(([name, bytes]) => [
    { name, run: exchange([text(bytes)], [`text ${bytes}`]) },
    { name: `${name}, a fragment per byte`, run: exchange([...[...bytes].map((byte, i) => encodeFrame({ opcode: i ? OP.CONT : OP.TEXT, payload: [byte], fin: false })), continued("")], [`text ${bytes}`]) },
  ]),
  ...Object.entries(bad).flatMap(([name, digits]) => {
    const bytes = Buffer.from(digits, "hex");
    return [
      { name, run: exchange([text(bytes)], [1007]) },
      { name: `${name}, a fragment per byte`, run: exchange([...[...bytes].map((byte, i) => encodeFrame({ opcode: i ? OP.CONT : OP.TEXT, payload: [byte], fin: false })), continued("")], [1007]) },
    ];
  }),
  ...Object.entries(failFast).map(([name, parts]) => ({ name, run: exchange(parts, [1007]) })),
  { name: "6.0 bad UTF-8 in a binary message is nobody's business", run: exchange([binary(Buffer.from("ff", "hex"))], ["binary ff"]) },
];

// ---- 7: closing

const reasonMost = "r".repeat(123);
const closing = {
  "7.1.1 a message, then a close": [[text("Hello"), close(1000)], ["text Hello", 1000]],
  "7.1.2 two closes": [[close(1000), close(1000)], [1000]],
  "7.1.3 a ping behind a close": [[close(1000), control(OP.PING, "x")], [1000]],
  "7.1.4 a text behind a close": [[close(1000), text("x")], [1000]],
  "7.1.5 a close within a fragmented text": [[text("a", more), close(1000), continued("b")], [1000]],
  "7.1.6 256 KiB, then a close, then a ping": [[binary(Buffer.alloc(262144, 7)), close(1000), control(OP.PING)], [`binary ${"07".repeat(262144)}`, 1000]],
  "7.3.1 without payload": [[control(OP.CLOSE)], [undefined]],
  "7.3.2 one byte": [[control(OP.CLOSE, [3])], [1002]],
  "7.3.4 with a reason": [[close(1000, "Hello World!")], ['close 1000 "Hello World!"']],
  "7.3.5 with a reason of 123 bytes": [[close(1000, reasonMost)], [`close 1000 "${reasonMost}"`]],
  "7.3.6 with a reason of 124 bytes": [[close(1000, `${reasonMost}r`)], [1002]],
  "7.5.1 a reason that isn't UTF-8": [[close(1000, Buffer.from("cebaeda080", "hex"))], [1007]],
  ...Object.fromEntries([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map((code) => [`7.7 close code ${code}`, [[close(code)], [code]]])),
  ...Object.fromEntries([0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map((code) => [`7.9 close code ${code}`, [[close(code)], [1002]]])),
};

// ---- 9 and 10: large messages, many fragments, many messages

const large = (name, opcode, total, fragment, chop) => ({
  name,
  async run(t) {
    const ws = await open(t);
    const payload = Buffer.alloc(total, opcode === OP.TEXT ? "BAsd7&jh23" : "\xfe\x00");
    const parts = [];
    for (let at = 0; at < total; at += fragment)
      parts.push(encodeFrame({ opcode: at ? OP.CONT : opcode, payload: payload.subarray(at, at + fragment), fin: at + fragment >= total, key: Buffer.from("mask") }));
    await send(ws, parts, chop);
    await expectMessage(ws, opcode, payload);
  },
});

const limits = [
  ...[OP.TEXT, OP.BINARY].flatMap((opcode) => {
    const kind = opcode === OP.TEXT ? "text" : "binary";
    return [
      ...[65536, 262144, MIB, 4 * MIB, 16 * MIB].map((total) => large(`9.${opcode} ${kind} of ${total} bytes`, opcode, total, total)),
      ...[64, 1024, 65536, MIB].map((fragment) => large(`9.${opcode + 2} ${kind} of 4 MiB in fragments of ${fragment}`, opcode, fragment < 1024 ? MIB : 4 * MIB, fragment)),
      ...[64, 1024].map((chop) => large(`9.${opcode + 4} ${kind} of 1 MiB in writes of ${chop}`, opcode, chop < 1024 ? 65536 : MIB, MIB, chop)),
    ];
  }),
  ...[0, 16, 256].map((length) => ({
    name: `9.7 1000 messages of ${length} bytes`,
    async run(t) {
      const ws = await open(t);
      const payload = "*".repeat(length);
      ws.raw(Buffer.concat(Array.from({ length: 1000 }, () => text(payload))));
      for (let i = 0; i < 1000; i++) await expectMessage(ws, OP.TEXT, payload);
    },
  })),
  {
    name: "9.9 one byte over the limit of 64 MiB",
    run: exchange([binary("", { length: 64 * MIB + 1 }).subarray(0, 14)], [1009]),
  },
  large("10.1 65536 bytes in fragments of 1300", OP.TEXT, 65536, 1300),
];

// ---- 12 and 13: permessage-deflate

// The client's side of it.
class Deflate {
  constructor({ clientBits = 15, serverBits = 15, clientTakeover = true } = {}) {
    this.clientBits = clientBits;
    this.serverBits = serverBits;
    this.takeover = clientTakeover;
  }

  static async run(stream, bytes, flush) {
    const out = [];
    const onData = (chunk) => out.push(chunk);
    stream.on("data", onData);
    await new Promise((resolve, reject) => {
      stream.once("error", reject);
      stream.write(bytes);
      stream.flush(flush, resolve);
    });
    stream.off("data", onData);
    stream.removeAllListeners("error");
    return Buffer.concat(out);
  }

  async compress(bytes) {
    if (!this.takeover || !this.deflate) this.deflate = createDeflateRaw({ windowBits: Math.max(9, this.clientBits) });
    return (await Deflate.run(this.deflate, bytes, constants.Z_SYNC_FLUSH)).subarray(0, -4);
  }

  async inflate(bytes) {
    this.inflater ??= createInflateRaw({ windowBits: this.serverBits });
    return Deflate.run(this.inflater, Buffer.concat([bytes, Buffer.from([0, 0, 255, 255])]), constants.Z_SYNC_FLUSH);
  }
}

async function openDeflate(t, offer, answer) {
  const ws = await open(t, { "Sec-WebSocket-Extensions": offer });
  assert.equal(ws.response.get("sec-websocket-extensions"), answer);
  return ws;
}

const words = (length, seed) => Buffer.from(Array.from({ length }, (_, i) => `${(i * 7919 + seed) % 9973} `).join("")).subarray(0, length);

// Messages of many sizes, `fragment` bytes of the compressed payload in each frame.
async function exchangeCompressed(ws, deflate, sizes, fragment = Infinity) {
  for (const [seed, size] of sizes.entries()) {
    const payload = words(size, seed);
    const packed = await deflate.compress(payload);
    for (let at = 0; at === 0 || at < packed.length; at += fragment)
      ws.frame({ opcode: at ? OP.CONT : OP.TEXT, rsv: at ? 0 : 4, payload: packed.subarray(at, at + fragment), fin: at + fragment >= packed.length });
    const frame = await ws.next();
    const back = frame.rsv === 4 ? await deflate.inflate(frame.payload) : frame.payload;
    assert.ok(frame.opcode === OP.TEXT && back.equals(payload), `message ${seed} of ${size} bytes`);
  }
}

const sizes = [16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072, 1, 0, 40000];
const compressed = (name, offer, answer, settings) => ({
  name,
  async run(t) {
    const ws = await openDeflate(t, offer, answer);
    const deflate = new Deflate(settings);
    await exchangeCompressed(ws, deflate, sizes);
    await exchangeCompressed(ws, deflate, [1024, 65536], 1000);
    ws.close(1000);
    await t.expectClose(ws, 1000);
  },
});

const bits = [8, 9, 10, 11, 12, 13, 14, 15];
const p = "permessage-deflate";
const compression = [
  compressed("12.1 as offered", p, p),
  compressed("12.3 without the client's context takeover", `${p}; client_no_context_takeover`, `${p}; client_no_context_takeover`, { clientTakeover: false }),
  compressed("13.1 without the server's context takeover", `${p}; server_no_context_takeover`, `${p}; server_no_context_takeover`),
  compressed("13.2 without either's", `${p}; server_no_context_takeover; client_no_context_takeover`, `${p}; server_no_context_takeover; client_no_context_takeover`, { clientTakeover: false }),
  ...bits.map((serverBits) => compressed(`13.3 the server's window of ${serverBits} bits`, `${p}; server_max_window_bits=${serverBits}`, `${p}; server_max_window_bits=${serverBits}`, { serverBits })),
  ...bits.map((clientBits) => compressed(`13.5 the client's window of ${clientBits} bits`, `${p}; client_max_window_bits=${clientBits}`, `${p}; client_max_window_bits=${clientBits}`, { clientBits })),
  ...bits.map((one) => compressed(`13.6 both of ${one} bits, without takeover`, `${p}; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=${one}; client_max_window_bits=${one}`, `${p}; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=${one}; client_max_window_bits=${one}`, { serverBits: one, clientBits: one, clientTakeover: false })),
  compressed("13.7 the second of two offers", `x-unknown; a=1, ${p}; client_max_window_bits`, p),
  {
    name: "12.2 16 MiB that compress well",
    async run(t) {
      const ws = await openDeflate(t, p, p);
      const deflate = new Deflate();
      const payload = Buffer.alloc(16 * MIB, "0123456789abcdef");
      ws.frame({ opcode: OP.BINARY, rsv: 4, payload: await deflate.compress(payload) });
      const frame = await ws.next(20000);
      assert.ok((await deflate.inflate(frame.payload)).equals(payload));
    },
  },
  {
    name: "12.4 a bomb: 64 MiB and one byte in 64 KiB",
    async run(t) {
      const ws = await openDeflate(t, p, p);
      ws.frame({ opcode: OP.BINARY, rsv: 4, payload: await new Deflate().compress(Buffer.alloc(64 * MIB + 1)) });
      await t.expectClose(ws, 1009);
    },
  },
  {
    name: "12.5 a stored block, an empty message, a message with a final block",
    async run(t) {
      const ws = await openDeflate(t, p, p);
      const deflate = new Deflate();
      for (const [payload, expected] of [["000500faff48656c6c6f00", "Hello"], ["00", ""], ["f348cdc9c9070000", "Hello"], ["f248cdc9c90700", "Hello"], ["f348cdc9c90700", "Hello"], ["f248cdc9c90700", "Hello"]]) {
        ws.frame({ opcode: OP.TEXT, rsv: 4, payload: Buffer.from(payload, "hex") });
        const frame = await ws.next();
        assert.equal((frame.rsv === 4 ? await deflate.inflate(frame.payload) : frame.payload).toString(), expected, payload);
      }
    },
  },
  ...Object.entries({
    "12.6 what isn't deflate": [1007, { opcode: OP.TEXT, rsv: 4, payload: [255, 255, 255] }],
    "12.7 reserved bits beside the compression's": [1002, { opcode: OP.TEXT, rsv: 6, payload: [0] }],
    "12.8 a compressed ping": [1002, { opcode: OP.PING, rsv: 4, payload: [0] }],
    "12.9 a compressed text that isn't UTF-8": [1007, { opcode: OP.TEXT, rsv: 4, payload: Buffer.from("fa0300", "hex") }],
  }).map(([name, [code, frame]]) => ({
    name,
    async run(t) {
      const ws = await openDeflate(t, p, p);
      ws.frame(frame);
      await t.expectClose(ws, code);
    },
  })),
  {
    name: "12.10 the bit on a continuation",
    async run(t) {
      const ws = await openDeflate(t, p, p);
      ws.raw(Buffer.concat([text("a", more), continued("b", { rsv: 4 })]));
      await t.expectClose(ws, 1002);
    },
  },
  {
    name: "12.11 uncompressed messages among compressed ones",
    async run(t) {
      const ws = await openDeflate(t, p, p);
      const deflate = new Deflate();
      await exchangeCompressed(ws, deflate, [100, 5000]);
      ws.text("plain");
      const frame = await ws.next();
      assert.equal((frame.rsv ? await deflate.inflate(frame.payload) : frame.payload).toString(), "plain");
      await exchangeCompressed(ws, deflate, [5000, 100]);
    },
  },
  {
    name: "13.0 compression that nobody offered",
    run: exchange([text("x", { rsv: 4 })], [1002]),
  },
];

// ---- the handshake

const handshakes = {
  "another version of the protocol": [{ "Sec-WebSocket-Version": "7" }, 400],
  "a key that is none": [{ "Sec-WebSocket-Key": "short" }, 400],
  "another protocol to upgrade to": [{ Upgrade: "h2c" }, 400, true],
  "a malformed offer of extensions": [{ "Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=16" }, 400],
  "a malformed list of subprotocols": [{ "Sec-WebSocket-Protocol": "a,,b" }, 400, true],
};

const handshake = Object.entries(handshakes).map(([name, [headers, status, notInVhosts]]) => ({
  name: `0 ${name}`,
  notInVhosts,
  async run(t) {
    const ws = await t.websocket({ path, headers });
    assert.equal(ws.response.status, status);
  },
}));

export const cases = [
  {
    name: "0 no upgrade at all",
    async run(t) {
      const response = await t.request({ path });
      assert.deepEqual([response.status, response.get("upgrade")], [426, "websocket"]);
    },
  },
  ...handshake,
  ...framing,
  ...Object.entries({ ...rules, ...closing }).map(([name, [parts, expected, how]]) => ({ name, run: exchange(parts, expected, how) })),
  ...utf8,
  ...limits,
  ...compression,
].map((one) => ({ options, ...one }));
