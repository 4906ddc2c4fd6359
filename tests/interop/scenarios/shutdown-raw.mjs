// io.close(), packet by packet.
export const transports = ["raw"];

export const cases = [
  {
    name: "a WebSocket",
    endsServer: true,
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      t.observer.emit("shutdown");
      await ws.drain();
    },
  },
  {
    name: "a WebSocket in no namespace",
    endsServer: true,
    async run(t) {
      const ws = await t.ws("raw");
      await ws.recv();
      t.observer.emit("shutdown");
      await ws.drain();
    },
  },
  {
    name: "a poll waiting",
    endsServer: true,
    async run(t) {
      const session = await (await t.polling("raw")).join();
      const held = await session.hold();
      t.observer.emit("shutdown");
      session.said("GET", await held());
    },
  },
  {
    name: "during an upgrade",
    endsServer: true,
    async run(t) {
      const session = await (await t.polling("raw")).join();
      const ws = await t.ws("ws", { query: `EIO=4&transport=websocket&sid=${session.sid}` });
      ws.send("2probe");
      await ws.recv();
      t.observer.emit("shutdown");
      await ws.drain();
    },
  },
];
