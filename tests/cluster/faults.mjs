// What is lost when something fails, and that it goes on afterwards. Each has a Redis of its own.
import { spawn } from "node:child_process";
import { ownChild } from "../wire/lib/children.mjs";
import { ask } from "./lib/cluster.mjs";
import { until } from "./lib/redis.mjs";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const numbers = (peer) => peer.heard.items.filter(({ event }) => event === "n").map(({ args }) => args[0]);

function must(condition, what) {
  if (!condition) throw new Error(what);
}

async function two(t) {
  const peers = await t.connectAll();
  const neighbour = await t.connect(t.kinds.length - 1, "neighbour");
  await t.settle();
  return [...peers, neighbour];
}

const sendNumbers = async (from, first, count, ...rest) => {
  for (let n = first; n < first + count; n++) from.emit("send", { from: "nsp" }, "n", n, ...rest);
  await ask(from, "ack");
};

const inOrder = (list) => list.every((n, i) => i === 0 || n > list[i - 1]);

async function allHeard(peer, count) {
  await until(() => numbers(peer).length >= count, `${count} events to reach ${peer.name}, which has ${numbers(peer).length}`, 20000);
  must(numbers(peer).length === count && inOrder(numbers(peer)), `${peer.name} heard ${numbers(peer)}`);
}

// Bytes that are no messages, or not quite.
const GARBAGE = [
  "", "x", "{", "{}", "[]", "null", '{"type":3}', '{"type":3,"data":{},"uid":"x","nsp":"/cluster"}', '{"type":"3","uid":1,"nsp":[]}',
  '{"type":3,"data":{"packet":{"type":2,"data":["disconnect"]},"opts":{"rooms":[]}},"uid":"x","nsp":"/cluster"}',
  '{"type":3,"data":{"packet":{"type":2,"data":[]},"opts":{"rooms":[]}},"uid":"x","nsp":"/cluster"}',
  '{"type":3,"data":{"packet":{"type":2,"data":[{}]},"opts":{"rooms":[]}},"uid":"x","nsp":"/cluster"}',
  '{"type":8,"data":{"requestId":"1","sockets":[1,null]},"uid":"x","nsp":"/cluster"}',
  '{"type":100,"data":{"requestId":"1"},"uid":"x","nsp":"/cluster"}', "\x84\xa4type", "\xc1", "\xdf\xff\xff\xff\xff", "\x93\x01\x02",
];

async function throwGarbage(t, redis, own) {
  const channel = `${t.prefix}#/cluster#`;
  const stream = ["xadd", t.prefix, "*"];
  for (const garbage of GARBAGE) {
    for (const name of [channel, ...own]) {
      await redis.cli("publish", name, garbage);
      await redis.cli("spublish", name, garbage);
    }
    for (const type of ["3", "8", "x", ""]) await redis.cli(...stream, "uid", "x", "nsp", "/cluster", "type", type, "data", garbage);
    await redis.cli(...stream, "nsp", "/cluster", garbage || "f", garbage);
  }
}

const channelsOf = async (redis, verb) => (await redis.cli("pubsub", verb)).split("\n").filter(Boolean);

export const faults = [
  {
    name: "Redis is killed and started again: clients here are served meanwhile, then all hear each other again",
    kinds: "No",
    async run(t, redis) {
      const [alice, bob, neighbour] = await two(t);
      await redis.kill();
      await sendNumbers(bob, 0, 5);
      for (const peer of [bob, neighbour]) await allHeard(peer, 5);
      await redis.start();
      await t.settle();
      must(alice.socket.connected && bob.socket.connected, "a client was disconnected");
    },
  },
  {
    name: "Redis stands still for 10 s: clients here don't wait for it, and nothing is lost",
    kinds: "No",
    async run(t, redis) {
      const [alice, bob, neighbour] = await two(t);
      redis.signal("SIGSTOP");
      const started = Date.now();
      await sendNumbers(bob, 0, 20);
      for (const peer of [bob, neighbour]) await allHeard(peer, 20);
      const waited = Date.now() - started;
      must(waited < 8000, `clients here waited for ${waited} ms`);
      await sleep(10000 - waited);
      redis.signal("SIGCONT");
      await allHeard(alice, 20);
      await t.settle();
      for (const peer of [bob, neighbour]) await allHeard(peer, 20);
    },
  },
  {
    name: "a server is killed in mid-broadcast: the others go on at once, and are not kept waiting",
    kinds: "Noo",
    async run(t) {
      const [alice, bob, carol] = await t.connectAll();
      for (let n = 0; n < 2000; n++) carol.emit("send", { from: "nsp" }, "n", n);
      await until(() => numbers(alice).length > 20, "the first to arrive");
      t.servers[2].child.kill("SIGKILL");
      await t.servers[2].exited;
      await t.settle([alice, bob]);
      must(inOrder(numbers(alice)) && inOrder(numbers(bob)), "out of order");
      const asked = ask(bob, "ask all", { from: "nsp" }, 20000, "question");
      for (const peer of [alice, bob]) {
        const item = await until(() => (peer.found = peer.heard.items.find(({ event }) => event === "question")), "the question").then(() => peer.found);
        item.ack(peer.name);
      }
      const [error, replies] = await asked;
      must(error === null && replies.length === 2, `asked: ${error}, ${replies.length} replies`);
      t.servers.splice(2, 1);
    },
  },
  {
    name: "a server that never answers: what the others have, after the time for it",
    kinds: "oo",
    async run(t, redis) {
      const [alice, bob] = await t.connectAll();
      const channel = t.arguments.includes("classic") ? `${t.prefix}-request#/cluster#` : `${t.prefix}#/cluster#`;
      const verb = t.arguments.includes("sharded") ? "ssubscribe" : "subscribe";
      const silent = ownChild(spawn("redis-cli", ["-p", String(redis.port), verb, channel], { stdio: ["pipe", "pipe", "ignore"] }));
      await new Promise((resolve) => silent.stdout.once("data", resolve));
      const [, sockets] = await ask(alice, "fetch", { from: "nsp" });
      must(sockets.length === 2, `${sockets.length} sockets were fetched`);
      const asked = ask(alice, "ask all", { from: "nsp" }, 1000, "question");
      for (const peer of [alice, bob]) (await peer.recv()).ack(peer.name);
      const [error, replies] = await asked;
      must(error === "operation has timed out" && replies.length === 2, `asked: ${error}, ${replies}`);
      silent.kill();
    },
  },
  {
    name: "garbage on every channel and in the stream",
    kinds: "oo",
    async run(t, redis) {
      const [alice, bob] = await t.connectAll();
      const own = [...(await channelsOf(redis, "channels")), ...(await channelsOf(redis, "shardchannels"))];
      await throwGarbage(t, redis, own);
      await t.settle();
      must(alice.socket.connected && bob.socket.connected, "a client was disconnected");
      alice.heard.takeAll();
      bob.heard.takeAll();
    },
  },
  {
    name: "a server that stands still under a flood",
    kinds: "oo",
    async run(t, redis) {
      const [alice, bob] = await t.connectAll();
      await redis.cli("config", "set", "client-output-buffer-limit", "pubsub 256kb 128kb 1");
      t.servers[1].child.kill("SIGSTOP");
      const text = "x".repeat(1000);
      for (let n = 0; n < 8000; n += 500) await sendNumbers(alice, n, 500, text);
      await allHeard(alice, 8000);
      t.servers[1].child.kill("SIGCONT");
      await t.settle();
      must(inOrder(numbers(bob)), "out of order");
      if (t.arguments.includes("streams")) await allHeard(bob, 8000);
    },
  },
];

// What Node's adapter 0.2 and the streams' emitter write, not all of which 0.3 writes: everything is in the stream.
export async function olderEntries(t, redis) {
  const [alice, bob] = await t.connectAll();
  const add = (uid, type, data) => redis.cli("xadd", t.prefix, "MAXLEN", "~", 10000, "*", "uid", uid, "nsp", "/cluster", "type", type, ...(data ? ["data", typeof data === "string" ? data : JSON.stringify(data)] : []));
  const opts = { rooms: [], except: [], flags: {} };
  await add("5ec1bbe2f6a658b5", 1);
  await add("5ec1bbe2f6a658b5", 2);
  await add("5ec1bbe2f6a658b5", 4, { opts, rooms: ["old"] });
  await add("5ec1bbe2f6a658b5", 3, { packet: { type: 2, data: ["n", 1], nsp: "/cluster" }, opts: { ...opts, rooms: ["old"] } });
  await add("5ec1bbe2f6a658b5", 3, "gqZwYWNrZXSCpHR5cGUCpGRhdGGSpWhlbGxvxAMBAgOkb3B0c4Olcm9vbXOQpmV4Y2VwdJClZmxhZ3OA");
  await add("5ec1bbe2f6a658b5", 9, { packet: ["poke", "older"] });
  await add("emitter", 3, { packet: { type: 2, data: ["n", 2], nsp: "/cluster" }, opts: { ...opts, except: [alice.socket.id] } });
  await add("emitter", 5, { opts, rooms: ["old"] });
  await add("5ec1bbe2f6a658b5", 13);
  for (const peer of [alice, bob]) {
    for (const expected of ['<- "n" 1', '<- "hello" <3 bytes 010203>', '<- "poked" "older"']) {
      const { line } = await peer.heard.next();
      must(line === expected, `${peer.name} heard ${line}`);
    }
  }
  must((await bob.heard.next()).line === '<- "n" 2', "of the emitter");
  await until(async () => (await ask(alice, "rooms"))[0].length === 1, "the room to be left");
  await add("emitter", 6, { opts, close: true });
  for (const peer of [alice, bob]) await until(() => !peer.socket.connected, `${peer.name} to be disconnected`);
}

// Slots of a Redis Cluster move while events go through them.
export async function movingSlots(t, cluster) {
  const [alice, bob, carol] = await t.connectAll();
  await ask(bob, "join", "red");
  await ask(carol, "join", "red");
  await t.probe(alice, { to: ["red"] }, [bob, carol]);
  for (const channel of [`${t.prefix}#/cluster#`, `${t.prefix}#/cluster#red#`]) {
    const slot = Number(await cluster.nodes[0].cli("cluster", "keyslot", channel));
    const { from, to } = await cluster.moveSlot(slot);
    must(from !== to, "it hasn't moved");
    await t.settle();
    for (const peer of t.peers) await t.probe(peer, { to: ["red"] }, [bob, carol]);
  }
}
