// Engine.IO and Socket.IO packets that break the rules: the connection ends, the server does not.
import assert from "node:assert/strict";
import { encodeFrame, OP } from "../lib/frames.mjs";

const frame = (payload) => encodeFrame({ opcode: OP.TEXT, payload });

const fatal = [
  ["unknown engine packet type", "7"],
  ["an empty message", ""],
  ["a ping from the client", "2"],
  ["an empty Socket.IO packet", "4"],
  ["unknown packet type", "49"],
  ["connect twice", "40"],
  ["connect error from a client", '44{"message":"x"}'],
  ["an event that is no array", '42{"a":1}'],
  ["an event without name", "42[]"],
  ["an event with a reserved name", '42["disconnect"]'],
  ["broken JSON", '42["message",'],
  ["trailing junk", '42["message"]x'],
  ["a namespace not joined", '42/other,["message"]'],
  ["an attachment count out of range", '4511-["message"]'],
  ["an attachment count of zero", '450-["message"]'],
  ["a bad escape", '42["message","\\q"]'],
  ["a control character in a text", '42["message","\u0001"]'],
];

const deep = (depth) => "[".repeat(depth) + "]".repeat(depth);

// Closed or answered, but within bounds and without harm to the server.
async function survives(t, packet) {
  const ws = await t.joined();
  ws.text(packet);
  ws.text('421["message-with-ack"]');
  for (let got = await ws.next(); got && got.payload.toString() !== "431[]"; got = await ws.next());
}

export const cases = [
  ...fatal.map(([name, packet]) => ({
    name: `closed: ${name}`,
    async run(t) {
      const ws = await t.joined();
      ws.text(packet);
      await t.expectClose(ws, undefined);
    },
  })),
  {
    name: "closed: an event before connect",
    async run(t) {
      const ws = await t.opened();
      ws.text('42["message"]');
      await t.expectClose(ws, undefined);
    },
  },
  {
    name: "closed: bytes nobody announced",
    async run(t) {
      const ws = await t.joined();
      ws.binary(Buffer.from([1]));
      await t.expectClose(ws, undefined);
    },
  },
  {
    name: "closed: text where bytes are due",
    async run(t) {
      const ws = await t.joined();
      ws.text('451-["message",{"_placeholder":true,"num":0}]');
      ws.text('42["message"]');
      await t.expectClose(ws, undefined);
    },
  },
  {
    name: "attachments announced and never sent",
    async run(t) {
      for (let i = 0; i < 20; i++) {
        const ws = await t.joined();
        ws.text(`4510-["message",${Array.from({ length: 10 }, (_, n) => `{"_placeholder":true,"num":${n}}`)}]`);
        for (let n = 0; n < i % 10; n++) ws.binary(Buffer.alloc(1000));
        ws.destroy();
      }
    },
  },
  {
    name: "a placeholder of an attachment that is not there",
    async run(t) {
      const ws = await t.joined();
      ws.text('451-["message",{"_placeholder":true,"num":1}]');
      ws.binary(Buffer.from([1]));
      await t.expectClose(ws, undefined);
    },
  },
  {
    name: "five hundred unknown namespaces",
    async run(t) {
      const ws = await t.joined();
      ws.raw(Buffer.concat(Array.from({ length: 500 }, (_, i) => frame(`40/unknown-${i},`))));
      for (let i = 0; i < 500; i++) {
        await t.expectFrame(ws, `text 44/unknown-${i},{"message":"Invalid namespace"}`);
      }
    },
  },
  { name: "a namespace of 100 KB", run: (t) => survives(t, `40/${"n".repeat(100000)},`) },
  { name: "an event name of 100 KB", run: (t) => survives(t, `42["${"n".repeat(100000)}"]`) },
  { name: "a number of 100,000 digits", run: (t) => survives(t, `42["message",${"9".repeat(100000)}]`) },
  { name: "an id of 100,000 digits", run: (t) => survives(t, `42${"9".repeat(100000)}["message-with-ack"]`) },
  { name: "a text of escapes only", run: (t) => survives(t, `42["message","${"\\ud83d\\ude00".repeat(8000)}"]`) },
  { name: "an object of 10,000 keys", run: (t) => survives(t, `42["message",{${Array.from({ length: 10000 }, (_, i) => `"${i}":0`)}}]`) },
  { name: "an array of 100,000 numbers", run: (t) => survives(t, `42["message",[${"0,".repeat(99999)}0]]`) },
  { name: "nesting 1000 deep", run: (t) => survives(t, `42["message",${deep(1000)}]`) },
  { name: "nesting 400,000 deep", beyondReference: true, run: (t) => survives(t, `42["message",${deep(400000)}]`) },
  { name: "acknowledgements nobody asked for", run: (t) => survives(t, '4312345["x"]') },
  {
    name: "polling: a POST of separators",
    async run(t) {
      const { path } = await t.session();
      assert.equal((await t.request({ method: "POST", path, body: "\x1e".repeat(10000) })).body.toString(), "ok");
      assert.equal((await t.request({ path })).status, 400);
    },
  },
  {
    name: "polling: a POST of ten thousand packets",
    async run(t) {
      const { path } = await t.session();
      await t.request({ method: "POST", path, body: "40" });
      const body = Array.from({ length: 10000 }, () => "3").join("\x1e");
      assert.equal((await t.request({ method: "POST", path, body })).body.toString(), "ok");
      assert.equal((await t.request({ path })).status, 200);
    },
  },
  {
    name: "polling: overlapping GETs end the session",
    async run(t) {
      const { path } = await t.session();
      const both = await Promise.all([t.request({ path }), t.request({ path })]);
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400]);
      assert.equal(both.find(({ status }) => status === 200).body.toString(), "1");
      assert.equal((await t.request({ path })).status, 400);
    },
  },
  {
    name: "polling: 413 above the limit",
    options: ["--max-payload", "2000"],
    async run(t) {
      const { path } = await t.session();
      assert.equal((await t.request({ method: "POST", path, body: "4".repeat(2001) })).status, 413);
    },
  },
];
