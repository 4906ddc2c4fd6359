// What is lost when something fails, counted, and that it goes on afterwards. Each has a Redis of its own. What a run returns is printed.
import { spawn } from "node:child_process";
import { ownChild } from "../wire/lib/children.mjs";
import { ask } from "./lib/cluster.mjs";
import { Account, ascending, connected, heardExactly, hears, hearsAll, lostBy, must, numbers, ranges, sendNumbers, stateOf, untilState } from "./lib/counting.mjs";
import { until } from "./lib/redis.mjs";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const isStreams = (t) => t.arguments.includes("streams");

// A client at each server, and another one at the last.
async function withNeighbour(t) {
  const peers = await t.connectAll();
  const neighbour = await t.connect(t.kinds.length - 1, "neighbour");
  await t.settle();
  return [...peers, neighbour];
}

const each = (list, run) => Promise.all(list.map(run));

// As fast as it goes. How many there were.
async function sendUntilDisconnected(from) {
  let count = 0;
  while (from.socket.connected) {
    for (let i = 0; i < 20; i++) from.emit("send", { from: "nsp" }, "n", count++, from.name);
    await new Promise(setImmediate);
  }
  return count;
}

// The queue of what was published meanwhile leaves at once, maybe before a server has subscribed: then its beginning is lost for that one.
// A stream keeps it; but Node's servers may not have noticed at first that Redis is away.
function lostOfQueue(t, to, from, first, count) {
  const lost = lostBy(to, from, first + count);
  must(lost.every((n, i) => n === first + i), `${to.name} misses ${ranges(lost)} of ${from.name}`);
  must(lost.length === 0 || !isStreams(t) || t.kinds[t.peers.indexOf(from)] === "N", `${to.name} misses ${ranges(lost)} of ${from.name}: they are in the stream`);
  return `lost: ${from.name}'s ${ranges(lost)} of ${first}-${first + count - 1} for ${to.name}`;
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
    kinds: "Noo",
    async run(t, redis) {
      const [alice, bob, carol, neighbour] = await withNeighbour(t);
      const all = [alice, bob, carol, neighbour];
      const account = await Account.open(carol);
      for (const from of [alice, carol]) await sendNumbers(from, 0, 10);
      for (const from of [alice, carol]) await each(all, (to) => hearsAll(to, from, 10));
      must((await account.closed(10)).dropped === 0, "dropped while Redis was there");
      await redis.kill();
      await each([bob, carol], (peer) => untilState(peer, "away", ({ status, error }) => status === "connecting" && error !== ""));
      for (const from of [alice, carol]) await sendNumbers(from, 10, 10);
      await each([carol, neighbour], (to) => hearsAll(to, carol, 20));
      must((await stateOf(carol)).buffered > 0, "nothing waits for Redis");
      await redis.start();
      await each([bob, carol], (peer) => untilState(peer, "back", (state) => connected(state) && state.connections === 2));
      must((await account.closed(20)).dropped === 0, "dropped, though there was room for it");
      await t.settle();
      for (const from of [alice, carol]) await sendNumbers(from, 20, 10);
      for (const from of [alice, carol]) await each(all, (to) => hears(to, from, 29));
      await each([carol, neighbour], (to) => hearsAll(to, carol, 30));
      must(all.every(({ socket }) => socket.connected), "a client was disconnected");
      return [[alice, carol], [bob, carol], [bob, alice], [carol, alice]].map(([to, from]) => lostOfQueue(t, to, from, 10, 10));
    },
  },
  {
    name: "Redis stands still for 10 s: clients here don't wait for it, and nothing is lost",
    kinds: "No",
    async run(t, redis) {
      const [alice, bob, neighbour] = await withNeighbour(t);
      const account = await Account.open(bob);
      const still = redis.standStill(10, t.arguments.includes("classic") ? "SIGSTOP" : "DEBUG SLEEP");
      let count = 0;
      do {
        await sendNumbers(bob, count++, 1);
        await sleep(20);
      } while ((await stateOf(bob)).lag < 100);
      const started = Date.now();
      await sendNumbers(bob, count, 20);
      count += 20;
      await each([bob, neighbour], (to) => hearsAll(to, bob, count));
      must(Date.now() - started < 8000, `clients here waited for ${Date.now() - started} ms`);
      await sendNumbers(alice, 0, 20);
      await untilState(bob, "slow", ({ status, lag }) => status === "connected" && lag > 2000);
      await still;
      const everywhere = () => each([alice, bob, neighbour], (to) => Promise.all([hearsAll(to, alice, 20), hearsAll(to, bob, count)]));
      await everywhere();
      must((await account.closed(count)).dropped === 0, "dropped");
      await t.settle();
      await everywhere();
      const { connections, lag } = await untilState(bob, "quick", (state) => state.lag < 2000);
      must(connections === account.before.connections, `a new connection, lag ${lag}`);
    },
  },
  {
    name: "a server is killed in mid-broadcast: the others go on at once, and are not kept waiting",
    kinds: "Noo",
    async run(t) {
      const [alice, bob, carol] = await t.connectAll();
      const sending = sendUntilDisconnected(carol);
      await hears(alice, carol, 100);
      t.servers[2].child.kill("SIGKILL");
      await t.servers[2].exited;
      await t.settle([alice, bob]);
      // What it had published has reached all others, whole: nothing is missing within it.
      const [first, second] = [alice, bob].map((peer) => ascending(peer, carol));
      heardExactly(alice, carol, ranges(first.map((_, n) => n)));
      heardExactly(bob, carol, ranges(first));
      must(second.length === first.length, "one has heard more");
      for (const from of [alice, bob]) await sendNumbers(from, 0, 10);
      await each([alice, bob], (to) => each([alice, bob], (from) => hearsAll(to, from, 10)));
      const asked = ask(bob, "ask all", { from: "nsp" }, 20000, "question");
      for (const peer of [alice, bob]) {
        const question = () => peer.heard.items.find(({ event }) => event === "question");
        await until(question, "the question");
        question().ack(peer.name);
      }
      const [error, replies] = await asked;
      must(error === null && replies.length === 2, `asked: ${error}, ${replies.length} replies`);
      t.servers.splice(2, 1);
      const count = await sending;
      return [`lost: carol's ${ranges(lostBy(alice, carol, count))} of 0-${count - 1} for alice and bob`];
    },
  },
  {
    name: "a server that never answers: what the others have, after the time for it, and how many are missing",
    kinds: "oo",
    async run(t, redis) {
      const [alice, bob] = await t.connectAll();
      const channel = t.arguments.includes("classic") ? `${t.prefix}-request#/cluster#` : `${t.prefix}#/cluster#`;
      const verb = t.arguments.includes("sharded") ? "ssubscribe" : "subscribe";
      const silent = ownChild(spawn("redis-cli", ["-p", String(redis.port), verb, channel], { stdio: ["pipe", "pipe", "ignore"] }));
      await new Promise((resolve) => silent.stdout.once("data", resolve));
      const [, sockets, missing] = await ask(alice, "fetch", { from: "nsp" });
      must(sockets.length === 2, `${sockets.length} sockets were fetched`);
      must(missing === 1, `${missing} servers are missing`);
      const asked = ask(alice, "ask all", { from: "nsp" }, 1000, "question");
      for (const peer of [alice, bob]) (await peer.recv()).ack(peer.name);
      const [error, replies] = await asked;
      must(error === "operation has timed out" && replies.length === 2, `asked: ${error}, ${replies}`);
      silent.kill();
      await until(async () => (await ask(alice, "fetch", { from: "nsp" }))[2] === undefined, "nobody to be missing");
    },
  },
  {
    name: "a broadcast of bytes larger than all that may wait for a client or for Redis arrives whole, and the next one behind it",
    kinds: "No",
    of: /classic|streams$/,
    options: ["--max-payload", "100000000"],
    async run(t) {
      const peers = await t.connectAll();
      for (const from of peers) {
        from.emit("send", { from: "nsp" }, "n", 0, from.name, Buffer.alloc(17 << 20, 7));
        await each(peers, (to) => hearsAll(to, from, 1));
        await sendNumbers(from, 1, 1);
        await each(peers, (to) => hearsAll(to, from, 2));
      }
      for (const { heard } of peers) must(heard.items.filter(({ args }) => args?.[2]?.length === 17 << 20).length === 2, "not all bytes have come");
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
      for (const peer of [alice, bob]) must((await stateOf(peer)).refused > 0, "nothing was refused");
      for (const from of [alice, bob]) await sendNumbers(from, 0, 10);
      await each([alice, bob], (to) => each([alice, bob], (from) => hearsAll(to, from, 10)));
    },
  },
  {
    name: "a server that stands still under a flood: it misses what Redis doesn't keep for it, and nothing else",
    kinds: "oo",
    async run(t, redis) {
      const [alice, bob] = await t.connectAll();
      const account = await Account.open(alice);
      const before = await stateOf(bob);
      await redis.cli("config", "set", "client-output-buffer-limit", "pubsub 256kb 128kb 1");
      t.servers[1].child.kill("SIGSTOP");
      const text = "x".repeat(2000);
      for (let n = 0; n < 8000; n += 500) await sendNumbers(alice, n, 500, text);
      await hearsAll(alice, alice, 8000);
      must((await account.closed(8000)).dropped === 0, "dropped");
      t.servers[1].child.kill("SIGCONT");
      if (isStreams(t)) {
        await hearsAll(bob, alice, 8000);
      } else {
        await untilState(bob, "back", (state) => connected(state) && state.connections === before.connections && state.error !== "");
      }
      const received = (await stateOf(bob)).received - before.received;
      await t.settle();
      await sendNumbers(alice, 8000, 10);
      await hears(bob, alice, 8009);
      const lost = lostBy(bob, alice, 8010);
      must(received === 8000 - lost.length, `${received} were received, ${lost.length} are lost`);
      must(ranges(lost) === (lost.length ? `${received}-7999` : "nothing"), `lost are ${ranges(lost)}`);
      must(lost.length > 0 !== isStreams(t), `lost are ${ranges(lost)}`);
      return [`lost: alice's ${ranges(lost)} of 0-7999 for bob`];
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
