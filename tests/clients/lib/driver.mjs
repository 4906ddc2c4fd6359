// A driver's process, and the clients it carries.
import { spawn } from "node:child_process";
import readline from "node:readline";
import { ownChild } from "../../wire/lib/children.mjs";
import { Queue, scaled, within } from "../../wire/lib/wait.mjs";

export const LIMIT = 10000;
const MISSING = 77;

export class Missing extends Error {}

export const bytes = (buffer) => ({ $bytes: Buffer.from(buffer).toString("base64") });

// One client of a driver's. What it hears waits in queues, by kind.
export class Client {
  constructor(driver, id, name) {
    this.driver = driver;
    this.id = id;
    this.connects = new Queue(`${name} to connect`);
    this.refusals = new Queue(`${name} to be refused`);
    this.events = new Queue(`an event for ${name}`);
    this.ends = new Queue(`${name} to hear of its end`);
    this.acks = new Map();
    this.ackCount = 0;
  }

  hear(message) {
    const queues = { connect: this.connects, connect_error: this.refusals, event: this.events, disconnect: this.ends };
    if (message.ack !== undefined) this.acks.get(message.ack)?.(message);
    else queues[message.is].push(message);
  }

  connect(order) {
    this.driver.send({ do: "connect", id: this.id, limit: scaled(LIMIT), reconnects: false, auth: {}, namespace: "/", ...order });
  }

  connected() {
    return this.driver.waiting(this.connects);
  }

  refused() {
    return this.driver.waiting(this.refusals);
  }

  ended() {
    return this.driver.waiting(this.ends);
  }

  emit(event, ...args) {
    this.driver.send({ do: "emit", id: this.id, event, args });
  }

  // Resolves to the arguments of the acknowledgement, or to null when the client gave up after `timeout` ms.
  async callWithin(timeout, event, ...args) {
    const ack = this.ackCount++;
    const answer = new Promise((resolve) => this.acks.set(ack, resolve));
    this.driver.send({ do: "emit", id: this.id, event, args, ack, timeout });
    const message = await this.driver.within(answer, `the acknowledgement of ${event}`);
    return message.is === "ack" ? message.args : null;
  }

  call(event, ...args) {
    return this.callWithin(undefined, event, ...args);
  }

  // The arguments of the next event, which must be of that name.
  async next(name) {
    const { event, args } = await this.driver.waiting(this.events);
    if (event !== name) throw new Error(`expected an event "${name}", got "${event}" ${JSON.stringify(args).slice(0, 200)}`);
    return args;
  }

  disconnect() {
    this.driver.send({ do: "disconnect", id: this.id });
  }
}

export class Driver {
  constructor(name, command) {
    this.name = name;
    this.command = command;
    this.clients = new Map();
    this.stderr = "";
  }

  // Throws Missing when the machine lacks something.
  async start() {
    const [program, ...args] = this.command;
    this.child = ownChild(spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] }));
    this.child.stdin.on("error", () => {});
    this.child.stderr.on("data", (chunk) => (this.stderr = (this.stderr + chunk).slice(-4000)));
    this.exited = new Promise((resolve) => {
      this.child.once("close", (code, signal) => resolve(code ?? signal));
      this.child.once("error", () => resolve(MISSING));
    });
    const ready = new Promise((resolve) => (this.ready = resolve));
    readline.createInterface({ input: this.child.stdout }).on("line", (line) => this.hear(line));
    const end = this.exited.then((code) => {
      throw code === MISSING ? new Missing(this.stderr.trim()) : new Error(`${this.name} ended with ${code}\n${this.stderr}`);
    });
    end.catch(() => {});
    this.end = end;
    this.version = (await this.within(ready, `${this.name} to start`, 30000)).version;
    return this;
  }

  hear(line) {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      this.stderr += `${line}\n`;
      return;
    }
    if (message.is === "ready") this.ready(message);
    else this.clients.get(message.id)?.hear(message);
  }

  within(promise, what, limit = LIMIT) {
    return within(Promise.race([promise, this.end]), what, limit).catch((error) => {
      throw this.stderr && !error.message.includes(this.stderr) ? new Error(`${error.message}\n${this.stderr.slice(-1500)}`) : error;
    });
  }

  waiting(queue) {
    return this.within(queue.next(LIMIT), queue.what);
  }

  send(order) {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  open(name = "the client") {
    const client = new Client(this, `c${this.clients.size}`, name);
    this.clients.set(client.id, client);
    return client;
  }

  async stop() {
    this.child.stdin.end();
    await within(this.exited, `${this.name} to end`, 5000).catch(() => this.child.kill("SIGKILL"));
  }
}
