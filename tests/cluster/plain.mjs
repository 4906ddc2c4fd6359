// Plain WebSockets and Socket.IO clients at two servers on one Redis: one room, in a shared namespace and in an
// endpoint's own.
import assert from "node:assert/strict";
import { closedWith, Plain, PlainServer, turn } from "../websocket/plain.mjs";
import { until } from "./lib/redis.mjs";

// Until what `send` sends reaches the receiver: subscriptions take their time.
async function reaches(send, receive) {
  await until(async () => {
    await send();
    return receive();
  }, "the servers to hear from each other");
}

const drained = async (ws) => {
  ws.ping();
  await new Promise((resolve) => ws.once("pong", resolve));
  return ws.messages.takeAll();
};

async function sharedRoom(a, b) {
  const [guest, member] = [await a.connect("/ws/shared"), await b.socketIo("/shared")];
  const [other, stranger] = [await b.connect("/ws/shared"), await a.socketIo("/shared")];
  await reaches(() => guest.send("probe"), () => member.events.takeAll().length > 0);
  await reaches(() => member.emit("say", "lounge", "probe", 0), async () => (await drained(guest)).length > 0);
  const settle = async () => {
    const label = `label ${Math.random()}`;
    guest.send(label);
    for (const all of [member.events, stranger.events]) for (let one = []; one[1] !== label; ) one = await all.next();
    for (let one; one !== label; ) one = await other.next();
    const back = `label ${Math.random()}`;
    member.emit("say", "lounge", "message", back);
    for (const ws of [guest, other]) for (let one; one !== back; ) one = await ws.next();
    for (let one = []; one[1] !== back; ) one = await stranger.events.next();
  };
  await settle();
  guest.send("from a plain client at the first server");
  for (const { events } of [member, stranger]) assert.deepEqual(await events.next(), ["message", "from a plain client at the first server"]);
  assert.equal(await other.next(), "from a plain client at the first server");
  guest.send(Buffer.from([1, 2, 3]));
  assert.deepEqual((await member.events.next())[1], Buffer.from([1, 2, 3]));
  assert.deepEqual(await other.next(), Buffer.from([1, 2, 3]));
  await stranger.events.next();
  member.emit("say", "lounge", "chat", { from: "the second server" });
  for (const ws of [guest, other]) assert.equal(await ws.next(), '{"type":"chat","args":[{"from":"the second server"}]}');
  assert.deepEqual(await stranger.events.next(), ["chat", { from: "the second server" }]);
}

async function ownRooms(a, b) {
  const [ann, ben] = [await a.connect("/ws/talk/ann"), await b.connect("/ws/talk/ben")];
  for (const ws of [ann, ben]) ws.do("join", { room: "red" });
  await turn(ann);
  await turn(ben);
  await reaches(() => ann.do("say", { room: "red", body: "probe" }), async () => (await drained(ben)).length > 0);
  ann.do("say", { room: "red", body: "last probe" });
  while ((await ben.next()) !== "last probe");
  ann.do("say", { room: "red", body: "to red" });
  assert.equal(await ben.next(), "to red");
  ann.do("tell all", { json: { to: "all" } });
  assert.deepEqual(await ben.json(), { to: "all" });
  ann.do("bytes", { room: "red", body: "raw" });
  assert.deepEqual(await ben.next(), Buffer.from("raw"));
  ben.do("leave", { room: "red" });
  await turn(ben);
  ann.do("tell all", { room: "red", json: 1 });
  ann.do("tell all", { json: 2 });
  assert.equal(await ben.next(), "2");
  ann.do("close all");
  await closedWith(ben, 1000, "");
}

const cases = {
  "a plain client and a Socket.IO client in one room of two servers": sharedRoom,
  "rooms of an endpoint's own across two servers": ownRooms,
};

// Reports each case; `wanted` says which.
export async function runPlain(url, wanted, report) {
  const chosen = Object.entries(cases).filter(([name]) => wanted(`plain WebSockets: ${name}`));
  if (!chosen.length) return;
  const servers = await Promise.all([1, 2].map(() => new PlainServer([url]).start()));
  for (const [name, run] of chosen) {
    const sides = servers.map((server) => new Plain(server));
    await run(...sides).then(
      () => report(`plain WebSockets: ${name}`),
      (error) => report(`plain WebSockets: ${name}`, `${error.stack}\n${servers.map(({ stderr }) => stderr).join("\n")}`),
    );
    for (const side of sides) side.cleanUp();
  }
  for (const server of servers) {
    const complaint = await server.stop();
    if (complaint) report("plain WebSockets: the servers end cleanly", complaint);
  }
}
