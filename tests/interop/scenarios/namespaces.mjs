// Several namespaces over one connection.
export const cases = [
  {
    name: "three over one connection",
    async run(t) {
      const alice = await t.connect("alice");
      const chat = await alice.of("/chat", "alice in chat", { auth: { in: "chat" } });
      const odd = await alice.of("/admin?x=1", "alice in admin");
      for (const peer of [odd, alice, chat]) await peer.call("ack", peer.name);
      await chat.call("handshake");
      alice.emit("echo", "root");
      chat.emit("echo", "chat", Buffer.from([1]));
      odd.emit("echo", "admin");
      for (const peer of [alice, chat, odd]) await peer.recv();
      for (const peer of [alice, chat, odd]) await peer.fence();
    },
  },
  {
    name: "leaving one keeps the others",
    async run(t) {
      const alice = await t.connect("alice");
      const chat = await alice.of("/chat", "alice in chat");
      await t.observer.report("connection", 2);
      chat.socket.disconnect();
      await chat.recv();
      await t.observer.report("disconnecting");
      await t.observer.report("disconnect");
      await alice.call("ack", "still here");
      await chat.opened();
      await chat.call("ack", "back");
      alice.socket.disconnect();
      await t.observer.report("disconnect");
      await chat.call("ack", "without the root");
    },
  },
  {
    name: "the connection lost: all leave",
    async run(t) {
      const alice = await t.connect("alice");
      const chat = await alice.of("/chat", "alice in chat");
      await chat.call("join", "red");
      alice.socket.io.engine.close();
      await alice.recv();
      await chat.recv();
      await t.observer.report("disconnecting", 2);
      await t.observer.report("disconnect", 2);
    },
  },
  {
    name: "broadcast stays inside",
    async run(t) {
      const alice = await t.connect("alice");
      const chat = await alice.of("/chat", "alice in chat");
      t.observer.emit("broadcast", "/chat", "to chat", 1);
      await t.observer.fence();
      await chat.recv();
      t.observer.emit("broadcast", "/", "to root", 2);
      await t.observer.fence();
      await alice.recv();
      await alice.fence();
      await chat.fence();
    },
  },
  {
    name: "a server that disconnects one namespace only",
    async run(t) {
      const alice = await t.connect("alice");
      const chat = await alice.of("/chat", "alice in chat");
      chat.emit("disconnect me", false);
      await chat.recv(2);
      await t.observer.report("disconnect");
      await alice.call("ack", "still here");
    },
  },
];
