// Every line of docs/node-to-c.md, its Node column on Node's server, its C column on ours: what two clients see of it.
import { linesOfPage } from "../lib/page.mjs";

export const transports = ["raw"];

// Lines that would end the server, listen, or wait for what this application hasn't got.
const notRun = [
  /^const io = new Server\(3000/,
  /^const io = new Server\(httpServer/,
  /^io\.(adapter|attach|listen|close)\(/,
  /createAdapter/,
  /Encoder, Decoder/,
  /^httpServer\./,
  /^app\./,
  /^process\./,
  /^setImmediate/,
  /^parent\./,
  /serverSideEmitWithAck/,
  /socket\.conn\.send\(/, // no client of Socket.IO understands it
];

// Lines about sockets to come: a third client has them run first, on a server of their own.
const forThoseToCome = /^(io|nsp)\.on\("connect|^(io|nsp)\.use\(|^io\.engine\.(on|use|generateId)/;

const PROBES = [
  ["hello", 1],
  ["forbidden", 2],
  ["order", "apples", { count: 3 }],
  ["hello", "again"],
];

// A client that answers whatever asks, and says so in a list of its own: two lists need no order between them.
class Client {
  constructor(peer) {
    this.peer = peer;
    this.lines = [];
    const { socket } = peer;
    socket.offAny();
    socket.onAny((event, ...args) => {
      const ack = typeof args[args.length - 1] === "function" ? args.pop() : undefined;
      this.lines.push(`<- ${JSON.stringify([event, ...args])}${ack ? " answered" : ""}`);
      ack?.(`${peer.name} heard ${event}`);
    });
    socket.on("disconnect", (reason) => this.lines.push(`disconnected: ${reason}`));
  }

  probe() {
    for (const [event, ...args] of PROBES) {
      this.peer.socket.emit(event, ...args, (...answer) => this.lines.push(`${event} answered ${JSON.stringify(answer)}`));
    }
  }

  // A round trip, if there still is a connection.
  async fence() {
    const { socket } = this.peer;
    if (!socket.connected) return;
    await new Promise((resolve) => {
      socket.emit("ack", resolve);
      socket.once("disconnect", resolve);
    });
  }

  say() {
    for (const line of this.lines) this.peer.log(line);
  }
}

const settled = async (clients) => {
  for (let round = 0; round < 3; round++) for (const client of clients) await client.fence();
};

async function prepare(t, number) {
  const zoe = await t.connect("zoe", { transports: ["websocket"] });
  await new Promise((resolve) => zoe.socket.emit("line", number, resolve));
  zoe.socket.disconnect();
  await t.observer.report("disconnect");
}

async function run(t, number, early) {
  if (early) await prepare(t, number);
  const options = { transports: ["websocket"], auth: { token: "good" }, extraHeaders: { "x-custom": "a header" } };
  const clients = [];
  for (const name of ["alice", "bob"]) {
    const peer = await t.connect(name, options);
    await new Promise((resolve) => peer.socket.emit("join", ["my room", name === "bob" ? "room1" : "room0"], resolve));
    clients.push(new Client(peer));
  }
  const [alice] = clients;
  if (!early) {
    await new Promise((resolve) => {
      alice.peer.socket.emit("line", number, resolve);
      alice.peer.socket.once("disconnect", resolve);
    });
  }
  await settled(clients);
  for (const client of clients) client.probe();
  await settled(clients);
  if (alice.peer.socket.connected) {
    alice.peer.socket.disconnect();
    await t.observer.report("disconnect");
  }
  await settled(clients);
  for (const client of clients) client.say();
}

export const cases = linesOfPage()
  .map(({ node }, number) => {
    const early = forThoseToCome.test(node);
    const options = early ? ["--connect-timeout", `${60000 + number}`] : undefined;
    return { name: node, options, run: (t) => run(t, number, early) };
  })
  .filter(({ name }) => !notRun.some((pattern) => pattern.test(name)))
  .map((one, index, all) => ({ ...one, name: all.findIndex(({ name }) => name === one.name) === index ? one.name : `${one.name} (once more)` }));
