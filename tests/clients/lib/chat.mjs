// A client of Socket.IO 2 and one of Socket.IO 4 chat in one room, whatever transport each has: texts, bytes, nested bytes, and who is there.
import assert from "node:assert/strict";
import { CLIENTS, TRANSPORTS } from "./clients.mjs";
import { Context, outcome } from "./context.mjs";
import { bytes } from "./driver.mjs";
import { KINDS } from "./servers.mjs";

const OLD = CLIENTS.find(({ id }) => id === "js-2.5");
const NEW = CLIENTS.find(({ id }) => id === "js-4.8");

const SAID = [["héllo 😀", 1], [{ text: "with a picture", picture: bytes([0, 255, 10, 30]) }], [bytes(Buffer.alloc(5000, 7))], ["bye"]];

async function talk(speaker, listener, room) {
  for (const words of SAID) {
    speaker.emit("send", { from: "socket", to: [[room]] }, "news", ...words);
    assert.deepEqual(await listener.next("news"), words);
  }
}

async function chat(old, young) {
  const [older, newer] = [await old.connect(), await young.connect()];
  const room = `chat of ${(await older.call("rooms"))[0][0]}`;
  for (const client of [older, newer]) {
    await client.call("join", [room]);
    assert.equal((await client.call("rooms"))[0].includes(room), true);
  }
  await talk(older, newer, room);
  await talk(newer, older, room);
  // To all, the speaker too: in one order for both.
  older.emit("send", { from: "nsp", to: [[room]] }, "news", "to all");
  newer.emit("send", { from: "nsp", to: [[room]] }, "news", "to all");
  for (const client of [older, newer]) for (let i = 0; i < 2; i++) assert.deepEqual(await client.next("news"), ["to all"]);
  await older.call("leave", room);
  newer.emit("send", { from: "socket", to: [[room]] }, "news", "nobody hears");
  older.emit("echo", "the next that comes");
  await newer.call("rooms");
  assert.deepEqual(await older.next("echo"), ["the next that comes"]);
}

// Every pair of transports, on our server and, to see that the test is right, on Node's.
export async function runChat({ servers, partners }, reporter) {
  const drivers = { old: await partners.driver(OLD.id), young: await partners.driver(NEW.id) };
  for (const make of KINDS) {
    const kind = make();
    const server = await servers.get(kind, "main", "default");
    const pair = async (oldTransport, newTransport) => {
      const old = new Context({ row: OLD, driver: drivers.old, server, transport: oldTransport });
      const young = new Context({ row: NEW, driver: drivers.young, server, transport: newTransport });
      const { error } = await outcome(chat(old, young));
      const title = `${kind.name}: clients of Socket.IO 2 (${oldTransport}) and 4 (${newTransport}) chat in one room`;
      reporter.report(error ? "failed" : "passed", title, error?.stack);
      for (const context of [old, young]) context.close();
    };
    await Promise.all(TRANSPORTS.flatMap((one) => TRANSPORTS.map((other) => pair(one, other))));
  }
}
