// Too much of everything: the server stays up and goes on serving others.
import assert from "node:assert/strict";
import { encodeFrame, OP } from "../lib/frames.mjs";

const frame = (payload) => encodeFrame({ opcode: OP.TEXT, payload });

export const cases = [
  {
    name: "ten thousand pings in one write are all answered",
    async run(t) {
      const ws = await t.joined();
      ws.raw(Buffer.concat(Array.from({ length: 10000 }, (_, i) => encodeFrame({ opcode: OP.PING, payload: `${i}` }))));
      for (let i = 0; i < 10000; i++) {
        const { opcode, payload } = await ws.next();
        assert.equal(opcode, OP.PONG);
        assert.equal(payload.toString(), `${i}`);
      }
    },
  },
  {
    name: "ten thousand events in one write are answered in order",
    async run(t) {
      const ws = await t.joined();
      ws.raw(Buffer.concat(Array.from({ length: 10000 }, (_, i) => frame(`42["message",${i}]`))));
      for (let i = 0; i < 10000; i++) assert.equal((await ws.next()).payload.toString(), `42["message-back",${i}]`);
    },
  },
  {
    name: "a client that sends and never reads",
    async run(t) {
      const ws = await t.joined();
      ws.connection.socket.pause();
      const big = frame(`42["message","${"z".repeat(100000)}"]`);
      for (let i = 0; i < 300 && !ws.connection.ended; i++) {
        ws.raw(big);
        if (i % 50 === 0) await t.alive();
      }
      await t.alive();
    },
  },
  {
    name: "a client that sends, pauses and reads after all",
    async run(t) {
      const ws = await t.joined();
      ws.connection.socket.pause();
      const text = "w".repeat(20000);
      for (let i = 0; i < 100; i++) ws.raw(frame(`42["message",${i},"${text}"]`));
      await t.alive();
      ws.connection.socket.resume();
      for (let i = 0; i < 100; i++) {
        assert.equal((await ws.next()).payload.toString(), `42["message-back",${i},"${text}"]`);
      }
    },
  },
  {
    name: "three hundred sessions by polling, abandoned",
    async run(t) {
      for (let i = 0; i < 30; i++) await Promise.all(Array.from({ length: 10 }, () => t.session()));
    },
  },
  {
    name: "three hundred WebSockets, joined and dropped",
    async run(t) {
      for (let i = 0; i < 30; i++) {
        const all = await Promise.all(Array.from({ length: 10 }, () => t.joined()));
        for (const ws of all) ws.destroy();
      }
    },
  },
  {
    name: "connect and disconnect, five hundred times on one connection",
    async run(t) {
      const ws = await t.joined();
      for (let i = 0; i < 500; i++) {
        ws.text("41");
        ws.frame({ opcode: OP.PING });
        assert.equal((await ws.next()).opcode, OP.PONG);
        ws.text("40");
        assert.match((await ws.next()).payload.toString(), /^40/);
        assert.equal((await ws.next()).payload.toString(), '42["auth",{}]');
      }
    },
  },
];
