// The stock socket.io-client, one queue for everything it hears, every step in the transcript.
import { io } from "socket.io-client";
import { modernize, oldIo } from "./stock_old.mjs";
import { Queue, within } from "../../wire/lib/wait.mjs";
import { show, showAll } from "./show.mjs";

const TRANSPORTS = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };

const DEFAULTS = { forceNew: true, reconnection: false, timeout: 10000 };

export class Peer {
  constructor(transcript, name, socket) {
    this.transcript = transcript;
    this.name = name;
    this.socket = socket;
    this.heard = new Queue(`something for ${name}`);
    socket.onAny((event, ...args) => this.hear(event, args));
    socket.on("disconnect", (reason) => this.heard.push({ line: `disconnected: ${reason}` }));
  }

  hear(event, args) {
    const last = args[args.length - 1];
    const ack = typeof last === "function" ? args.pop() : undefined;
    this.heard.push({
      event,
      args,
      ack,
      get line() {
        return `<- ${show(event)} ${showAll(args)}${ack ? " (wants an answer)" : ""}`;
      },
    });
  }

  log(text) {
    this.transcript.log(`${this.name} ${text}`);
  }

  // Resolves when the server has accepted or refused; says so in the transcript.
  async opened() {
    const outcome = new Promise((resolve) => {
      this.socket.once("connect", () => resolve(null));
      for (const event of this.socket.refusals ?? ["connect_error"]) this.socket.once(event, resolve);
    });
    this.socket.connect();
    const error = await within(outcome, `${this.name} to connect`);
    if (error) {
      this.log(`refused: ${show(error.message ?? error)} ${show(error.data)}`);
    } else {
      this.transcript.mask(this.socket.id, `<id ${this.name}>`);
      this.transcript.mask(this.socket.io.engine.id, `<engine id ${this.name}>`);
      this.log("connected");
    }
    return this;
  }

  // Another namespace over the same connection.
  of(namespace, name, options = {}) {
    const socket = this.socket.io.socket(namespace, options);
    return new Peer(this.transcript, name, this.socket.refusals ? modernize(socket) : socket).opened();
  }

  emit(...args) {
    this.socket.emit(...args);
    return this;
  }

  async call(...args) {
    const answer = new Promise((resolve) => this.socket.emit(...args, (...reply) => resolve(reply)));
    const reply = await within(answer, `the acknowledgement of ${show(args[0])} to ${this.name}`);
    this.log(`acknowledged ${show(args[0])} ${showAll(reply)}`);
    return reply;
  }

  async recv(count = 1) {
    let item;
    for (let i = 0; i < count; i++) {
      item = await this.heard.next();
      this.log(item.line);
    }
    return item;
  }

  // A round trip: all the server sent this peer before it is in the transcript after it.
  async fence() {
    const answer = new Promise((resolve) => this.socket.emit("ack", resolve));
    await within(answer, `a round trip of ${this.name}`);
    for (const item of this.heard.takeAll()) this.log(item.line);
  }

  async close() {
    this.socket.disconnect();
    this.socket.io.engine?.close();
  }
}

export function baseUrl({ host, port, tls }) {
  return `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

export function makePeer({ transcript, target, transport, path, parser, generation: usual }, name, { namespace = "/", ...given } = {}) {
  const { generation = usual, ...options } = given;
  const socket = (generation ? oldIo(generation) : io)(baseUrl(target) + namespace, {
    ...DEFAULTS,
    rejectUnauthorized: false,
    path,
    ...(parser && { parser }),
    transports: TRANSPORTS[transport],
    autoConnect: false,
    ...options,
  });
  return new Peer(transcript, name, socket);
}

export async function connectPeer(context, name, options) {
  const peer = makePeer(context, name, options);
  context.peers.push(peer);
  const upgraded = new Promise((resolve) => {
    peer.socket.io.on("open", () => peer.socket.io.engine.once("upgrade", resolve));
  });
  await peer.opened();
  const wanted = options?.transports ?? TRANSPORTS[context.transport];
  if (peer.socket.connected && wanted.length > 1 && options?.upgrade !== false) {
    await within(upgraded, `${name} to upgrade`);
  }
  return peer;
}
