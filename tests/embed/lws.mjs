// What only a program with a libwebsockets vhost of its own has: its routes beside ours, and connections
// that libwebsockets parses.
import assert from "node:assert/strict";
import net from "node:net";
import { Queue, within } from "../wire/lib/wait.mjs";

// A raw connection; `received` has what comes, text by text.
function dial(server) {
  const socket = net.connect(server.target.port, server.target.host);
  const received = new Queue("bytes");
  socket.on("data", (chunk) => received.push(chunk.toString("latin1")));
  socket.on("close", () => received.close());
  socket.on("error", () => {});
  return { socket, received };
}

const get = (target, ...fields) => [`GET ${target} HTTP/1.1`, "Host: x", ...fields, "", ""].join("\r\n");

const WEBSOCKET = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];

// All that comes until the server closes.
async function toTheEnd(received) {
  let text = "";
  for (let piece; (piece = await received.next()) !== undefined; ) text += piece;
  return text;
}

async function openPolling(server) {
  const { status, body } = await server.fetch("/socket.io/?EIO=4&transport=polling");
  assert.equal(status, 200);
  return JSON.parse(body.slice(1)).sid;
}

async function ownRoutes(server, { connect, echoes, TRANSPORTS }) {
  const client = await connect(server, TRANSPORTS.upgrade);
  assert.deepEqual(await server.fetch("/hello"), { status: 200, body: "hello\n" });
  assert.match((await server.fetch("/")).body, /<!doctype html>/);
  assert.equal((await server.fetch("/nowhere")).status, 404);
  await echoes(client, "still here");
  client.socket.disconnect();
}

async function keepsAlive(server) {
  const { socket, received } = dial(server);
  const targets = ["/socket.io/?EIO=4&transport=polling", "/hello", "/socket.io/?EIO=4&transport=nothing"];
  const expected = [/^HTTP\/1\.1 200 OK[^]*"sid"/, /^HTTP\/1\.1 200 OK[^]*hello/, /^HTTP\/1\.1 400 [^]*Transport unknown/];
  for (let i = 0; i < targets.length; i++) {
    socket.write(get(targets[i]));
    assert.match(await received.next(), expected[i]);
  }
  socket.destroy();
}

// A client that goes while its poll waits is noticed, at once and not only when a ping stays unanswered.
async function abandonedPoll(server) {
  const target = `/socket.io/?EIO=4&transport=polling&sid=${await openPolling(server)}`;
  const { socket } = dial(server);
  await new Promise((resolve) => socket.write(get(target), resolve));
  socket.end();
  const gone = async () => {
    for (;;) {
      const answer = await server.fetch(target);
      if (/Session ID unknown/.test(answer.body)) return;
    }
  };
  await within(gone(), "the session's end", 10000);
}

async function refusedUpgrades(server) {
  const expected = {
    "/socket.io/?EIO=4&transport=websocket&sid=unknown": /^HTTP\/1\.1 400 [^]*Session ID unknown$/,
    "/socket.io/?EIO=4&transport=nothing": /^HTTP\/1\.1 400 [^]*Transport unknown$/,
    "/elsewhere": /^$/,
  };
  for (const [target, answer] of Object.entries(expected)) {
    const { socket, received } = dial(server);
    socket.write(get(target, ...WEBSOCKET));
    assert.match(await toTheEnd(received), answer);
    socket.destroy();
  }
}

async function acceptedUpgrade(server) {
  const { socket, received } = dial(server);
  socket.write(get("/socket.io/?EIO=4&transport=websocket", ...WEBSOCKET));
  let text = "";
  while (!text.includes("maxPayload")) text += await received.next();
  assert.match(text, /^HTTP\/1\.1 101 [^]*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
  socket.destroy();
}

async function chunkedBody(server) {
  const target = `/socket.io/?EIO=4&transport=polling&sid=${await openPolling(server)}`;
  const { socket, received } = dial(server);
  socket.write(`POST ${target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n4\r\n`);
  socket.write("1\r\n0\r\n0\r\n\r\n");
  assert.match(await toTheEnd(received), /^HTTP\/1\.1 200 [^]*\r\n\r\nok$/);
  assert.match((await server.fetch(target)).body, /^40\{"sid"/);
}

async function tooLarge(server, { connect, TRANSPORTS }) {
  for (const transports of [TRANSPORTS.websocket, TRANSPORTS.polling]) {
    const client = await connect(server, transports);
    client.socket.emit("echo", "z".repeat(1_000_001));
    assert.match(await within(client.left, "the disconnect"), /^transport (close|error)$/);
  }
}

export function lwsCases(tools) {
  return [
    ["the program's own routes answer beside it", ownRoutes],
    ["requests of both share a connection", keepsAlive],
    ["a client that goes while its poll waits", abandonedPoll],
    ["refused upgrades", refusedUpgrades],
    ["an upgrade with the library's own open packet behind it", acceptedUpgrade],
    ["a chunked body", chunkedBody],
    ["messages over max_http_buffer_size", tooLarge],
  ].map(([name, run]) => ({ name, run: (server) => run(server, tools) }));
}
