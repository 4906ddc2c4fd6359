// io.close(): everybody hears of it, nobody gets a DISCONNECT packet.
export const cases = [
  {
    name: "clients connected",
    endsServer: true,
    async run(t) {
      const alice = await t.connect("alice");
      const chat = await alice.of("/chat", "alice in chat");
      t.observer.emit("shutdown");
      await alice.recv();
      await chat.recv();
      await t.observer.report("disconnect", 2);
    },
  },
];
