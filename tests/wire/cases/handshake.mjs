// WebSocket handshakes that must not become WebSockets, and odd ones that may.
import assert from "node:assert/strict";
import { encodeFrame, OP } from "../lib/frames.mjs";
import { requestBytes } from "../lib/wire.mjs";
import { upgradeHeaders } from "../lib/rawws.mjs";

const refused = (headers, path) => async (t) => {
  const ws = await t.websocket({ headers, path: path?.(t) });
  assert.equal(ws.response.status, 400);
};

export const cases = [
  { name: "no key", run: refused({ "Sec-WebSocket-Key": null }) },
  { name: "a short key", run: refused({ "Sec-WebSocket-Key": "AAAA" }) },
  { name: "a key that is no base64", run: refused({ "Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!==" }) },
  { name: "a long key", run: refused({ "Sec-WebSocket-Key": "A".repeat(5000) }) },
  { name: "version 7", run: refused({ "Sec-WebSocket-Version": "7" }) },
  { name: "no version", run: refused({ "Sec-WebSocket-Version": null }) },
  { name: "another upgrade", run: refused({ Upgrade: "h2c" }) },
  { name: "unknown sid", run: refused({}, (t) => `${t.websocketPath}&sid=abc`) },
  { name: "unknown transport", run: refused({}, (t) => `${t.server.path}/?EIO=4&transport=abc`) },
  {
    name: "outside the path",
    async run(t) {
      const ws = await t.websocket({ path: "/elsewhere" });
      assert.ok(ws.response === null || [400, 404].includes(ws.response.status));
    },
  },
  {
    name: "the accept key is right",
    async run(t) {
      const ws = await t.websocket({ headers: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==" } });
      assert.equal(ws.response.get("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      assert.match(ws.response.get("upgrade"), /^websocket$/i);
      assert.match(ws.response.get("connection"), /^upgrade$/i);
    },
  },
  {
    name: "upper and lower case, lists",
    async run(t) {
      const ws = await t.websocket({ headers: { Upgrade: "WebSocket", Connection: "keep-alive, UPGRADE" } });
      assert.ok(ws.open);
    },
  },
  {
    name: "frames in the same write as the request",
    async run(t) {
      const ws = await t.websocket({ early: encodeFrame({ opcode: OP.PING, payload: "early" }) });
      const got = [(await ws.next()).opcode, (await ws.next()).opcode].sort((a, b) => a - b);
      assert.deepEqual(got, [OP.TEXT, OP.PONG]);
    },
  },
  {
    name: "byte by byte",
    async run(t) {
      const connection = await t.connect();
      const bytes = requestBytes({ path: t.websocketPath, headers: upgradeHeaders() });
      for (const byte of bytes) connection.write(Buffer.from([byte]));
      assert.equal((await connection.response()).status, 101);
    },
  },
  {
    name: "gone right after the request, a hundred times",
    async run(t) {
      for (let i = 0; i < 100; i++) {
        const connection = await t.connect();
        connection.write(requestBytes({ path: t.websocketPath, headers: upgradeHeaders() }));
        connection.close();
      }
    },
  },
  {
    name: "reset right after the answer, a hundred times",
    async run(t) {
      for (let i = 0; i < 100; i++) {
        const ws = await t.websocket();
        ws.connection.socket.resetAndDestroy();
      }
    },
  },
];
