// Pings and pongs, and what happens without them.
export const transports = ["raw"];
export const servers = ["--ping-interval", "300", "--ping-timeout", "1000"];

const openWs = async (t) => (await t.ws("raw")).join();

export const cases = [
  {
    name: "WebSocket: ping, pong, ping",
    async run(t) {
      const ws = await openWs(t);
      for (let i = 0; i < 3; i++) {
        await ws.recv();
        ws.send("3");
      }
    },
  },
  {
    name: "WebSocket: no pong",
    async run(t) {
      const ws = await openWs(t);
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "WebSocket: no pong before any namespace",
    async run(t) {
      const ws = await t.ws("raw");
      await ws.drain();
    },
  },
  {
    name: "WebSocket: a message puts the timeout off once",
    async run(t) {
      const ws = await openWs(t);
      await ws.recv();
      const start = Date.now();
      for (const moment of [600, 1200]) {
        await new Promise((resolve) => setTimeout(resolve, start + moment - Date.now()));
        ws.send('42["echo",1]');
        await ws.recv();
      }
      await ws.drain();
      const lasted = Date.now() - start;
      t.log(`put off ${lasted > 1500 && lasted < 2100 ? "once" : `until ${lasted} ms`}`);
      await t.observer.report("disconnect");
    },
  },
  {
    name: "WebSocket: unsolicited pongs are fine",
    async run(t) {
      const ws = await openWs(t);
      ws.send("3");
      ws.send("3probe");
      ws.send('42["echo",1]');
      await ws.recv();
    },
  },
  {
    name: "WebSocket: ping from the client",
    async run(t) {
      const ws = await openWs(t);
      ws.send("2");
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "WebSocket: ping with data from the client",
    async run(t) {
      const ws = await openWs(t);
      ws.send("2probe");
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "polling: the ping answers the waiting GET",
    async run(t) {
      const session = await (await t.polling("raw")).join();
      for (let i = 0; i < 3; i++) {
        await session.poll();
        await session.send("3");
      }
    },
  },
  {
    name: "polling: no pong, a GET waiting",
    async run(t) {
      const session = await (await t.polling("raw")).join();
      await session.poll();
      await session.poll();
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "polling: no pong, no GET waiting",
    async run(t) {
      const session = await (await t.polling("raw")).join();
      await session.poll();
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "polling: gone without a word",
    async run(t) {
      const session = await (await t.polling("raw")).join();
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "pings go over the new transport after an upgrade",
    async run(t) {
      const session = await (await t.polling("raw")).join();
      const ws = await t.ws("ws", { query: `EIO=4&transport=websocket&sid=${session.sid}` });
      ws.send("2probe");
      await ws.recv();
      ws.send("5");
      await ws.recv();
      ws.send("3");
      await ws.recv();
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
];
