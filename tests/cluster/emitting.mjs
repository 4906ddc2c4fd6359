// Emitters outside of any server: npm's and sio-emit. What clients hear must not depend on which it is, nor on whose the servers are.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { emitterOf } from "../interop/lib/adapters.mjs";
import { ownChild } from "../wire/lib/children.mjs";
import { scaled } from "../wire/lib/wait.mjs";
import { Cluster, ask } from "./lib/cluster.mjs";
import { until } from "./lib/redis.mjs";

const run = promisify(execFile);

// Its arguments' bytes come from files.
function inFiles(args) {
  const directory = mkdtempSync(path.join(tmpdir(), "sio-emit-"));
  const options = args.filter(Buffer.isBuffer).flatMap((bytes, i) => {
    const file = path.join(directory, String(i));
    writeFileSync(file, bytes);
    return ["--file", file];
  });
  return { options, remove: () => rmSync(directory, { recursive: true }) };
}
const nsp = "/cluster";

// { to, except, flags } of npm's emitter.
export async function nodeEmitter(url, key) {
  const { client, emitter } = await emitterOf(url, key, nsp);
  const target = ({ to = [], except = [], flags = [] }) => flags.reduce((all, flag) => all[flag], emitter.to(to).except(except));
  return {
    emit: async (spec, ...args) => target(spec).emit(...args),
    join: async (spec, room) => target(spec).socketsJoin(room),
    leave: async (spec, room) => target(spec).socketsLeave(room),
    disconnect: async (spec, close) => target(spec).disconnectSockets(close),
    serverSide: async (...args) => emitter.serverSideEmit(...args),
    close: () => client.quit(),
  };
}

export function ourEmitter(url, key) {
  const words = ({ to = [], except = [], flags = [] }) => [
    ...to.flatMap((room) => ["--to", room]),
    ...except.flatMap((room) => ["--except", room]),
    ...flags.map((flag) => `--${flag}`),
  ];
  const call = (...args) => run(process.env.SIO_EMIT, ["--redis", url, "--key", key, "--namespace", "cluster", ...args], { timeout: scaled(20000) });
  const texts = (args) => args.map((arg) => JSON.stringify(arg));
  return {
    emit(spec, name, ...args) {
      const files = inFiles(args);
      return call(...words(spec), ...files.options, name, ...texts(args.filter((arg) => !Buffer.isBuffer(arg)))).finally(files.remove);
    },
    join: (spec, room) => call(...words(spec), "--join", room),
    leave: (spec, room) => call(...words(spec), "--leave", room),
    disconnect: (spec, close) => call(...words(spec), "--disconnect", ...(close ? ["--close"] : [])),
    serverSide: (name, ...args) => call("--server-side", name, ...texts(args)),
    close: async () => {},
  };
}

// Events come on the way of all others: what one server sends afterwards comes behind them.
async function inOrder(t) {
  await t.settle(t.peers.filter(({ socket }) => socket.connected));
  await t.flush(t.peers.find(({ socket }) => socket.connected));
}

export async function emitting(t, emitter) {
  const [alice, bob, carol] = await t.connectAll();
  await ask(alice, "join", ["red"]);
  await ask(bob, "join", ["red", "blue"]);
  await emitter.emit({}, "hello", 1, "two", { three: [null, 0.5, "é"] });
  await inOrder(t);
  await emitter.emit({ to: ["red"] }, "to red", "bytes:", Buffer.from([0, 1, 255]), Buffer.alloc(100000, 7));
  await emitter.emit({ to: ["red", "blue"], except: ["blue"] }, "red, not blue", []);
  await emitter.emit({ except: ["red"], flags: ["volatile"] }, "not red", true);
  await inOrder(t);
  await emitter.join({ to: ["red"] }, "green");
  await until(async () => (await ask(bob, "rooms"))[0].includes("green"), "bob to join");
  await inOrder(t);
  await emitter.emit({ to: ["green"] }, "to green");
  await emitter.leave({ to: ["blue"] }, "green");
  await until(async () => !(await ask(bob, "rooms"))[0].includes("green"), "bob to leave");
  await inOrder(t);
  await emitter.emit({ to: ["green"] }, "to green again");
  await emitter.serverSide("poke", "emitter", 42);
  await Promise.all([alice, bob, carol].map((peer) => until(() => peer.heard.items.some(({ event }) => event === "poked" || event === "poke"), "a poke")));
  await inOrder(t);
  await emitter.disconnect({ to: ["green"] }, true);
  await until(() => !alice.socket.connected, "alice to be disconnected");
  await inOrder(t);
}

// What redis-cli, or anything that can publish, sends: for servers of this library.
export async function publishing(t, redis) {
  const [alice, bob] = await t.connectAll();
  await ask(alice, "join", ["red"]);
  await redis.cli("publish", `${t.prefix}#${nsp}#`, JSON.stringify({ type: 2, nsp, data: ["hello", 1, { a: [2] }] }));
  await redis.cli("publish", `${t.prefix}#${nsp}#`, JSON.stringify({ type: 2, nsp, data: ["to red"], rooms: ["red"] }));
  await redis.cli("publish", `${t.prefix}#${nsp}#red#`, JSON.stringify({ data: ["to red's channel"], rooms: ["red"] }));
  await redis.cli("publish", `${t.prefix}#${nsp}#`, JSON.stringify({ data: ["not red"], except: ["red"] }));
  await until(() => alice.heard.items.length === 3 && bob.heard.items.length === 2, "all that was published");
  await t.flush(alice);
}

// What older adapters ask, and what is answered: the bytes, but for what differs from run to run.
export async function olderRequests(t, redis) {
  const [alice, bob] = await t.connectAll();
  const answers = [];
  const listener = ownChild(spawn("redis-cli", ["-p", String(redis.port), "subscribe", `${t.prefix}-response#${nsp}#`], { stdio: ["pipe", "pipe", "ignore"] }));
  const subscribed = new Promise((resolve) => listener.stdout.once("data", resolve));
  createInterface({ input: listener.stdout }).on("line", (line) => line.startsWith("{") && answers.push(line));
  await subscribed;
  const request = async (count, what) => {
    answers.length = 0;
    await redis.cli("publish", `${t.prefix}-request#${nsp}#`, JSON.stringify(what));
    await until(() => answers.length >= count, `${count} answers to ${JSON.stringify(what)}`);
    for (const answer of answers.sort()) t.log(`${what.type}: ${answer.replace(/"handshake":.*?,"rooms"/, '"handshake":{},"rooms"')}`);
  };
  await request(2, { requestId: "one", type: 0, rooms: [] });
  await request(2, { requestId: "two", type: 0, rooms: [alice.socket.id] });
  await request(2, { requestId: "three", type: 1 });
  await request(1, { requestId: "four", type: 2, sid: alice.socket.id, room: "red" });
  await alice.call("rooms");
  await request(2, { requestId: "five", type: 5, opts: { rooms: ["red"], except: [] } });
  await request(1, { requestId: "six", type: 3, sid: alice.socket.id, room: "red" });
  await alice.call("rooms");
  await request(2, { requestId: "seven", type: 6, uid: "older", data: ["question", 1] });
  await request(1, { requestId: "eight", type: 4, sid: bob.socket.id, close: true });
  await bob.recv();
  listener.kill();
}

const classic = { title: "classic", name: "classic" };

// The transcript of one emitter in one cluster.
async function listen(kinds, url, emitterFor, run) {
  const cluster = await new Cluster(kinds, classic, url).start();
  const emitter = await emitterFor(url, cluster.prefix);
  try {
    await run(cluster, emitter);
    return { lines: cluster.transcript.masked() };
  } catch (error) {
    return { lines: cluster.transcript.masked(), error: error.stack };
  } finally {
    await emitter.close();
    const complaints = await cluster.stop();
    if (complaints.length) console.log(complaints.join("\n"));
  }
}

const nobody = async () => ({ close: async () => {} });

// Judges as run.mjs does.
export async function tryEmitters(redis, wanted, judge, report) {
  const title = "emitters";
  if (!wanted(title)) return;
  const expected = await listen("NNN", redis.url, nodeEmitter, emitting);
  if (expected.error) return report(`${title}: npm's, NNN`, expected.error);
  judge(`${title}: npm's, Noo`, expected, await listen("Noo", redis.url, nodeEmitter, emitting));
  judge(`${title}: sio-emit, Noo`, expected, await listen("Noo", redis.url, async (...args) => ourEmitter(...args), emitting));
  judge(`${title}: sio-emit, NNN`, expected, await listen("NNN", redis.url, async (...args) => ourEmitter(...args), emitting));
  const asked = (kinds) => listen(kinds, redis.url, nobody, (t) => olderRequests(t, redis));
  const answered = await asked("NN");
  if (answered.error) report(`${title}: older requests, NN`, answered.error);
  else for (const kinds of ["No", "oo"]) judge(`${title}: older requests, ${kinds}`, answered, await asked(kinds), true);
  const published = await listen("oo", redis.url, nobody, (t) => publishing(t, redis));
  judge(`${title}: JSON that anything publishes`, { lines: PUBLISHED }, published);
}

const PUBLISHED = [
  "alice connected",
  "bob connected",
  ...["alice", "bob"].flatMap((name) => [`${name} <- "hello" 1 {"a":[2]}`, ...(name === "alice" ? ['alice <- "to red" ', 'alice <- "to red\'s channel" '] : ['bob <- "not red" '])]),
];
