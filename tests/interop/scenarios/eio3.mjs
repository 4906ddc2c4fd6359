// Clients of Socket.IO v2 and v1 (Engine.IO 3), alone and beside today's, on servers that let them in.
export const servers = ["--allow-eio3"];

const bytes = (length) => Buffer.from(Array.from({ length }, (_, i) => i & 255));

// Today's clients have an auth option in its place; v1 takes it as a text only.
const encoded = (query) => new URLSearchParams(query).toString();

// The same with a client of each generation, all else being the default's.
const forEach = (name, run, options) =>
  [2, 1].map((generation) => ({
    name: `v${generation}: ${name}`,
    options,
    run: (t) => run(t, (who, more) => t.connect(who, { generation, ...more })),
  }));

async function echoes(alice, ...lists) {
  for (const list of lists) {
    alice.emit("echo", ...list);
    await alice.recv();
  }
}

export const cases = [
  ...forEach("connects, is told its id", async (t, connect) => {
    const alice = await connect("alice");
    await t.observer.report("connection");
    await alice.call("rooms");
    await alice.call("transport");
    t.log(`the same: ${alice.socket.id === alice.socket.io.engine.id}`);
  }),
  ...forEach("events both ways", async (t, connect) => {
    await echoes(await connect("alice"), [], [1, "two", { three: [null, true] }], ["é€😀\u2028\u2029\n\"\\"], ["x".repeat(70000)]);
  }),
  ...forEach("acknowledgements both ways", async (t, connect) => {
    const alice = await connect("alice");
    await alice.call("ack", 1, { a: "b" });
    alice.emit("ask", "how are you?");
    const { ack } = await alice.recv();
    ack("fine", bytes(3));
    await alice.recv();
    alice.emit("ask timeout", 20, "still there?");
    await alice.recv(2);
  }),
  ...forEach("binary both ways", async (t, connect) => {
    const alice = await connect("alice");
    await echoes(alice, [bytes(5)], [bytes(0)], ["text", { a: [bytes(2), bytes(300)] }, "é😀"], [bytes(70000)]);
    await alice.call("ack", bytes(3), { b: bytes(4) });
    alice.emit("nested bytes");
    await alice.recv();
  }),
  ...forEach("many at once, texts and bytes", async (t, connect) => {
    const alice = await connect("alice");
    alice.emit("burst", 20).emit("bytes", 3).emit("burst", 2).emit("bytes", 0);
    await alice.recv(24);
  }),
  ...forEach("a large event, uncompressed", async (t, connect) => {
    const alice = await connect("alice");
    alice.emit("compressed", "x".repeat(3000));
    await alice.recv();
  }),
  ...forEach("rooms", async (t, connect) => {
    const [alice, bob] = [await connect("alice"), await connect("bob")];
    await alice.call("join", ["one", "two"]);
    await bob.call("join", "two");
    bob.emit("send", { from: "socket", to: ["one"] }, "to one", 1);
    await alice.recv();
    alice.emit("send", { from: "nsp", in: ["two"] }, "to two", bytes(2));
    await alice.recv();
    await bob.recv();
    await bob.call("leave", "two");
    await bob.call("rooms");
  }),
  ...forEach("a namespace, with parameters of its own", async (t, connect) => {
    const alice = await connect("alice");
    const chat = await alice.of("/greeting", "chat", { query: encoded({ token: "a b&c=d", twice: 1, x: "/?#" }) });
    await chat.recv();
    await t.observer.report("connection", 2);
    t.log(`the same: ${chat.socket.id === `/greeting#${alice.socket.id}`}`);
    await chat.call("rooms");
    await chat.call("handshake");
    chat.close();
    await t.observer.report("disconnect");
  }),
  ...forEach("straight to a namespace", async (t, connect) => {
    const alice = await connect("alice", { namespace: "/chat", query: { token: "t", empty: "" } });
    await alice.call("handshake");
    await t.observer.reported("connection");
  }),
  ...forEach("the query of the connection", async (t, connect) => {
    const alice = await connect("alice", { query: { token: "abc", encoded: "a b" } });
    await alice.call("handshake");
  }),
  ...forEach("a namespace that isn't there", async (t, connect) => {
    const alice = await connect("alice");
    await alice.of("/nowhere", "nowhere", { query: { a: "b" } });
  }),
  ...forEach("refused by a middleware", async (t, connect) => {
    const alice = await connect("alice");
    for (const mode of ["refuse", "refuse with data", "second", "emit", "join"]) {
      const guarded = await alice.of("/guarded", mode, { query: encoded({ mode }) });
      if (!guarded.socket.connected) {
        delete alice.socket.io.nsps["/guarded"];
        continue;
      }
      await guarded.fence();
      await guarded.call("rooms");
      guarded.socket.disconnect();
      delete alice.socket.io.nsps["/guarded"];
      await t.observer.report("disconnect");
    }
  }),
  ...forEach("disconnected by the server", async (t, connect) => {
    for (const close of [false, true]) {
      const alice = await connect(`alice ${close}`);
      alice.emit("disconnect me", close);
      await alice.recv(2);
      await t.observer.report("disconnect");
    }
  }),
  ...forEach("disconnects", async (t, connect) => {
    const alice = await connect("alice");
    alice.socket.disconnect();
    await alice.recv();
    await t.observer.report("disconnect");
  }),
  ...forEach("all disconnected", async (t, connect) => {
    const alice = await connect("alice");
    await connect("bob", { generation: undefined });
    t.observer.emit("disconnect all", "/", false);
    await alice.recv();
    await t.observer.report("disconnect", 2);
  }),
  ...forEach("in one room with today's clients", async (t, connect) => {
    const [alice, bob] = [await connect("alice"), await t.connect("bob")];
    await alice.call("join", "lobby");
    await bob.call("join", "lobby");
    const say = (who, ...args) => who.emit("send", { from: "nsp", to: ["lobby"] }, "said", ...args);
    for (const [who, ...args] of [[alice, "hello é😀"], [bob, { a: 1 }], [alice, bytes(5), "and", bytes(0)], [bob, bytes(40000)]]) {
      say(who, ...args);
      await alice.recv();
      await bob.recv();
    }
    bob.emit("send", { from: "socket", to: [alice.socket.id] }, "in private", 1);
    await alice.recv();
    alice.emit("send", { from: "socket", to: ["lobby"], except: [bob.socket.id] }, "to nobody");
    await alice.fence();
    await bob.fence();
  }),
];
