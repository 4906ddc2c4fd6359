// Why a connection ended: what the server reports, what the client hears.
async function ends(t, how, options) {
  const alice = await t.connect("alice", options);
  await alice.call("join", "red");
  await how(alice);
  await t.observer.report("disconnecting");
  await t.observer.report("disconnect");
}

export const cases = [
  {
    name: "client.disconnect()",
    run: (t) =>
      ends(t, async (alice) => {
        alice.socket.disconnect();
        await alice.recv();
      }),
  },
  {
    name: "engine closed by the client",
    run: (t) =>
      ends(t, async (alice) => {
        alice.socket.io.engine.close();
        await alice.recv();
      }),
  },
  {
    name: "socket.disconnect()",
    run: (t) =>
      ends(t, async (alice) => {
        alice.emit("disconnect me", false);
        await alice.recv(2);
      }),
  },
  {
    name: "socket.disconnect(true)",
    run: (t) =>
      ends(t, async (alice) => {
        alice.emit("disconnect me", true);
        await alice.recv(2);
      }),
  },
  {
    name: "socket.disconnect(true) with two namespaces",
    async run(t) {
      const alice = await t.connect("alice");
      const chat = await alice.of("/chat", "alice in chat");
      chat.emit("disconnect me", true);
      await chat.recv(2);
      await alice.recv();
      await t.observer.report("disconnect", 2);
    },
  },
  {
    name: "disconnected from outside, not closed",
    run: (t) =>
      ends(t, async (alice) => {
        t.observer.emit("disconnect all", "/", false);
        await alice.recv();
      }),
  },
  {
    name: "disconnected from outside and closed",
    run: (t) =>
      ends(t, async (alice) => {
        t.observer.emit("disconnect all", "/", true);
        await alice.recv();
      }),
  },
  {
    name: "events after the disconnect are dropped",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("disconnect me", false).emit("echo", "dropped");
      await alice.recv(2);
      await t.observer.report("disconnect");
      await alice.opened();
      await alice.fence();
    },
  },
  {
    name: "a packet the server cannot decode",
    run: (t) =>
      ends(t, async (alice) => {
        alice.socket.io.engine.write("2[not json");
        await alice.recv();
        await t.observer.report("error");
      }),
  },
];
