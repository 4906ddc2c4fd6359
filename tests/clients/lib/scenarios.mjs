// What is tried with every client over every transport, on both servers. A scenario throws when the client gets something else than it
// should; what it returns must be the same on both servers.
//   t.connect(options)   a connected client        t.can(ability)   whether the client has it; lib/clients.mjs says which it lacks
//   t.server             with its observer          t.partners       connected clients of other generations
import assert from "node:assert/strict";
import { within } from "../../wire/lib/wait.mjs";
import { bytes } from "./driver.mjs";

const ACK_TIMEOUT = 200;
const TEXT = "é€😀 \u2028 \"quoted\"";

const same = (got, wanted, what) => assert.deepEqual(got, wanted, what);

// A client and the server agree on who it is.
const idOf = async (client) => (await client.call("rooms"))[0][0];

async function connectWithAuth(t) {
  const client = await t.connect({ auth: { token: "a secret" } });
  const [{ auth, query }] = await client.call("handshake");
  same((t.legacy ? query : auth).token, "a secret");
  return { protocol: query.EIO, secret: query.token !== undefined };
}

async function refusal(t) {
  const outcomes = [];
  for (const mode of ["refuse", ...(t.can("refusal with data") ? ["refuse with data"] : [])]) {
    const client = t.open({ namespace: "/guarded", auth: { mode } });
    outcomes.push(await client.refused());
  }
  const [{ message }, second] = outcomes;
  if (t.can("refusal message")) assert.match(message, /not authorized/);
  else assert.match(second.message, /not authorized/);
  if (t.can("refusal data") && !t.legacy) same(second.data, { code: 42, details: ["a", null, { b: 0.5 }] });
  return [message, second?.message, second?.data];
}

async function events(t) {
  const client = await t.connect();
  for (const args of [[TEXT, 42, { nested: [true, null, -0.5] }], ["text"], [[]]]) {
    client.emit("echo", ...args);
    same(await client.next("echo"), args);
  }
}

async function acks(t) {
  const client = await t.connect();
  const args = [TEXT, { two: 2 }];
  same(await client.call("ack", ...args), args);
  if (!t.can("answer")) return;
  client.emit("ask", ...args);
  same(await client.next("question"), args);
  same(await client.next("answer"), ["reply", ...args]);
}

// Nobody answers: neither the client the server, nor the server the client.
async function ackTimeout(t) {
  const client = await t.connect();
  client.emit("ask timeout", ACK_TIMEOUT, "silence");
  same(await client.next("question"), ["silence"]);
  same(await client.next("answer"), ["operation has timed out"]);
  if (t.can("ack timeout")) same(await client.callWithin(ACK_TIMEOUT, "ack later"), null);
}

async function receivesBytes(client) {
  client.emit("bytes", 1000);
  same(await client.next("bytes"), [bytes(Array.from({ length: 1000 }, (_, i) => i & 255))]);
}

async function binary(t) {
  const client = await t.connect();
  const one = bytes([0, 1, 2, 253, 254, 255]);
  const sent = [[one], ...(t.can("nested bytes") ? [["text", { a: [one, { b: bytes([7]) }] }, bytes([])]] : [])];
  for (const args of sent) {
    client.emit("echo", ...args);
    same(await client.next("echo"), args);
  }
  if (t.can("any bytes")) await receivesBytes(client);
  if (t.can("binary ack")) same(await client.call("ack", one), [one]);
}

async function megabyte(t) {
  const client = await t.connect();
  const text = `${"0123456789".repeat(99999)}${TEXT}`;
  client.emit("echo", text);
  same((await client.next("echo"))[0] === text, true, "the same text comes back");
  const blob = bytes(Buffer.alloc(1000000, "abc"));
  client.emit("echo", blob);
  same((await client.next("echo"))[0].$bytes === blob.$bytes, true, "the same bytes come back");
}

async function namespace(t) {
  const client = await t.connect({ namespace: "/chat", auth: { token: "chat" } });
  const [{ auth }] = await client.call("handshake");
  same(auth.token, "chat");
  client.emit("echo", "in /chat");
  same(await client.next("echo"), ["in /chat"]);
  return auth;
}

// Each of the room's members says something, which all the others hear; the newest of them in bytes, too.
async function room(t) {
  const client = await t.connect();
  const name = `room ${await idOf(client)}`;
  const everybody = [client, ...t.partners];
  const hears = async (speaker, ...news) => {
    speaker.emit("send", { from: "socket", to: [[name]] }, "news", ...news);
    await Promise.all(everybody.filter((one) => one !== speaker).map(async (one) => same(await one.next("news"), news)));
  };
  await Promise.all(everybody.map((one) => one.call("join", name)));
  const text = t.can("polling in Unicode") ? TEXT : "ASCII";
  for (const speaker of everybody) await hears(speaker, text, everybody.indexOf(speaker));
  await hears(everybody.at(-1), bytes([1, 2, 254]));
  await Promise.all(t.partners.map((one) => one.call("leave", name)));
}

async function serverDisconnect(t) {
  const client = await t.connect();
  const id = await idOf(client);
  client.emit("disconnect me", false);
  same(await client.next("last words"), []);
  const { reason } = await client.ended();
  return [reason, await t.server.observer.left(id)];
}

async function clientDisconnect(t) {
  const client = await t.connect();
  const id = await idOf(client);
  client.disconnect();
  const { reason } = await client.ended();
  assert.match(await t.server.observer.left(id), /^(client namespace disconnect|transport close|transport error)$/);
  return reason;
}

// Other than the rest, these have a server of their own, and clients of all transports at a time.
async function comeBack(t, restart) {
  const clients = await Promise.all(t.transports.map((transport) => t.connect({ transport, reconnects: true })));
  for (const client of clients) same(await client.call("ack", "before"), ["before"]);
  const ends = Promise.all(clients.map((client) => client.ended()));
  ends.catch(() => {});
  await restart();
  return Promise.all(
    clients.map(async (client) => {
      try {
        await client.connected();
        same(await client.call("ack", "after"), ["after"]);
        return null;
      } catch (error) {
        return error;
      }
    }),
  );
}

// Without a word to anybody, as in a crash.
const crash = (t) => comeBack(t, () => t.server.restart("killed"));

// As a program ends on purpose: io.close(), sio_shutdown().
const shutDown = (t) => comeBack(t, () => t.server.restart("shut down"));

// The network goes silent, without a word to either end.
async function pingTimeout(t) {
  const relay = await t.server.relay();
  try {
    const client = await t.connect({ url: `http://127.0.0.1:${relay.target.port}` });
    const id = await idOf(client);
    relay.stall();
    const server = await t.server.observer.left(id);
    same(server, "ping timeout");
    if (!t.can("ping timeout")) return null;
    return (await within(client.ends.next(30000), "the client to notice the silence", 30000)).reason;
  } finally {
    relay.close();
  }
}

// In the order of the table's columns; `server`: which settings it needs.
export const SCENARIOS = [
  { name: "connect with auth", run: connectWithAuth },
  { name: "middleware refusal", run: refusal },
  { name: "event both ways", run: events },
  { name: "ack both ways", run: acks },
  { name: "ack timeout", run: ackTimeout },
  { name: "binary both ways", run: binary },
  { name: "1 MB message", run: megabyte },
  { name: "namespace", run: namespace },
  { name: "room of all generations", run: room, room: true },
  { name: "server disconnect", run: serverDisconnect },
  { name: "client disconnect", run: clientDisconnect },
  { name: "crash, reconnect", run: crash, restarts: true },
  { name: "shutdown, reconnect", run: shutDown, restarts: true },
  { name: "ping timeout", run: pingTimeout, server: "ping" },
];

