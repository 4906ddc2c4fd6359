// The two servers under comparison, in the settings that scenarios need, and what each says of its sockets.
import { createRequire } from "node:module";
import { Proxy } from "../../interop/lib/proxy.mjs";
import { REFERENCE, ServerProcess, ours } from "../../interop/lib/server.mjs";
import { Queue, scaled, within } from "../../wire/lib/wait.mjs";

const require = createRequire(import.meta.url);
const { io } = require("client-4.8");

export const KINDS = [ours, () => REFERENCE];

// Every lane is a page's or a program's, so every origin is welcome; a message of 1 MB needs more room than there is by default.
// Clients that lose the answer to CONNECT are sent away soon, to come again.
const COMMON = ["--allow-eio3", "--max-payload", "4000000", "--cors-origin", "true", "--cors-credentials", "--connect-timeout", String(scaled(3000))];

const GRACE = 1500;

const SETTINGS = {
  main: [],
  ping: ["--ping-interval", String(scaled(400)), "--ping-timeout", String(scaled(2000))],
};

const PARSERS = { default: [], msgpack: ["--parser", "msgpack"] };

// Hears why sockets went, by their ids.
class Observer {
  constructor(url, parser, insecure) {
    this.socket = io(`${url}/control`, { transports: ["websocket"], forceNew: true, parser, rejectUnauthorized: !insecure });
    this.reasons = new Map();
    this.socket.on("report", (kind, namespace, id, reason) => kind === "disconnect" && this.queue(id).push(reason));
  }

  start() {
    return within(new Promise((resolve) => this.socket.once("connect", resolve)), "the observer to connect", 15000);
  }

  queue(id) {
    if (!this.reasons.has(id)) this.reasons.set(id, new Queue(`the server to notice the end of ${id}`));
    return this.reasons.get(id);
  }

  // Resolves to the server's reason.
  left(id) {
    return this.queue(id).next(15000);
  }
}

export class Server {
  constructor(kind, setting, parser) {
    this.kind = kind;
    this.options = [...COMMON, ...SETTINGS[setting], ...PARSERS[parser]];
    this.parser = parser === "msgpack" ? require("msgpack-parser-3") : undefined;
  }

  // `more`: where to listen, if not on any free port.
  async start(more = []) {
    this.process = await new ServerProcess(this.kind, [...this.options, ...more]).start();
    this.port = this.process.target.port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  async observe({ insecure } = {}) {
    this.observer = new Observer(this.url, this.parser, insecure);
    await this.observer.start();
    return this;
  }

  // A relay in front of it, which can be stalled.
  relay() {
    return Proxy.open(this.process.target);
  }

  async restart(how) {
    await (how === "killed" ? this.kill() : this.shutDown());
    await this.start(["--port", String(this.port)]);
  }

  kill() {
    this.process.child.kill("SIGKILL");
    return this.process.exited;
  }

  async shutDown() {
    const control = io(`${this.url}/control`, { transports: ["websocket"], forceNew: true, reconnection: false, parser: this.parser });
    control.emit("shutdown");
    // Node's waits half a minute for clients that don't answer a close frame, so it is helped.
    await within(this.process.exited, "the server to end", GRACE).catch(() => this.kill());
    control.disconnect();
  }

  stop() {
    this.observer?.socket.disconnect();
    return this.process.stop();
  }
}

// Servers that are shared, each started when first asked for.
export class Servers {
  constructor() {
    this.started = new Map();
  }

  get(kind, setting, parser) {
    const key = [kind.name, setting, parser].join(" ");
    if (!this.started.has(key)) this.started.set(key, new Server(kind, setting, parser).start().then((server) => server.observe()));
    return this.started.get(key);
  }

  // Resolves to complaints, when one did not end as it should.
  async stop() {
    const complaints = [];
    for (const server of this.started.values()) complaints.push(await server.then((it) => it.stop()).catch(() => null));
    return complaints.filter(Boolean);
  }
}
