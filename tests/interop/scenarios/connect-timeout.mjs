// A client that joins no namespace in time is closed.
export const transports = ["raw"];
export const servers = ["--connect-timeout", "150"];

export const cases = [
  {
    name: "WebSocket",
    async run(t) {
      const ws = await t.ws("raw");
      await ws.drain();
    },
  },
  {
    name: "polling, a GET waiting",
    async run(t) {
      const session = await t.polling("raw");
      await session.sayGet();
      await session.sayGet("GET after it");
    },
  },
  {
    name: "refused does not count",
    async run(t) {
      const ws = await t.ws("raw");
      await ws.recv();
      ws.send("40/nowhere,");
      await ws.drain();
    },
  },
  {
    name: "a middleware that takes its time does not count",
    async run(t) {
      const ws = await t.ws("raw");
      await ws.recv();
      ws.send('40/guarded,{"mode":"hold","label":"raw"}');
      await ws.drain();
      await t.observer.report("held");
      t.observer.emit("release", null);
      await t.observer.fence();
    },
  },
  {
    name: "joined in time, and then left",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      const other = await t.ws("other");
      await other.drain();
      ws.send("41");
      await t.observer.report("disconnect");
      const third = await t.ws("third");
      await third.drain();
      ws.send("40");
      await ws.recv();
    },
  },
];
