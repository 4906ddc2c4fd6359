// Handlers put first, taken off all at once, and the names nobody may use.
export const cases = [
  {
    name: "catch-all handlers, the last put first",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("any", "a", false);
      await alice.call("any", "b", true);
      await alice.call("any", "c", false);
      await alice.call("any outgoing", "a", false);
      await alice.call("any outgoing", "b", true);
      await t.observer.reported("any");
      alice.emit("echo", 1);
      await alice.recv();
      await t.observer.reported("any");
      await t.observer.reported("any outgoing");
      await alice.call("no any");
      alice.emit("echo", 2);
      await alice.recv();
      await t.observer.reported("any");
      await t.observer.reported("any outgoing");
    },
  },
  {
    name: "catch-all handlers hear what a middleware refuses",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("use");
      await alice.call("any", "a", false);
      await alice.call("hear", "forbidden", "b");
      await alice.call("hear", "allowed", "c");
      alice.emit("forbidden", 1).emit("allowed", 2);
      await alice.fence();
      await t.observer.reported("any");
      await t.observer.reported("heard");
      await t.observer.reported("error");
    },
  },
  {
    name: "all handlers of a name taken off",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("hear", "news", "a");
      await alice.call("hear once", "news", "b");
      await alice.call("hear", "news", "c");
      await alice.call("hear", "weather", "d");
      alice.emit("news").emit("news").emit("weather");
      await alice.fence();
      await t.observer.reported("heard");
      await alice.call("hear nothing of", "news");
      alice.emit("news").emit("weather");
      await alice.fence();
      await t.observer.reported("heard");
    },
  },
  {
    name: "reserved names",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("reserved");
      await alice.fence();
    },
  },
  {
    name: "connected, and not any more",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("join", ["red", "blue"]);
      await alice.call("state");
      await alice.call("say goodbye");
      alice.emit("disconnect me", false);
      await alice.recv(2);
      await t.observer.report("state");
    },
  },
];
