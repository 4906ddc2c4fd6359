// The connection under a socket: what it knows, what it tells, what it can be told.
export const servers = ["--engine"];

const told = ["packet", "message", "packetCreate", "heartbeat", "upgrading", "upgrade", "close"];
const all = async (t) => {
  for (const what of told) await t.observer.reported(`conn ${what}`);
};
const WEBSOCKET = "EIO=4&transport=websocket";

export const cases = [
  {
    name: "what it knows",
    async run(t) {
      const alice = await t.connect("alice", { extraHeaders: { "x-custom": "alice's" } });
      await alice.call("conn");
    },
  },
  {
    name: "packets both ways",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("conn watch");
      alice.emit("echo", "text", Buffer.from([1, 2, 3]));
      await alice.recv();
      alice.emit("send message", "to me", { a: 1 });
      await alice.recv(2);
      await t.observer.fence();
      await all(t);
      alice.socket.disconnect();
      await t.observer.report("disconnect");
      await t.observer.report("conn close");
    },
  },
  {
    name: "flush and drain",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("conn flow");
      await alice.recv();
      await t.observer.report("flow conn", 2);
      await t.observer.report("flow engine", 2);
    },
  },
  {
    name: "its sockets",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("conn sockets");
      const chat = await alice.of("/chat", "alice in chat");
      await alice.call("conn sockets");
      chat.socket.disconnect();
      await t.observer.report("disconnect");
      await alice.call("conn sockets");
    },
  },
  {
    name: "a handler taken off",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("conn packets", true);
      await alice.call("ack", 1);
      await alice.call("conn packets", false);
      await alice.call("ack", 2);
      await t.observer.reported("one packet");
    },
  },
  {
    name: "from the engine's connection on",
    async run(t) {
      const alice = await t.connect("alice", { query: { mode: "watched" } });
      await alice.call("ack", 1);
      if (t.transport === "upgrade") await t.observer.report("conn upgrading");
      if (t.transport === "upgrade") await t.observer.report("conn upgrade");
      alice.socket.io.engine.close();
      await alice.recv();
      await t.observer.report("conn close");
    },
  },
  {
    name: "closed by the program",
    async run(t) {
      const alice = await t.connect("alice", { query: { mode: "watched" } });
      const chat = await alice.of("/chat", "alice in chat");
      alice.emit("conn close");
      await alice.recv();
      await chat.recv();
      await t.observer.report("disconnect", 2);
      await t.observer.report("conn close");
    },
  },
  {
    name: "disconnected with its connection",
    async run(t) {
      const alice = await t.connect("alice", { query: { mode: "watched" } });
      alice.emit("disconnect me", true);
      await alice.recv(2);
      await t.observer.report("disconnect");
      await t.observer.report("conn close");
    },
  },
  {
    name: "closed at once",
    async run(t) {
      if (t.transport === "polling") await t.polling("raw", { query: "EIO=4&transport=polling&mode=closed%20at%20once" });
      else await (await t.ws("raw", { query: `${WEBSOCKET}&mode=closed%20at%20once` })).drain();
    },
  },
  {
    name: "messages that are no packets",
    async run(t) {
      const ws = await t.ws("raw");
      await ws.join();
      ws.send('42["conn send","é, not a packet"]');
      await ws.recv();
      ws.send('451-["conn send",{"_placeholder":true,"num":0}]');
      ws.sendBinary([7, 8]);
      await ws.recv();
    },
  },
  {
    name: "a packet that is none",
    async run(t) {
      const ws = await t.ws("raw", { query: `${WEBSOCKET}&mode=watched` });
      await ws.join();
      ws.send("x");
      await t.observer.report("conn close");
      await all(t);
    },
  },
  {
    name: "heartbeats",
    options: ["--ping-interval", "300", "--ping-timeout", "20000"],
    async run(t) {
      const ws = await t.ws("raw", { query: `${WEBSOCKET}&mode=watched` });
      await ws.join();
      await ws.recv();
      ws.send("3");
      await t.observer.report("conn heartbeat");
      await ws.recv();
      ws.ws.close(1000);
      await ws.drain();
      await t.observer.report("conn close");
      await t.observer.reported("conn packetCreate");
    },
  },
];
