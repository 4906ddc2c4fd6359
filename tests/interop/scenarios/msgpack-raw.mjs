// The MessagePack parser's messages, byte for byte: what servers answer, and what they take and refuse.
import msgpack from "socket.io-msgpack-parser";

export const transports = ["raw"];
export const servers = ["--parser", "msgpack"];

const encode = (packet) => new msgpack.Encoder().encode(packet)[0];
const hex = (text) => Buffer.from(text.replaceAll(" ", ""), "hex");
const str = (text) => Buffer.concat([Buffer.from([0xa0 | text.length]), Buffer.from(text)]).toString("hex");
const map = (...parts) => hex(`8${parts.length / 2}` + parts.join(""));

const CONNECT = { type: 0, nsp: "/" };
const FENCE = encode({ type: 2, data: ["ack"], id: 999, nsp: "/" });
const FENCED = encode({ id: 999, type: 3, data: [], nsp: "/" }).toString("hex");
const SID = /(a3736964b4)[0-9a-f]{40}/g;

// Ids are masked inside the bytes, and learnt for the reports.
function describe(ws, frame) {
  const text = ws.describe(frame);
  const at = frame?.payload.indexOf("\xa3sid\xb4", 0, "latin1") ?? -1;
  if (at >= 0) ws.transcript.mask(frame.payload.subarray(at + 5, at + 25).toString("latin1"), "<id>");
  return text.replace(SID, "$1<id>");
}

async function recv(ws) {
  const frame = await ws.ws.next();
  ws.log(`<- ${describe(ws, frame)}`);
  return frame;
}

async function open(t) {
  const ws = await t.ws("raw");
  await ws.recv();
  return ws;
}

async function join(t, packet = CONNECT) {
  const ws = await open(t);
  ws.sendBinary(encode(packet));
  await recv(ws);
  return ws;
}

async function fence(ws) {
  ws.ws.binary(FENCE);
  for (;;) {
    const frame = await ws.ws.next();
    if (frame?.payload.toString("hex") === FENCED) return;
    ws.log(`<- ${describe(ws, frame)}`);
    if (frame === undefined) return;
  }
}

const send = (ws, message) => (typeof message === "string" ? ws.send(message) : ws.sendBinary(message));

const joined = (...messages) => async (t) => {
  const ws = await join(t);
  for (const message of messages) send(ws, message);
  await fence(ws);
};

// Refused with the reason that upstream gives, or (null) with any.
const refusedWith = (reason, message) => async (t) => {
  const ws = await join(t);
  send(ws, message);
  await fence(ws);
  const [, , text] = await t.observer.next("error");
  t.log(`error: ${reason === null ? "some" : text}`);
  await t.observer.report("disconnect");
};

const event = (data, more = {}) => encode({ type: 2, data, nsp: "/", ...more });

const refused = [
  ["no number for a type", "invalid packet type", encode({ type: "2", data: ["echo"], nsp: "/" })],
  ["no type", "invalid packet type", encode({ data: ["echo"], nsp: "/" })],
  ["type 5", "invalid packet type", encode({ type: 5, data: ["echo"], nsp: "/" })],
  ["type -1", "invalid packet type", encode({ type: -1, data: ["echo"], nsp: "/" })],
  ["type 1.5", "invalid packet type", encode({ type: 1.5, data: ["echo"], nsp: "/" })],
  ["type NaN", "invalid packet type", encode({ type: NaN, data: ["echo"], nsp: "/" })],
  ["no namespace", "invalid namespace", encode({ type: 2, data: ["echo"] })],
  ["a number for a namespace", "invalid namespace", encode({ type: 2, data: ["echo"], nsp: 1 })],
  ["bytes for a namespace", "invalid namespace", encode({ type: 2, data: ["echo"], nsp: Buffer.from("/") })],
  ["event without data", "invalid payload", encode({ type: 2, nsp: "/" })],
  ["event with an object", "invalid payload", event({ 0: "echo" })],
  ["event with null", "invalid payload", event(null)],
  ["event with bytes", "invalid payload", event(Buffer.from("echo"))],
  ["acknowledgement without data", "invalid payload", encode({ type: 3, id: 0, nsp: "/" })],
  ["acknowledgement with a text", "invalid payload", encode({ type: 3, id: 0, data: "x", nsp: "/" })],
  ["disconnect with data", "invalid payload", encode({ type: 1, data: {}, nsp: "/" })],
  ["disconnect with null", "invalid payload", encode({ type: 1, data: null, nsp: "/" })],
  ["connect with an array", "invalid payload", encode({ type: 0, data: [], nsp: "/chat" })],
  ["connect with null", "invalid payload", encode({ type: 0, data: null, nsp: "/chat" })],
  ["connect error with a number", "invalid payload", encode({ type: 4, data: 1, nsp: "/" })],
  ["a text for an id", "invalid packet id", event(["echo"], { id: "1" })],
  ["a fraction for an id", "invalid packet id", event(["echo"], { id: 1.5 })],
  ["null for an id", "invalid packet id", event(["echo"], { id: null })],
  ["an array", "invalid packet type", hex("92 02 01")],
  ["a number", "invalid packet type", hex("02")],
  ["the byte that means nothing", "Could not parse", hex("c1")],
  ["nothing at all", "Could not parse", Buffer.alloc(0)],
  ["a text message", null, '42["echo",1]'],
  ["a text message of one digit", null, "42"],
  ["one byte too many", null, Buffer.concat([event(["echo"]), hex("c0")])],
  ...[1, 2, 6, 8, 12, 14, 20].map((cut) => [`cut ${cut} bytes short`, null, event(["echo", "text"]).subarray(0, -cut)]),
  ["an array that promises four billion items", null, map(str("type"), "02", str("nsp"), str("/"), str("data"), "ddffffffff")],
  ["a text that promises four billion bytes", null, map(str("type"), "02", str("nsp"), str("/"), str("data"), "91dbffffffff61")],
  ["bytes that promise four billion", null, map(str("type"), "02", str("nsp"), str("/"), str("data"), "91c6ffffffff61")],
  ["a hundred thousand arrays in each other", null, map(str("type"), "02", str("nsp"), str("/"), str("data"), "91".repeat(100000) + "c0")],
];

const data = (bytes) => map(str("type"), "02", str("nsp"), str("/"), str("data"), `92${str("echo")}${bytes}`);

const accepted = [
  ["an event", event(["echo", "text", 1, { a: [true, false, null] }])],
  ["options of the client's", event(["echo", 1], { options: { compress: true } })],
  ["other members, of any kind", event(["echo", 1], { more: [{ deep: [1, [2]] }], bytes: Buffer.from("x"), at: new Date(0) })],
  ["members in another order", map(str("data"), `92${str("echo")}01`, str("nsp"), str("/"), str("type"), "02")],
  ["of a repeated member the last counts", map(str("type"), "05", str("type"), "02", str("nsp"), str("/"), str("data"), `92${str("echo")}01`)],
  ["types as long as they can be", map(str("type"), "d30000000000000002", str("nsp"), "da00012f", str("data"), `dc0002db00000004${Buffer.from("echo").toString("hex")}cf0000000000000001`)],
  ["a double for a type", map(str("type"), "cb4000000000000000", str("nsp"), str("/"), str("data"), `92${str("echo")}01`)],
  ["a long map", hex(`de0003${str("type")}02${str("nsp")}${str("/")}${str("data")}92${str("echo")}01`)],
  ["undefined for an id", event(["echo", 1], { id: undefined })],
  ["an id", event(["ack", 1, "two"], { id: 5 })],
  ["a large id", event(["ack"], { id: 4294967296 })],
  ["a negative id", event(["ack"], { id: -3 })],
  ["a double for an id", map(str("type"), "02", str("nsp"), str("/"), str("data"), `91${str("ack")}`, str("id"), "cb4014000000000000")],
  ["bytes", event(["echo", Buffer.from([1, 2, 3]), { b: [Buffer.alloc(0)] }])],
  ["floats of 32 bits", data("ca3fc00000")],
  ["doubles that are integers", data("cb4059000000000000")],
  ["integers in every form", data("9acc05cd0005ce00000005cf0000000000000005d0fbd1fffbd2fffffffbd3fffffffffffffffb05fb")],
  ["an extension of a type that means nothing", data("c70305010203")],
  ["numbers as names of members", data("8305a161ff a162cb3fe0000000000000 a163".replaceAll(" ", ""))],
  ["null and booleans as names of members", data("83c001c202c303")],
  ["text that isn't UTF-8", data("a261ff")],
  ["a byte order mark", data("a3efbbbf")],
  ["an unknown namespace", encode({ type: 0, nsp: "/nowhere" })],
  ["a namespace without a slash", encode({ type: 0, nsp: "chat" })],
  ["a namespace without a name", encode({ type: 0, nsp: "" })],
  ["a namespace with a comma", encode({ type: 0, nsp: "/a,b" })],
  ["an acknowledgement nobody waits for", encode({ type: 3, id: 77, data: [1], nsp: "/" })],
  ["an acknowledgement without id", encode({ type: 3, data: [1], nsp: "/" })],
  ["connect error", encode({ type: 4, data: "why", nsp: "/" })],
  ["an event for another namespace", encode({ type: 2, data: ["echo"], nsp: "/chat" })],
  ["connecting twice", encode(CONNECT)],
];

export const cases = [
  ...refused.map(([name, reason, message]) => ({ name: `refused: ${name}`, run: refusedWith(reason, message) })),
  ...accepted.map(([name, ...messages]) => ({ name, run: joined(...messages) })),
  ...[
    ["a reserved name", ["disconnect", "faked"]],
    ["no name", []],
    ["an object for a name", [{}, 1]],
  ].map(([what, list]) => ({ name: `an event with ${what}`, run: joined(event(list)) })),
  { name: "undefined auth", run: (t) => join(t, { type: 0, data: undefined, nsp: "/" }) },
  { name: "auth", run: (t) => join(t, { type: 0, data: { token: "abc", n: [1] }, nsp: "/greeting" }).then(recv) },
  {
    name: "refused by a middleware",
    async run(t) {
      await join(t, { type: 0, data: { mode: "refuse with data" }, nsp: "/guarded" });
    },
  },
  {
    name: "asked by the server, answered",
    async run(t) {
      const ws = await join(t);
      ws.sendBinary(event(["ask", "sure?"]));
      const [id] = /(?<=a26964)../.exec((await recv(ws)).payload.toString("hex"));
      ws.sendBinary(encode({ type: 3, id: parseInt(id, 16), data: ["yes", Buffer.from([7])], nsp: "/" }));
      await recv(ws);
    },
  },
  {
    name: "disconnected by the server",
    async run(t) {
      const ws = await join(t);
      ws.sendBinary(event(["disconnect me quietly", false]));
      await recv(ws);
      ws.sendBinary(encode(CONNECT));
      await recv(ws);
      await fence(ws);
    },
  },
  {
    name: "leaves and comes back",
    async run(t) {
      const ws = await join(t);
      ws.sendBinary(encode({ type: 1, nsp: "/" }));
      await t.observer.report("disconnect");
      ws.sendBinary(encode(CONNECT));
      await recv(ws);
      await fence(ws);
    },
  },
  {
    name: "a broadcast",
    async run(t) {
      const ws = await join(t);
      t.observer.emit("broadcast", "/", "news", 1, Buffer.from([1, 2]));
      await recv(ws);
    },
  },
  {
    name: "over polling, as base64",
    async run(t) {
      const raw = await t.polling("raw");
      await raw.post(`b${encode({ type: 0, nsp: "/greeting" }).toString("base64")}`);
      const { body } = await raw.get();
      for (const packet of body.toString().split("\x1e")) {
        t.log(`${packet[0]} ${Buffer.from(packet.slice(1), "base64").toString("hex").replace(SID, "$1<id>")}`);
      }
      await raw.post(`b${encode({ type: 2, data: ["echo", Buffer.from([1])], nsp: "/greeting" }).toString("base64")}`);
      t.log((await raw.get()).body.toString());
    },
  },
];
