// Connection state recovery over streams: a client drops off one server and comes back to another, of either kind.
import { Proxy } from "../interop/lib/proxy.mjs";
import { show } from "../interop/lib/show.mjs";
import { baseUrl } from "../interop/lib/stock.mjs";
import { within } from "../wire/lib/wait.mjs";
import { ask } from "./lib/cluster.mjs";
import { until } from "./lib/redis.mjs";

// The last argument of an event is its offset: it comes from Redis and differs from run to run.
const OFFSET = /^[0-9]+-[0-9]+$/;

// From the first server to the second.
export const HOPS = ["NN", "No", "oN", "oo"];
export const options = ["--recovery", "20000"];

async function connect(t, index, name, options) {
  const peer = await t.connect(index, name, options);
  const hear = peer.hear.bind(peer);
  peer.hear = hear;
  peer.socket.offAny();
  peer.socket.onAny((event, ...args) => {
    if (OFFSET.test(args[args.length - 1])) args.pop();
    if (event === "probe" || event === "marker") {
      peer.hidden.push(`${event} ${args[0]}`);
      peer.onHidden();
    } else {
      peer.hear(event, args);
    }
  });
  return peer;
}

async function lose(t, peer) {
  peer.id = peer.socket.id;
  peer.socket.io.engine.close();
  await until(() => !peer.socket.connected, `${peer.name} to be disconnected`);
  peer.heard.takeAll();
}

async function comeBack(t, peer, index) {
  peer.socket.io.uri = baseUrl(t.servers[index].target);
  await peer.opened();
  peer.log(`recovered: ${peer.socket.recovered}, same id: ${peer.socket.id === peer.id}`);
}

// Gone is who isn't seen from anywhere.
async function gone(watcher, others) {
  await until(async () => (await ask(watcher, "fetch", { from: "nsp" }))[1]?.length === others, "the session to be saved");
}

async function send(from, spec, ...args) {
  from.emit("send", spec, ...args);
  await ask(from, "ack");
}

const catchUp = async (t, peer, count) => {
  for (let i = 0; i < count; i++) await peer.recv();
};

export const recoveries = [
  {
    name: "id, rooms, data, and what was missed",
    async run(t) {
      const [alice, bob, carol] = [await connect(t, 0, "alice"), await connect(t, 0, "bob"), await connect(t, 1, "carol")];
      await t.settle();
      await ask(alice, "join", ["red", "blue"]);
      await ask(alice, "set data", { name: "alice", list: [1, null, 1.5] });
      await t.probe(bob, {}, [alice]);
      await lose(t, alice);
      await gone(carol, 2);
      for (const from of [bob, carol]) {
        await send(from, { from: "nsp" }, "to all", from.name, Buffer.from([1, 2, 3]));
        await send(from, { from: "nsp", to: ["red", "green"] }, "to red or green", { text: ["é"] });
        await send(from, { from: "nsp", to: ["green"] }, "to green");
        await send(from, { from: "nsp", except: ["blue"] }, "not to blue");
        await send(from, { from: "nsp", to: [alice.id] }, "to alice", from.name);
        await until(async () => [bob, carol].every(({ heard }) => heard.items.some(({ line }) => line.includes(`"to all" "${from.name}"`))), "it to be sent");
        await t.probe(from, {}, [bob, carol]); /* the last of it is in the stream, too */
        for (const other of [bob, carol]) other.heard.takeAll();
      }
      await comeBack(t, alice, 1);
      await catchUp(t, alice, 6);
      await alice.call("rooms");
      await alice.call("get data");
      for (const from of [bob, carol]) {
        await send(from, { from: "nsp", to: ["red"] }, "to red again", from.name);
        await alice.recv();
      }
    },
  },
  {
    name: "again and again, from server to server",
    async run(t) {
      const [alice, bob] = [await connect(t, 0, "alice"), await connect(t, 1, "bob")];
      await t.settle();
      for (let i = 0; i < 4; i++) {
        await send(bob, { from: "nsp" }, "news", i);
        await alice.recv();
        await lose(t, alice);
        await gone(bob, 1);
        await send(bob, { from: "nsp" }, "missed", i);
        await comeBack(t, alice, (i + 1) % 2);
        await alice.recv();
      }
    },
  },
  {
    name: "a session that nobody knows",
    async run(t) {
      const alice = await connect(t, 0, "alice");
      await t.settle();
      await lose(t, alice);
      alice.socket._pid = "0123456789abcdefghij";
      await comeBack(t, alice, 1);
    },
  },
];

// Numbered events from several servers while a client goes from server to server: none lost, none twice, in order.
export async function hopping(t, { senders, hops, count }) {
  const alice = await connect(t, 0, "alice");
  const others = [];
  for (const [i, index] of senders.entries()) others.push(await connect(t, index, `sender ${i} at ${index}`));
  await t.settle();
  const heard = new Map(others.map(({ name }) => [name, []]));
  alice.hear = (event, [name, n]) => event === "n" && heard.get(name).push(n);
  let sending = true;
  const sendAll = async (from) => {
    for (let n = 0; n < count; n++) {
      from.emit("send", { from: "nsp" }, "n", from.name, n);
      if (n % 10 === 9) await ask(from, "ack");
    }
  };
  const sent = Promise.all(others.map(sendAll)).then(() => (sending = false));
  for (let i = 1; sending || i <= hops; i++) {
    alice.socket.io.engine.close();
    alice.socket.io.uri = baseUrl(t.servers[i % t.servers.length].target);
    // Node's servers don't look for a session again that isn't saved yet; ours do.
    if (t.kinds[i % t.servers.length] === "N") await gone(others[0], others.length);
    await alice.opened();
    if (!alice.socket.recovered) throw new Error(`not recovered at hop ${i}, on server ${i % t.servers.length}`);
  }
  await within(sent, "everything to be sent", 60000);
  await until(() => [...heard.values()].every((list) => list.length >= count), "everything to be heard").catch(() => {});
  for (const [name, list] of heard) {
    const wrong = list.findIndex((n, i) => n !== i);
    if (wrong >= 0 || list.length !== count) {
      throw new Error(`of ${count} events of ${name} ${list.length} were heard; the ${wrong}th is ${list.slice(Math.max(0, wrong - 3), wrong + 4)}`);
    }
  }
}

// A client that is back waits in a middleware, while what it misses goes on: in the stream, and past the server where it waits.
export async function waiting(t) {
  const here = { namespace: "/guarded" };
  const alice = await connect(t, 0, "alice", { ...here, auth: { mode: "" } });
  const others = [await connect(t, 0, "bob", { ...here, auth: { mode: "" } }), await connect(t, 1, "carol", { ...here, auth: { mode: "" } })];
  const observer = await connect(t, 1, "observer", { namespace: "/control", auth: {} });
  for (const from of others) await t.probe(from, {}, [alice, ...others]);
  await ask(alice, "join", ["red"]);
  await t.probe(others[1], { to: ["red"] }, [alice]);
  let count = 0;
  const sendSome = async () => {
    for (const from of others) {
      for (const spec of [{}, { to: ["red"] }, { to: ["blue"] }, { except: ["red"] }, { to: [alice.id ?? alice.socket.id] }]) {
        from.emit("send", { from: "nsp", ...spec }, spec.to?.[0] === "blue" || spec.except ? "not for alice" : "n", count++);
      }
      await ask(from, "ack");
      await t.probe(from, {}, others); // their servers have read as far
    }
  };
  await sendSome();
  alice.id = alice.socket.id;
  alice.socket.io.engine.close();
  await sendSome();
  alice.socket.auth = { mode: "hold" };
  alice.socket.io.uri = baseUrl(t.servers[1].target);
  const opened = alice.opened();
  await until(() => observer.heard.items.some(({ args }) => args?.[0] === "held"), "alice to wait in the middleware");
  await sendSome();
  await sendSome();
  observer.emit("release", null);
  await opened;
  if (!alice.socket.recovered || alice.socket.id !== alice.id) throw new Error("not recovered");
  await sendSome();
  await t.probe(others[1], {}, [alice]);
  const heard = alice.heard.items.filter(({ event }) => event === "n").map(({ args }) => args[0]);
  const meant = Array.from({ length: count }, (_, n) => n).filter((n) => ![2, 3].includes(n % 5));
  if (show(heard) !== show(meant)) throw new Error(`heard ${heard}, not ${meant}`);
}

// The earlier connection seems alive to its server when the client is back on another one.
export async function superseding(t) {
  const proxy = await Proxy.open(t.servers[0].target);
  try {
    const alice = await connect(t, 0, "alice");
    const bob = await connect(t, 1, "bob");
    await t.settle();
    alice.socket.io.engine.close();
    alice.socket.io.uri = baseUrl(proxy.target);
    await alice.opened();
    if (!alice.socket.recovered) throw new Error("not recovered on the same server");
    await t.probe(bob, {}, [alice]);
    alice.id = alice.socket.id;
    proxy.freeze();
    await until(() => !alice.socket.connected, "alice to be disconnected");
    await send(bob, { from: "nsp" }, "missed", 1);
    alice.heard.takeAll();
    alice.socket.io.uri = baseUrl(t.servers[1].target);
    await alice.opened();
    if (!alice.socket.recovered || alice.socket.id !== alice.id) throw new Error("not recovered while the earlier connection seems alive");
    await alice.recv();
  } finally {
    proxy.close();
  }
}
