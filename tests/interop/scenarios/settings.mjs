// Options that show in the open packet or in what is served at all.
export const transports = ["raw"];

const openPackets = async (t) => {
  await t.http("polling", { path: `${t.path}/?EIO=4&transport=polling` });
  await t.http("websocket without upgrade", { path: `${t.path}/?EIO=4&transport=websocket` });
  const ws = await t.ws("ws");
  if (ws.ws.open) await ws.recv();
};

export const cases = [
  { name: "defaults", run: openPackets },
  { name: "heartbeat", options: ["--ping-interval", "1234", "--ping-timeout", "5678"], run: openPackets },
  { name: "max-payload", options: ["--max-payload", "12345678"], run: openPackets },
  { name: "no upgrades", options: ["--no-upgrades"], run: openPackets },
  { name: "websocket only", options: ["--transports", "websocket"], run: openPackets },
  { name: "both, the other way round", options: ["--transports", "websocket,polling"], run: openPackets },
  {
    name: "polling only",
    options: ["--transports", "polling"],
    run: (t) => t.http("polling", { path: `${t.path}/?EIO=4&transport=polling` }),
  },
  {
    name: "no trailing slash",
    options: ["--no-trailing-slash"],
    async run(t) {
      for (const path of ["/socket.io", "/socket.io/", "/socket.iox", "/socket.i"]) {
        await t.http(path, { path: `${path}?EIO=4&transport=polling` });
      }
    },
  },
  {
    name: "another path",
    options: ["--path", "/deep/er"],
    async run(t) {
      await openPackets(t);
      await t.http("the usual path", { path: "/socket.io/?EIO=4&transport=polling" });
      await t.http("part of the path", { path: "/deep/?EIO=4&transport=polling" });
      const alice = await t.connect("alice", { transports: ["websocket"] });
      await alice.call("ack", "there");
    },
  },
];
