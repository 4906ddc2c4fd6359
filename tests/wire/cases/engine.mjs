// The engine alone: the echo server of --engine-only, over both transports.
import assert from "node:assert/strict";
import { openPacket } from "../lib/wire.mjs";

const options = ["--engine-only"];
const restless = ["--engine-only", "--ping-interval", "150", "--ping-timeout", "200"];

const engineCases = [
  {
    name: "the open packet",
    async run(t) {
      const packet = openPacket((await t.request({})).body.toString());
      assert.deepEqual(Object.keys(packet), ["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"]);
      assert.deepEqual(packet.upgrades, ["websocket"]);
      assert.equal(packet.maxPayload, 1000000);
    },
  },
  {
    name: "text and binary over WebSocket",
    async run(t) {
      const ws = await t.opened();
      ws.text("4é€😀");
      await t.expectFrame(ws, "text 4é€😀");
      ws.text("4");
      ws.text("4next");
      ws.binary(Buffer.from([1, 2, 3]));
      const got = [];
      for (let i = 0; i < 2; i++) got.push((await ws.next()).payload.toString("latin1"));
      if (got[0] === "4") got.push((await ws.next()).payload.toString("latin1"));
      assert.deepEqual(got.slice(-2), ["4next", "\x01\x02\x03"]);
    },
  },
  {
    name: "text and binary over polling",
    async run(t) {
      const { path } = await t.session();
      assert.equal((await t.request({ method: "POST", path, body: "4one\x1ebAQID\x1e4two" })).body.toString(), "ok");
      assert.equal((await t.request({ path })).body.toString(), "4one\x1ebAQID\x1e4two");
    },
  },
  {
    name: "upgrade",
    async run(t) {
      const { sid, path } = await t.session();
      const ws = await t.websocket({ path: `${t.websocketPath}&sid=${sid}` });
      ws.text("2probe");
      await t.expectFrame(ws, "text 3probe");
      assert.equal((await t.request({ path })).body.toString(), "6");
      ws.text("5");
      ws.text("4over");
      await t.expectFrame(ws, "text 4over");
      assert.equal((await t.request({ path })).status, 400);
    },
  },
  {
    name: "the Socket.IO path is not served",
    async run(t) {
      assert.notEqual((await t.request({ path: "/socket.io/?EIO=4&transport=polling" })).status, 200);
    },
  },
];

const heartbeatCases = [
  {
    name: "ping and pong",
    async run(t) {
      const ws = await t.opened();
      for (let i = 0; i < 3; i++) {
        await t.expectFrame(ws, "text 2");
        ws.text("3");
      }
    },
  },
  {
    name: "no pong: closed",
    async run(t) {
      const ws = await t.opened();
      await t.expectFrame(ws, "text 2");
      await t.expectClose(ws, undefined);
    },
  },
  {
    name: "no pong over polling: closed",
    async run(t) {
      const { path } = await t.session();
      assert.equal((await t.request({ path })).body.toString(), "2");
      assert.equal((await t.request({ path })).body.toString(), "1");
      assert.equal((await t.request({ path })).status, 400);
    },
  },
];

const timeoutCases = [
  {
    name: "no namespace joined in time: closed",
    async run(t) {
      const ws = await t.opened();
      await t.expectClose(ws, undefined);
      const joined = await t.joined();
      const other = await t.opened();
      await t.expectClose(other, undefined);
      await t.expectEcho(joined);
    },
  },
];

export const cases = [
  ...engineCases.map((one) => ({ ...one, options })),
  ...heartbeatCases.map((one) => ({ ...one, options: restless })),
  ...timeoutCases.map((one) => ({ ...one, options: ["--connect-timeout", "200"] })),
  {
    name: "another path",
    options: ["--path", "/else/where"],
    async run(t) {
      t.server.path = "/else/where";
      await t.expectEcho(await t.joined());
    },
  },
  {
    name: "cross-origin headers",
    options: ["--cors-origin", "https://one.example"],
    async run(t) {
      for (const path of [t.pollingPath, "/socket.io/?EIO=4"]) {
        const response = await t.request({ path, headers: { Origin: "https://two.example" } });
        assert.equal(response.get("access-control-allow-origin"), "https://one.example", path);
        assert.equal(response.get("vary"), "Origin");
      }
      assert.equal((await t.request({ method: "OPTIONS" })).status, 204);
    },
  },
];
