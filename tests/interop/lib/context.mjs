// What a scenario is given: one server, one transcript, and the ways to talk to the server.
import { DEFAULT_WAIT, Queue, scaled, within } from "../../wire/lib/wait.mjs";
import { parserNamed } from "./parser.mjs";
import { RawSocket, RawPolling, closeLater, httpRequest } from "./raw.mjs";
import { REFERENCE } from "./server.mjs";
import { show, showAll } from "./show.mjs";
import { baseUrl, connectPeer, makePeer } from "./stock.mjs";
import { Transcript } from "./transcript.mjs";

export class Skip extends Error {}

const optionOf = (options, name, fallback) => {
  const at = options.indexOf(name);
  return at < 0 ? fallback : options[at + 1];
};

// The observer sits in "/control" for the life of a server, hears all reports, and knows who is still connected.
export class Observer {
  constructor(server, options) {
    const transports = optionOf(options, "--transports", "websocket").split(",");
    const context = { transcript: new Transcript(), target: server.target, peers: [] };
    context.path = optionOf(options, "--path", "/socket.io");
    context.parser = parserNamed(optionOf(options, "--parser"));
    this.peer = makePeer(context, "observer", { namespace: "/control", transports: transports.slice(0, 1) });
    this.peer.socket.offAny();
    this.ours = server.kind !== REFERENCE;
    this.peer.socket.on("report", (...args) => this.onReport(args));
    this.peer.socket.on("disconnect", (reason) => (this.lost = reason));
    this.live = new Set();
    this.empty = () => {};
    this.reset(new Transcript());
  }

  async start() {
    await this.peer.opened();
    return this;
  }

  reset(transcript) {
    this.transcript = transcript;
    this.queues = new Map();
  }

  onReport([kind, ...args]) {
    if (kind === "connection") this.live.add(args[1]);
    if (kind === "disconnect") this.live.delete(args[1]);
    if (this.live.size === 0) this.empty();
    this.queue(kind).push(args);
  }

  queue(kind) {
    if (!this.queues.has(kind)) this.queues.set(kind, new Queue(`a report of "${kind}"`));
    return this.queues.get(kind);
  }

  async next(kind) {
    try {
      return await this.queue(kind).next();
    } catch (error) {
      throw this.lost ? new Error(`${error.message}: the observer lost its connection (${this.lost})`) : error;
    }
  }

  async report(kind, count = 1) {
    let args;
    for (let i = 0; i < count; i++) {
      args = await this.next(kind);
      this.transcript.log(`report ${kind} ${showAll(args)}`);
    }
    return args;
  }

  // Says what was reported so far and not yet read.
  async reported(kind) {
    await this.fence();
    for (const args of this.queue(kind).takeAll()) this.transcript.log(`report ${kind} ${showAll(args)}`);
  }

  emit(...args) {
    this.peer.emit(...args);
  }

  ask(question) {
    return within(new Promise((resolve) => this.peer.socket.emit(question, resolve)), `the observer's "${question}"`);
  }

  fence() {
    return this.ask("fence");
  }

  async everyoneGone() {
    if (!this.peer.socket.connected) return;
    await this.fence();
    if (this.live.size === 0) return;
    await within(new Promise((resolve) => (this.empty = resolve)), `${show([...this.live])} to be gone`);
  }

  // What our server still holds but for this observer; the reference has no such counters.
  counters() {
    return this.ask("counters");
  }

  async nothingLeft() {
    if (!this.peer.socket.connected || !this.ours) return;
    const until = Date.now() + scaled(DEFAULT_WAIT);
    let left;
    do left = await this.counters();
    while (Object.keys(left).length > 0 && Date.now() < until);
    if (Object.keys(left).length > 0) throw new Error(`left behind: ${JSON.stringify(left)}`);
  }

  close() {
    this.peer.close();
  }
}

export class Context {
  constructor({ server, observer, transport, options }) {
    this.server = server;
    this.target = server.target;
    this.observer = observer;
    this.transport = transport;
    this.path = optionOf(options, "--path", "/socket.io");
    this.parser = parserNamed(optionOf(options, "--parser"));
    this.transcript = new Transcript();
    this.peers = [];
    this.raws = [];
    this.sessions = [];
    observer?.reset(this.transcript);
    const { host, port } = this.target;
    if (port) for (const each of [`${host}:${port}`, `[${host}]:${port}`]) this.transcript.mask(each, "<host>");
  }

  get url() {
    return baseUrl(this.target);
  }

  log(text) {
    this.transcript.log(text);
  }

  skip(reason) {
    throw new Skip(reason);
  }

  connect(name, options) {
    return connectPeer(this, name, options);
  }

  http(label, options) {
    return httpRequest(this, label, options);
  }

  // The answer to a request of the scenario's own may have opened a session.
  closeLater(path, response) {
    closeLater(this, path, response);
  }

  ws(name, options) {
    return RawSocket.open(this, name, options);
  }

  polling(name, options) {
    return RawPolling.open(this, name, options);
  }

  async cleanup({ endsServer }) {
    for (const peer of this.peers) peer.close();
    for (const raw of this.raws) raw.destroy();
    if (!endsServer) await Promise.all(this.sessions.map((session) => session.close()));
    if (!endsServer) await this.observer?.everyoneGone();
    if (!endsServer) await this.observer?.nothingLeft();
  }
}
