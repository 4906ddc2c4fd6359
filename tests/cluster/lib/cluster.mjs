// Three servers on one Redis, each of either kind, a client at each, and one transcript.
import { REFERENCE, ServerProcess, ours } from "../../interop/lib/server.mjs";
import { makePeer } from "../../interop/lib/stock.mjs";
import { Transcript } from "../../interop/lib/transcript.mjs";
import { within } from "../../wire/lib/wait.mjs";
import { until } from "./redis.mjs";

const NAMES = ["alice", "bob", "carol"];
const HIDDEN = new Set(["probe", "marker"]);

const kindOf = (letter) => (letter === "N" ? REFERENCE : ours());

let clusters = 0;

export class Cluster {
  // kinds: "Noo" is Node's server and two of ours.
  constructor(kinds, adapter, url, { options = [], client = {}, prefix } = {}) {
    this.kinds = kinds;
    this.prefix = prefix ?? `test${++clusters}`;
    this.arguments = ["--adapter", adapter.name, "--redis", url, "--prefix", this.prefix, ...(adapter.options ?? []), ...options];
    this.client = client;
    this.unordered = adapter.unordered ?? false;
    this.transcript = new Transcript();
    this.peers = [];
    this.markers = 0;
  }

  async start() {
    this.servers = await Promise.all([...this.kinds].map((letter) => this.startServer(letter)));
    return this;
  }

  startServer(letter) {
    return new ServerProcess(kindOf(letter), this.arguments).start();
  }

  async stop() {
    for (const peer of this.peers) await peer.close();
    const complaints = await Promise.all((this.servers ?? []).map((server) => server.stop()));
    return complaints.filter(Boolean);
  }

  log(text) {
    this.transcript.log(text);
  }

  // A client of the index-th server; what the tests send to know where they are stays out of the transcript.
  async connect(index, name = NAMES[index], options = {}) {
    const context = { transcript: this.transcript, target: this.servers[index].target, transport: "websocket", path: "/socket.io" };
    const peer = makePeer(context, name, { namespace: "/cluster", auth: { name }, ...this.client, ...options });
    const hear = peer.hear.bind(peer);
    peer.hidden = [];
    peer.onHidden = () => {};
    peer.socket.offAny();
    peer.socket.onAny((event, ...args) => {
      if (!HIDDEN.has(event)) return hear(event, args);
      peer.hidden.push(`${event} ${args[0]}`);
      peer.onHidden();
    });
    this.peers.push(peer);
    await peer.opened();
    return peer;
  }

  async connectAll() {
    for (let i = 0; i < this.kinds.length; i++) await this.connect(i);
    await this.settle();
    return [...this.peers];
  }

  // Until every server hears from every other.
  async settle(peers = this.peers) {
    for (const peer of peers) {
      await until(async () => (await ask(peer, "fetch", { from: "nsp" }))[1]?.length === peers.length, `${peer.name} to see everybody`);
    }
    for (const peer of peers) await this.probe(peer, {}, peers);
  }

  // Until what one sends to a target reaches those: subscriptions take their time.
  async probe(from, spec, receivers) {
    const label = `probe ${++this.markers}`;
    await until(async () => {
      from.emit("send", { from: "nsp", ...spec }, "probe", this.markers);
      await ask(from, "ack");
      return receivers.every(({ hidden }) => hidden.includes(label));
    }, `${label} to reach ${receivers.map(({ name }) => name)}`);
  }

  // What was sent before has arrived when this has; then it is in the transcript.
  async flush(...senders) {
    for (const from of senders.length ? senders : this.peers) {
      const label = `marker ${++this.markers}`;
      const all = this.peers.filter(({ socket }) => socket.connected).map((peer) => heardHidden(peer, label));
      from.emit("send", { from: "nsp" }, "marker", this.markers);
      await Promise.all(all);
    }
    for (const peer of this.peers) for (const item of peer.heard.takeAll()) peer.log(item.line);
  }

  // Where a marker may overtake: until several of them bring nothing new.
  async exhaust() {
    const senders = this.peers.filter(({ socket }) => socket.connected);
    for (let quiet = 0; senders.length > 0 && quiet < 5; quiet++) {
      const before = this.transcript.lines.length;
      await this.flush(...senders);
      if (this.transcript.lines.length > before) quiet = -1;
    }
  }
}

function heardHidden(peer, label) {
  const heard = new Promise((resolve) => {
    peer.onHidden = () => peer.hidden.includes(label) && resolve();
    peer.onHidden();
  });
  return within(heard, `${label} to reach ${peer.name}`);
}

// An acknowledged call that stays out of the transcript.
export function ask(peer, ...args) {
  const answer = new Promise((resolve) => peer.socket.emit(...args, (...reply) => resolve(reply)));
  return within(answer, `the acknowledgement of ${args[0]} to ${peer.name}`, 20000);
}
