// The embedding examples as their users run them: stock clients against each, the program's own work
// beside it, and a clean way out.
//   node run.mjs [--only TEXT]
// SIO_EXAMPLES is the folder of the built examples (default: ../../examples).
import assert from "node:assert/strict";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ServerProcess } from "../interop/lib/server.mjs";
import { Queue, within } from "../wire/lib/wait.mjs";
import { lwsCases } from "./lws.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const { io } = createRequire(path.join(here, "../interop/package.json"))("socket.io-client");
const examples = process.env.SIO_EXAMPLES || path.join(here, "../../examples");
const counts = { passed: 0, failed: 0, skipped: 0 };

class Example extends ServerProcess {
  constructor(name) {
    super({ name, command: [path.join(examples, name, name.replace("-", "_"))] });
  }

  arguments() {
    return ["0"];
  }

  targetAt(where) {
    return { port: Number(new URL(where).port), host: "127.0.0.1" };
  }

  get url() {
    return `http://127.0.0.1:${this.target.port}`;
  }

  // Resolves to { status, body } of a plain request.
  fetch(target) {
    const answer = new Promise((resolve, reject) => {
      http.get(this.url + target, { agent: false }, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }));
      }).on("error", reject);
    });
    return within(answer, `the answer to ${target}`);
  }
}

const TRANSPORTS = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };

// A connected client; `heard` has what the server emits, `left` resolves to the reason of its end.
async function connect(server, transports) {
  const socket = io(server.url, { transports, forceNew: true, reconnection: false });
  const heard = new Queue("an event");
  socket.onAny((event, ...args) => heard.push([event, ...args]));
  const left = new Promise((resolve) => socket.once("disconnect", resolve));
  const upgraded = new Promise((resolve) => socket.io.engine.once("upgrade", resolve));
  const outcome = new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  await within(outcome, "a connection");
  if (transports.length > 1) await within(upgraded, "the upgrade");
  return { socket, heard, left };
}

async function nextOf(client, event) {
  for (;;) {
    const [name, ...args] = await client.heard.next();
    if (name === event) return args;
  }
}

// What was sent comes back as an event and as an acknowledgement.
async function echoes(client, ...args) {
  const answer = new Promise((resolve) => client.socket.emit("echo", ...args, (...reply) => resolve(reply)));
  assert.deepEqual(await nextOf(client, "echo"), args);
  assert.deepEqual(await within(answer, "the acknowledgement"), args);
}

async function talk(server, transports) {
  const client = await connect(server, transports);
  try {
    await echoes(client, "plain", 1, { nested: [true, null] });
    await echoes(client, "smile \u{1f600}", Buffer.from([0, 1, 2, 255]), { deep: Buffer.from("bytes") });
    await echoes(client, "x".repeat(100_000));
    await echoes(client, Buffer.alloc(100_000, 7));
    for (let i = 0; i < 40; i++) client.socket.emit("echo", i, "y".repeat(100_000));
    for (let i = 0; i < 40; i++) assert.equal((await nextOf(client, "echo"))[0], i);
    client.socket.emit("leave");
    assert.equal(await within(client.left, "the server's disconnect"), "io server disconnect");
  } finally {
    client.socket.disconnect();
  }
}

const talkCases = Object.entries(TRANSPORTS).map(([name, transports]) => ({
  name: `echo, acknowledgement, bytes, 100 kB, server's disconnect over ${name}`,
  run: (server) => talk(server, transports),
}));

async function ticks(server) {
  const client = await connect(server, TRANSPORTS.websocket);
  const [first] = await nextOf(client, "tick");
  const [second] = await nextOf(client, "tick");
  assert.equal(second, first + 1);
  client.socket.disconnect();
}

// Ends the server under clients of every transport; each of them is told.
async function leaves(server) {
  const clients = [];
  for (const transports of Object.values(TRANSPORTS)) clients.push(await connect(server, transports));
  const complaint = await server.stop();
  assert.equal(complaint, null);
  for (const { left } of clients) assert.equal(await within(left, "a disconnect"), "transport close");
}

const lastCase = { name: "clients are told and the program exits with 0 on SIGTERM", run: leaves };

const programs = {
  "embed-uv": [...talkCases, { name: "the program's timer reaches clients", run: ticks }, lastCase],
  "embed-lws": [...talkCases, ...lwsCases({ connect, echoes, TRANSPORTS }), lastCase],
};

function report(title, trouble) {
  counts[trouble ? "failed" : "passed"]++;
  console.log(`${trouble ? "not ok" : "ok"} ${counts.passed + counts.failed} - ${title}`);
  if (trouble) console.log(trouble.trimEnd().replace(/^/gm, "#   "));
}

async function runProgram(name, cases) {
  const server = await new Example(name).start();
  for (const one of cases) {
    try {
      await within(one.run(server), "the case to end", 30000);
      report(`${name}: ${one.name}`);
    } catch (error) {
      report(`${name}: ${one.name}`, `${error.stack}\n${server.stderr}`);
    }
  }
  if (server.running) await server.stop();
}

const only = process.argv[2] === "--only" ? process.argv[3] : "";
for (const [name, cases] of Object.entries(programs)) {
  const chosen = cases.filter((one) => `${name}: ${one.name}`.includes(only));
  try {
    if (chosen.length) await runProgram(name, chosen);
  } catch (error) {
    report(name, error.stack);
  }
}
console.log(`1..${counts.passed + counts.failed}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed || !counts.passed ? 1 : 0);
