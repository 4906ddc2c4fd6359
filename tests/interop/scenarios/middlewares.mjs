// Middlewares of namespaces and of sockets, answering now or later.
const guarded = (mode, more = {}) => ({ namespace: "/guarded", auth: { mode, ...more } });

export const cases = [
  {
    name: "accepted",
    async run(t) {
      const alice = await t.connect("alice", guarded("accept"));
      await alice.call("ack", "in");
      await t.observer.report("connection");
    },
  },
  {
    name: "refused with a message, then accepted over the same connection",
    async run(t) {
      const alice = await t.connect("alice", guarded("refuse"));
      alice.socket.auth = { mode: "accept" };
      await alice.opened();
      await alice.call("ack", "in");
    },
  },
  { name: "refused with data", run: (t) => t.connect("alice", guarded("refuse with data")) },
  { name: "refused by the second", run: (t) => t.connect("alice", guarded("second")) },
  {
    name: "what it emits comes before the answer",
    async run(t) {
      const ws = await t.ws("raw");
      await ws.recv();
      ws.send('40/guarded,{"mode":"emit"}');
      await ws.recv(2);
    },
  },
  {
    name: "a room joined in it",
    async run(t) {
      const alice = await t.connect("alice", guarded("join"));
      await alice.call("rooms");
    },
  },
  {
    name: "held, then accepted",
    async run(t) {
      const alice = t.connect("alice", guarded("hold", { label: "alice" }));
      await t.observer.report("held");
      t.observer.emit("release", null);
      await (await alice).call("ack", "in");
    },
  },
  {
    name: "held, then refused with data",
    async run(t) {
      const alice = t.connect("alice", guarded("hold", { label: "alice" }));
      await t.observer.report("held");
      t.observer.emit("release", "thought about it", { why: ["no"] });
      await alice;
    },
  },
  {
    name: "two held, released in order",
    async run(t) {
      const alice = t.connect("alice", guarded("hold", { label: "alice" }));
      await t.observer.report("held");
      const bob = t.connect("bob", guarded("hold", { label: "bob" }));
      await t.observer.report("held");
      t.observer.emit("release", null);
      await alice;
      t.observer.emit("release", "not bob");
      await bob;
    },
  },
  {
    name: "the client gone before the answer",
    async run(t) {
      const ws = await t.ws("raw");
      await ws.recv();
      ws.send('40/guarded,{"mode":"hold","label":"raw"}');
      await t.observer.report("held");
      ws.ws.close(1000);
      await ws.drain();
      await t.observer.fence();
      await t.observer.fence();
      t.observer.emit("release", null);
      await t.observer.reported("connection");
    },
  },
  {
    name: "other namespaces go on while one is held",
    async run(t) {
      const alice = await t.connect("alice");
      const held = alice.of("/guarded", "alice guarded", { auth: { mode: "hold", label: "alice" } });
      await t.observer.report("held");
      await alice.call("ack", "still here");
      t.observer.emit("release", null);
      await held;
    },
  },
  {
    name: "of a socket: refused events are dropped and reported",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("use");
      await alice.call("on", "forbidden");
      alice.emit("forbidden", 1).emit("echo", "allowed");
      await alice.recv();
      await t.observer.report("error");
      await alice.fence();
    },
  },
  {
    name: "of a socket: held events come when they are let go",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("use");
      await alice.call("on", "held");
      alice.emit("held", "argument", { kept: [1] });
      await t.observer.report("event held");
      alice.emit("echo", "meanwhile");
      await alice.recv();
      alice.emit("release held");
      await alice.recv();
    },
  },
  {
    name: "of a socket: an event held past the end is dropped",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("use");
      await alice.call("on", "held");
      alice.emit("held", 1);
      await t.observer.report("event held");
      alice.socket.disconnect();
      await t.observer.report("disconnect");
    },
  },
];
