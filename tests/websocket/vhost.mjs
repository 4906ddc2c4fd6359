// A plain WebSocket in a libwebsockets vhost of the program's (vhost_server): what the echo cases of tests/wire don't show.
import assert from "node:assert/strict";
import net from "node:net";
import { encodeFrame, OP } from "../wire/lib/frames.mjs";
import { within } from "../wire/lib/wait.mjs";
import { closedWith } from "./plain.mjs";

const text = (payload) => encodeFrame({ opcode: OP.TEXT, payload });

// Writes bytes, and then waits until so many have come behind the head of the answer.
function dial(t) {
  const socket = net.connect(t.server.target.port, "127.0.0.1");
  t.open.push(() => socket.destroy());
  let got = Buffer.alloc(0);
  let look = () => {};
  socket.on("data", (chunk) => look((got = Buffer.concat([got, chunk]))));
  socket.on("error", () => {});
  const body = () => got.subarray(got.indexOf("\r\n\r\n") + 4);
  const behind = (length) =>
    new Promise((resolve) => {
      look = () => got.includes("\r\n\r\n") && body().length >= length && resolve(body().subarray(0, length));
      look();
    });
  return { socket, behind: (length) => within(behind(length), `${length} bytes`) };
}

const request = (path) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

export const vhostCases = {
  "in a vhost: a verdict that comes at once, and one that comes later": async (t) => {
    const [now, later] = [await t.connect("/ws/a"), await t.connect("/ws/late/a")];
    assert.deepEqual([now.extensions, later.extensions], ["permessage-deflate", ""], "the answer has gone out before it was known what to agree on");
    for (const ws of [now, later]) {
      ws.send("x".repeat(200_000));
      assert.equal(await ws.next(), "x".repeat(200_000));
    }
    assert.equal((await within(t.begin("/ws/late/nobody").answered, "an answer")).status, 401);
  },

  "in a vhost: subprotocols that the vhost has protocols for": async (t) => {
    assert.equal((await t.connect("/ws/a", ["v9", "v1"])).protocol, "v1");
    await assert.rejects(t.connect("/ws/a", ["v9"]));
  },

  "in a vhost: clients that don't wait for the answer before they send": async (t) => {
    for (const path of ["/ws/a", "/ws/late/a"]) {
      const { socket, behind } = dial(t);
      const second = text("second");
      socket.write(Buffer.concat([Buffer.from(request(path)), text("first"), second.subarray(0, 9)]));
      await behind(7);
      socket.write(second.subarray(9));
      assert.equal((await behind(15)).toString("latin1"), "\x81\x05first\x81\x06second");
    }
  },

  "in a vhost: many come and go": async (t) => {
    const one = async (i) => {
      const ws = t.begin(i % 2 ? "/ws/a" : "/ws/late/a");
      if (i % 5 === 0) return ws.terminate();
      await within(ws.opened, "an open connection");
      ws.send(`${i}`);
      if (i % 5 === 1) return ws.terminate();
      assert.equal(await ws.next(), `${i}`);
      ws.close(4000 + i);
      assert.equal((await within(ws.closed, "the end")).code, 4000 + i);
    };
    await Promise.all(Array.from({ length: 100 }, (_, i) => one(i)));
  },
};

// With a certificate the frames stay with libwebsockets.
export const vhostTlsCases = {
  "in a vhost with TLS: messages, a close, a breach": async (t) => {
    const tls = { rejectUnauthorized: false };
    for (const path of ["/ws/a", "/ws/late/a"]) {
      const ws = await t.connect(path, [], tls);
      assert.equal(ws.extensions, "");
      for (const payload of ["short", "x".repeat(200_000)]) {
        ws.send(payload);
        assert.equal(await ws.next(), payload);
      }
      ws.close(4321, "enough");
      await closedWith(ws, 4321, "enough");
      const broken = await t.connect(path, [], tls);
      broken.send(Buffer.from([0xff]), { binary: false });
      assert.equal((await within(broken.closed, "the end")).code, 1007);
    }
  },
};

// Ends the server.
export async function vhostShutdown(t) {
  const all = [await t.connect("/ws/a"), await t.connect("/ws/late/a")];
  t.server.child.kill("SIGTERM");
  for (const ws of all) await closedWith(ws, 1001, "server shutting down");
}
