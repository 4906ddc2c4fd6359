// Connection state recovery: what a client gets back when it returns, and when it doesn't.
import { Proxy } from "../lib/proxy.mjs";
import { hideOffsets } from "../lib/recovering.mjs";
import { REFERENCE } from "../lib/server.mjs";
import { connectPeer } from "../lib/stock.mjs";

export const servers = ["--recovery", "0"];

async function pair(t, options) {
  hideOffsets(t);
  return [await t.connect("alice", options), await t.connect("bob", options)];
}

// The connection ends, and the server has noticed.
async function lose(t, peer) {
  peer.id = peer.socket.id;
  peer.socket.io.engine.close();
  await peer.recv();
  await t.observer.report("disconnect");
}

// Where the reference fails ours must not: what both fail at is no difference, and nobody would notice.
function mustBeRecovered(t, peer) {
  if (t.server.kind !== REFERENCE && !peer.socket.recovered) throw new Error("not recovered");
}

async function comeBack(peer) {
  await peer.opened();
  if (!peer.socket.connected) return;
  peer.log(`recovered: ${peer.socket.recovered}, same id: ${peer.socket.id === peer.id}`);
  await peer.call("recovered");
  await peer.fence();
}

// What one peer sends is on its way when its round trip is over.
async function send(from, spec, ...args) {
  from.emit("send", spec, ...args);
  await from.fence();
}

async function sayHello(peer) {
  peer.emit("echo", "hello");
  await peer.recv();
}

async function untilKept(t, done) {
  for (;;) {
    const [sessions, packets] = await new Promise((resolve) => t.observer.peer.socket.emit("kept", (...all) => resolve(all)));
    if (done(sessions, packets)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const missedEvents = [
  {
    name: "id, rooms, data and missed events",
    async run(t) {
      const [alice, bob] = await pair(t);
      await alice.call("join", ["red", "blue"]);
      await alice.call("set data", { name: "alice", list: [1, null] });
      await sayHello(alice);
      await lose(t, alice);
      await send(bob, { from: "nsp" }, "to all", 1);
      await send(bob, { from: "nsp", to: ["red", "green"] }, "to red or green", "text");
      await send(bob, { from: "nsp", to: ["green"] }, "to green");
      await send(bob, { from: "nsp", except: ["blue"] }, "not to blue");
      await send(bob, { from: "nsp", except: ["green"] }, "not to green");
      await send(bob, { from: "socket" }, "not to bob", { a: [true] });
      await send(bob, { from: "nsp", to: [alice.id] }, "to alice");
      await send(bob, { from: "nsp", flags: ["volatile"] }, "volatile", 1);
      await comeBack(alice);
      await alice.call("rooms");
      await alice.call("get data");
      await send(bob, { from: "nsp", to: ["red"] }, "to red", 2);
      await alice.fence();
    },
  },
  {
    name: "binary events",
    async run(t) {
      const [alice, bob] = await pair(t);
      await sayHello(alice);
      await lose(t, alice);
      await send(bob, { from: "nsp" }, "bytes", Buffer.from([1, 2, 3]), { deep: [Buffer.from([4])] });
      await send(bob, { from: "nsp" }, "more bytes", Buffer.alloc(70000, 7));
      await comeBack(alice);
    },
  },
  {
    name: "what was received is not sent again",
    async run(t) {
      const [alice, bob] = await pair(t);
      for (let i = 0; i < 3; i++) {
        await send(bob, { from: "nsp" }, "news", i);
        await alice.fence();
        await lose(t, alice);
        await send(bob, { from: "nsp" }, "missed", i);
        await comeBack(alice);
      }
    },
  },
  {
    name: "several namespaces",
    async run(t) {
      const [alice, bob] = await pair(t);
      const chat = await alice.of("/chat", "alice in chat");
      await sayHello(alice);
      await sayHello(chat);
      await lose(t, alice);
      await chat.recv();
      await t.observer.report("disconnect");
      t.observer.emit("broadcast", "/chat", "news", "chat");
      await send(bob, { from: "nsp" }, "news", "main");
      chat.id = alice.id;
      await comeBack(alice);
      await chat.fence();
      chat.log(`recovered: ${chat.socket.recovered}`);
    },
  },
  {
    name: "emits to a socket that goes",
    async run(t) {
      const [alice] = await pair(t);
      await sayHello(alice);
      await alice.call("emit when gone");
      await lose(t, alice);
      await comeBack(alice);
    },
  },
  {
    name: "emits from another thread",
    async run(t) {
      const [alice] = await pair(t);
      await alice.call("emit from a thread", "now");
      await alice.fence();
      await alice.call("emit from a thread", "when gone");
      await lose(t, alice);
      await t.observer.report("emitted");
      await comeBack(alice);
    },
  },
  {
    name: "catch-all listeners for outgoing events",
    async run(t) {
      const [alice, bob] = await pair(t);
      await alice.call("outgoing on");
      await send(bob, { from: "nsp" }, "news", 1);
      await alice.fence();
      await t.observer.reported("outgoing");
    },
  },
];

missedEvents.push({ ...missedEvents[0], name: "the same with MessagePack", options: ["--parser", "msgpack"] });

const middlewares = [
  {
    name: "middlewares are skipped",
    async run(t) {
      hideOffsets(t);
      const alice = await t.connect("alice", { namespace: "/guarded", auth: { mode: "" } });
      await sayHello(alice);
      await lose(t, alice);
      alice.socket.auth = { mode: "refuse" };
      await comeBack(alice);
    },
  },
  {
    name: "middlewares are asked when told so",
    options: ["--recovery-middlewares"],
    async run(t) {
      hideOffsets(t);
      const alice = await t.connect("alice", { namespace: "/guarded", auth: { mode: "" } });
      await sayHello(alice);
      await lose(t, alice);
      alice.socket.auth = { mode: "refuse" };
      await comeBack(alice);
      alice.socket.auth = { mode: "" };
      await comeBack(alice);
    },
  },
  {
    name: "a middleware that takes its time",
    options: ["--recovery-middlewares"],
    async run(t) {
      hideOffsets(t);
      const alice = await t.connect("alice", { namespace: "/guarded", auth: { mode: "" } });
      await sayHello(alice);
      await lose(t, alice);
      t.observer.emit("broadcast", "/guarded", "before", 1);
      alice.socket.auth = { mode: "hold", label: "alice" };
      const opened = comeBack(alice);
      await t.observer.report("held");
      t.observer.emit("broadcast", "/guarded", "meanwhile", 2);
      t.observer.emit("release", null);
      await opened;
    },
  },
];

const failures = [
  {
    name: "the session has expired",
    options: ["--recovery", "150", "--ping-interval", "300", "--ping-timeout", "1500"],
    async run(t) {
      const [alice] = await pair(t);
      await sayHello(alice);
      await lose(t, alice);
      await untilKept(t, (sessions, packets) => sessions === 0 && packets === 0);
      await comeBack(alice);
    },
  },
  {
    name: "the client disconnected on purpose",
    async run(t) {
      const [alice] = await pair(t);
      await sayHello(alice);
      alice.id = alice.socket.id;
      alice.socket.disconnect();
      await alice.recv();
      await t.observer.report("disconnect");
      await comeBack(alice);
    },
  },
  {
    name: "the server disconnected it",
    async run(t) {
      const [alice] = await pair(t);
      await sayHello(alice);
      alice.id = alice.socket.id;
      alice.emit("disconnect me quietly", false);
      await alice.recv();
      await t.observer.report("disconnect");
      await comeBack(alice);
    },
  },
];

// Failures of the reference that our server doesn't have: user-visible, each with its entry in differences.mjs.
const cured = [
  {
    name: "no event yet",
    async run(t) {
      const [alice, bob] = await pair(t);
      await lose(t, alice);
      await send(bob, { from: "nsp" }, "missed", 1);
      await comeBack(alice);
      mustBeRecovered(t, alice);
    },
  },
  {
    name: "no event yet, and events before its time",
    async run(t) {
      hideOffsets(t);
      const bob = await t.connect("bob");
      await send(bob, { from: "nsp" }, "too early", 1);
      const alice = await t.connect("alice");
      await lose(t, alice);
      await send(bob, { from: "nsp" }, "missed", 1);
      await comeBack(alice);
      await lose(t, alice);
      await send(bob, { from: "nsp" }, "missed", 2);
      await comeBack(alice);
      mustBeRecovered(t, alice);
    },
  },
  ...[
    ["text at its end", ["typing", "bob"]],
    ["nothing but its name", ["typing"]],
  ].map(([what, event]) => ({
    name: `a volatile event with ${what}`,
    async run(t) {
      const [alice, bob] = await pair(t);
      await sayHello(alice);
      await send(bob, { from: "socket", flags: ["volatile"] }, ...event);
      await alice.fence();
      await lose(t, alice);
      await send(bob, { from: "nsp" }, "missed", 1);
      await comeBack(alice);
      mustBeRecovered(t, alice);
    },
  })),
  {
    name: "the offset is older than the log",
    options: ["--recovery", "1500", "--ping-interval", "300", "--ping-timeout", "1000"],
    async run(t) {
      const [alice, bob] = await pair(t);
      await alice.call("join", "red");
      await sayHello(alice);
      await untilKept(t, (_sessions, packets) => packets === 0);
      await lose(t, alice);
      await send(bob, { from: "nsp", to: ["red"] }, "missed", 1);
      await comeBack(alice);
      mustBeRecovered(t, alice);
      await alice.call("rooms");
    },
  },
  {
    name: "the earlier connection seems alive",
    async run(t) {
      if (t.transport === "polling") t.skip("an HTTP client repeats requests whose connection was lost");
      hideOffsets(t);
      const proxy = await Proxy.open(t.target);
      const alice = await connectPeer(Object.assign(Object.create(t), { target: proxy.target }), "alice");
      const bob = await t.connect("bob");
      await alice.call("join", "red");
      await sayHello(alice);
      alice.id = alice.socket.id;
      proxy.freeze();
      await alice.heard.next();
      await send(bob, { from: "nsp", to: ["red"] }, "missed", 1);
      await comeBack(alice);
      mustBeRecovered(t, alice);
      await t.observer.reported("disconnect");
      await alice.call("rooms");
      proxy.close();
    },
  },
  {
    name: "an offset from an earlier session",
    async run(t) {
      const [alice, bob] = await pair(t);
      await sayHello(alice);
      alice.id = alice.socket.id;
      alice.socket.disconnect();
      await alice.recv();
      await t.observer.report("disconnect");
      await send(bob, { from: "nsp" }, "between", 1);
      await comeBack(alice);
      await lose(t, alice);
      await send(bob, { from: "nsp" }, "missed", 2);
      await comeBack(alice);
      mustBeRecovered(t, alice);
    },
  },
  {
    name: "recovered, then disconnected on purpose",
    async run(t) {
      const [alice] = await pair(t);
      await sayHello(alice);
      await lose(t, alice);
      await comeBack(alice);
      alice.socket.disconnect();
      await alice.recv();
      await t.observer.report("disconnect");
      await comeBack(alice);
    },
  },
  {
    name: "refused by a middleware, with events to come",
    options: ["--recovery-middlewares"],
    async run(t) {
      hideOffsets(t);
      const alice = await t.connect("alice", { namespace: "/guarded", auth: { mode: "" } });
      await sayHello(alice);
      await lose(t, alice);
      t.observer.emit("broadcast", "/guarded", "missed", 1);
      alice.socket.auth = { mode: "refuse" };
      await comeBack(alice);
      alice.socket.auth = { mode: "" };
      await comeBack(alice);
    },
  },
  {
    name: "emits from a middleware",
    options: ["--recovery-middlewares"],
    async run(t) {
      hideOffsets(t);
      const alice = await t.connect("alice", { namespace: "/guarded", auth: { mode: "emit" } });
      alice.emit("echo", "hello");
      await alice.fence();
      await lose(t, alice);
      t.observer.emit("broadcast", "/guarded", "missed", 1);
      await comeBack(alice);
    },
  },
  {
    name: "more missed than is kept",
    options: ["--recovery-packets", "8"],
    async run(t) {
      const [alice, bob] = await pair(t);
      await sayHello(alice);
      await lose(t, alice);
      for (let i = 0; i < 4; i++) await send(bob, { from: "nsp" }, "few", i);
      await comeBack(alice);
      await lose(t, alice);
      for (let i = 0; i < 10; i++) await send(bob, { from: "nsp" }, "many", i);
      await comeBack(alice);
    },
  },
  {
    name: "a child namespace that is cleaned up",
    options: ["--cleanup-children"],
    async run(t) {
      hideOffsets(t);
      const alice = await t.connect("alice", { namespace: "/dynamic-42" });
      await alice.recv();
      await lose(t, alice);
      await comeBack(alice);
      mustBeRecovered(t, alice);
    },
  },
  {
    name: "back at once",
    async run(t) {
      hideOffsets(t);
      const alice = await t.connect("alice");
      await sayHello(alice);
      let recovered = 0;
      for (let i = 0; i < 20; i++) {
        alice.socket.io.engine.close();
        await alice.heard.next();
        await new Promise((resolve) => alice.socket.once("connect", resolve).connect());
        recovered += alice.socket.recovered;
      }
      // Who is faster is chance there.
      if (t.server.kind !== REFERENCE && recovered < 20) throw new Error(`recovered ${recovered} of 20 times`);
    },
  },
];

export const cases = [...missedEvents, ...middlewares, ...failures, ...cured];
