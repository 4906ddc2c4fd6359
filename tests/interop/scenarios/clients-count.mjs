// io.engine.clientsCount, sio_stats().sessions: clients come and go in every way; the observer is one of them.
export const transports = ["raw"];

async function count(t) {
  await t.observer.fence();
  const clients = await new Promise((resolve) => t.observer.peer.socket.emit("clients", resolve));
  t.log(`${clients} clients`);
}

export const cases = [
  {
    name: "handshakes, joins, ends",
    async run(t) {
      await count(t);
      const session = await t.polling("poll");
      await count(t);
      await session.join();
      const ws = await (await t.ws("ws")).join();
      await count(t);
      await session.send("41");
      await t.observer.report("disconnect");
      await count(t);
      await session.send("1");
      await count(t);
      ws.ws.destroy();
      await t.observer.report("disconnect");
      await count(t);
    },
  },
  {
    name: "an upgrade is one client",
    async run(t) {
      const session = await (await t.polling("poll")).join();
      const ws = await t.ws("ws", { query: `EIO=4&transport=websocket&sid=${session.sid}` });
      ws.send("2probe");
      await ws.recv();
      await count(t);
      ws.send("5");
      await ws.fence();
      await count(t);
      ws.ws.destroy();
      await t.observer.report("disconnect");
      await count(t);
    },
  },
  {
    name: "refused handshakes are none",
    async run(t) {
      await t.http("GET", { path: `${t.path}/?EIO=3&transport=polling` });
      await t.http("POST", { method: "POST", path: `${t.path}/?EIO=4&transport=polling`, body: "40" });
      await count(t);
    },
  },
];
