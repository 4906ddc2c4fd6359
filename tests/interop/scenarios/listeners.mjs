// Listeners: on, once, off, catch-all for both directions, volatile and compress flags.
export const cases = [
  {
    name: "how many",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("count", "thing");
      await alice.call("on", "thing");
      await alice.call("once", "thing");
      await alice.call("any on");
      await alice.call("outgoing on");
      await alice.call("outgoing on");
      await alice.call("count", "thing");
      alice.emit("thing");
      await alice.fence();
      await alice.call("any off");
      await alice.call("outgoing off");
      await alice.call("count", "thing");
    },
  },
  {
    name: "on, twice, off",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("on", "thing");
      await alice.call("on", "thing");
      alice.emit("thing", 1);
      await alice.fence();
      await alice.call("off", "thing");
      alice.emit("thing", 2);
      await alice.fence();
      await alice.call("off", "thing");
      await alice.call("off", "thing");
      alice.emit("thing", 3);
      await alice.fence();
    },
  },
  {
    name: "once",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("once", "thing");
      alice.emit("thing", 1).emit("thing", 2);
      await alice.fence();
      await alice.call("once", "thing");
      await alice.call("off", "thing");
      alice.emit("thing", 3);
      await alice.fence();
    },
  },
  {
    name: "nobody listens",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("nobody", 1, Buffer.from("x"));
      alice.socket.emit("nobody", () => t.log("must not be answered"));
      await alice.fence();
    },
  },
  {
    name: "catch-all, incoming",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("any on");
      alice.emit("echo", 1, { a: 2 }, Buffer.from("b")).emit("nobody");
      await alice.call("ack", "x");
      await alice.call("any off");
      alice.emit("nobody");
      await alice.fence();
      await t.observer.reported("incoming");
    },
  },
  {
    name: "catch-all, outgoing: emits and broadcasts, no acknowledgements",
    async run(t) {
      const alice = await t.connect("alice");
      const bob = await t.connect("bob");
      await alice.call("outgoing on");
      alice.emit("echo", 1, Buffer.from("b"));
      await alice.call("ack", "not seen");
      bob.emit("send", { from: "socket" }, "news", [1]);
      bob.emit("send", { from: "nsp", to: [alice.socket.id] }, "news", 2);
      bob.emit("send", { from: "nsp", except: [alice.socket.id] }, "news", "not for alice");
      await bob.fence();
      await alice.fence();
      alice.emit("ask", "seen");
      (await alice.recv()).ack();
      await alice.recv();
      await alice.call("outgoing off");
      alice.emit("echo", "not seen");
      await alice.recv();
      await t.observer.reported("outgoing");
    },
  },
  {
    name: "compress(false)",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("compressed", "x".repeat(5000));
      await alice.recv();
    },
  },
  {
    name: "socket.data",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("get data");
      await alice.call("set data", { name: "alice", list: [1, 2.5, null] });
      await alice.call("get data");
    },
  },
];
