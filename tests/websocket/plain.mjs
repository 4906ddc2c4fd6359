// plain_server, and what the cases about it work with.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { ServerProcess } from "../interop/lib/server.mjs";
import { Queue, within } from "../wire/lib/wait.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(path.join(here, "../interop/package.json"));
const { io } = require("socket.io-client");
const WebSocket = require("ws");

export class PlainServer extends ServerProcess {
  constructor(more = [], name = "plain_server") {
    super({ name, command: (process.env[`SIO_${name.toUpperCase()}`] || path.join(here, name)).split(" ") });
    this.more = more;
    this.said = new Queue("a line of the server");
  }

  arguments() {
    return ["0", ...this.more];
  }

  async start() {
    await super.start();
    readline.createInterface({ input: this.child.stdout }).on("line", (line) => line[0] === "{" && this.said.push(JSON.parse(line)));
    return this;
  }
}

// What a case works with.
export class Plain {
  constructor(server) {
    this.server = server;
    this.open = [];
    server.said.takeAll();
  }

  get origin() {
    return `127.0.0.1:${this.server.target.port}`;
  }

  // Resolves when it is open; `messages` and `closed` from the beginning.
  async connect(where, protocols, options = {}) {
    const ws = this.begin(where, protocols, options);
    await within(ws.opened, `${where} to open`);
    return ws;
  }

  begin(where, protocols = [], options = {}) {
    const scheme = "rejectUnauthorized" in options ? "wss" : "ws";
    const ws = new WebSocket(`${scheme}://${this.origin}${where}`, protocols, options);
    ws.messages = new Queue(`a message over ${where}`);
    ws.on("message", (data, binary) => ws.messages.push(binary ? data : data.toString()));
    ws.closed = new Promise((resolve) => ws.once("close", (code, reason) => resolve({ code, reason: reason.toString() })));
    ws.answered = new Promise((resolve) => ws.once("unexpected-response", (request, response) => resolve(body(response))));
    ws.opened = new Promise((resolve, reject) => {
      ws.once("open", resolve);
      ws.once("error", reject);
    });
    ws.opened.catch(() => {});
    ws.next = () => ws.messages.next();
    ws.json = async () => JSON.parse(await ws.next());
    ws.do = (action, more = {}) => ws.send(JSON.stringify({ do: action, ...more }));
    this.open.push(() => ws.terminate());
    return ws;
  }

  async socketIo(nsp) {
    const socket = io(`http://${this.origin}${nsp}`, { forceNew: true, transports: ["websocket"], reconnection: false });
    this.open.push(() => socket.close());
    socket.events = new Queue(`an event in ${nsp}`);
    const recovery = this.server.more.includes("recovery"); // with one more argument, the offset
    socket.onAny((...args) => socket.events.push(recovery ? args.slice(0, -1) : args));
    await within(new Promise((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject)), "a connection");
    return socket;
  }

  async get(where) {
    const response = await fetch(`http://${this.origin}${where}`);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  async stats() {
    return JSON.parse((await this.get("/stats")).text);
  }

  // The next line of the server that says this.
  async said(event) {
    for (;;) {
      const line = await this.server.said.next();
      if (line.event === event) return line;
    }
  }

  cleanUp() {
    for (const close of this.open) close();
  }
}

function body(response) {
  return new Promise((resolve) => {
    let text = "";
    response.on("data", (chunk) => (text += chunk));
    response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
  });
}

export const closedWith = async (ws, code, reason) => assert.deepEqual(await within(ws.closed, "the end"), { code, reason });
export const turn = (ws) => {
  ws.do("info");
  return ws.json();
};
