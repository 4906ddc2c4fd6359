// Plain WebSocket endpoints as their users meet them: the `ws` client of npm (which is a second implementation of the
// protocol, compression included) and Socket.IO clients beside it, against plain_server.
//   node run.mjs [--only TEXT]
// SIO_PLAIN_SERVER and SIO_VHOST_SERVER are the commands of the servers (default: plain_server and vhost_server here).
import assert from "node:assert/strict";
import { certificate } from "../interop/lib/certificate.mjs";
import { within } from "../wire/lib/wait.mjs";
import { closedWith, Plain, PlainServer, turn } from "./plain.mjs";
import { vhostCases, vhostShutdown, vhostTlsCases } from "./vhost.mjs";

const cases = {
  "text, binary and JSON messages come and go": async (t) => {
    const ws = await t.connect("/ws/talk/ann");
    ws.send("plain text, ümläüts");
    assert.equal(await ws.next(), "plain text, ümläüts");
    ws.send(Buffer.from([0, 255, 1]));
    assert.deepEqual(await ws.next(), Buffer.from([0, 255, 1]));
    ws.send('{"type":"question"}');
    assert.deepEqual(await ws.json(), { type: "answer", to: "question" });
  },

  "a connection knows its request, parameters and rooms": async (t) => {
    const ws = await t.connect("/ws/talk/J%C3%BCrgen%2FB?q=a%20b", ["v9", "v1", "v2"], { headers: { "X-Test": "yes" } });
    const info = await turn(ws);
    assert.equal(ws.protocol, "v1");
    assert.match(info.id, /^[\w-]{20}$/);
    assert.deepEqual({ ...info, id: "" }, { id: "", rooms: [info.id, "talkers"], name: "Jürgen/B", header: "yes", query: "a b", address: "127.0.0.1", subprotocol: "v1", identity: "", auth: null, count: 1, same: true });
  },

  "paths that are no endpoint's": async (t) => {
    await assert.rejects(t.connect("/ws/talk/"));
    await assert.rejects(t.connect("/ws/talk/a/b"));
    await assert.rejects(t.connect("/ws/nowhere"));
    const answer = await t.get("/ws/talk/a");
    assert.equal(answer.status, 200, "a request handler of the program's comes first");
  },

  "an Origin that isn't in the list": async (t) => {
    const refused = t.begin("/ws/talk/a", [], { headers: { Origin: "https://bad.example" } });
    assert.equal((await within(refused.answered, "an answer")).status, 403);
    await t.connect("/ws/talk/a", [], { headers: { Origin: "https://good.example" } });
  },

  "rooms: to some, to all, without the sender": async (t) => {
    const [a, b, c] = [await t.connect("/ws/talk/a"), await t.connect("/ws/talk/b"), await t.connect("/ws/talk/c")];
    a.do("join", { room: "red" });
    b.do("join", { room: "red" });
    await turn(a);
    await turn(b);
    a.do("say", { room: "red", body: "to red" });
    assert.equal(await b.next(), "to red");
    a.do("say", { body: "to the others" });
    assert.equal(await b.next(), "to the others");
    assert.equal(await c.next(), "to the others");
    a.do("tell all", { room: "red", json: { n: 1, s: "x" } });
    assert.deepEqual([await a.json(), await b.json()], [{ n: 1, s: "x" }, { n: 1, s: "x" }]);
    a.do("bytes", { body: "raw" });
    assert.deepEqual([await a.next(), await b.next(), await c.next()].map(String), ["raw", "raw", "raw"]);
    b.do("leave", { room: "red" });
    await turn(b);
    a.do("tell all", { room: "red", json: [2] });
    assert.equal(await a.next(), "[2]");
    assert.deepEqual((await turn(b)).rooms.slice(1), ["talkers"]);
    assert.equal((await turn(c)).count, 3);
  },

  "events reach plain connections by the mapping": async (t) => {
    const ws = await t.connect("/ws/talk/a");
    ws.do("emit", { body: "hello" });
    assert.equal(await ws.next(), '{"type":"news","args":["hello",7,{"_placeholder":true,"num":0}],"attachments":["eHl6"]}');
  },

  "from another thread, in order": async (t) => {
    const [a, b] = [await t.connect("/ws/talk/a"), await t.connect("/ws/talk/b")];
    await turn(b);
    const pinged = new Promise((resolve) => a.once("ping", (data) => resolve(data.toString())));
    a.do("thread");
    assert.deepEqual(await a.json(), { from: "a thread" });
    assert.equal(await a.next(), "text");
    assert.deepEqual(await a.next(), Buffer.from("bytes"));
    assert.deepEqual(await a.json(), { to: "the room" });
    assert.equal(await within(pinged, "a ping"), "thread");
    await closedWith(a, 4010, "by a thread");
    assert.equal(await b.next(), "not to me");
    b.send("nothing else");
    assert.equal(await b.next(), "nothing else");
  },

  "pings and pongs of either side": async (t) => {
    const ws = await t.connect("/ws/talk/a");
    const pong = new Promise((resolve) => ws.once("pong", (data) => resolve(data.toString())));
    ws.ping("mine");
    assert.equal(await within(pong, "a pong"), "mine");
    ws.do("ping", { body: "yours" });
    assert.deepEqual(await ws.json(), { pong: "yours" });
  },

  '{"type":"ping"} is answered, unless the endpoint wants it': async (t) => {
    const [ws, quiet] = [await t.connect("/ws/talk/a"), await t.connect("/ws/quiet")];
    ws.send('{"type":"ping"}');
    assert.equal(await ws.next(), '{"type":"pong"}');
    ws.send('{"n":[1], "type" : "ping" }');
    assert.deepEqual(await ws.json(), { n: [1], type: "pong" });
    ws.send('{"type":"pinged","x":"ping"}');
    assert.deepEqual(await ws.json(), { type: "answer", to: "pinged" });
    quiet.send('{"type":"ping"}');
    assert.deepEqual(await quiet.json(), { type: "answer", to: "ping" });
  },

  "heartbeat: pongs keep it, their lack ends it": async (t) => {
    const [alive, dead] = [await t.connect("/ws/heart?alive"), await t.connect("/ws/heart?dead", [], { autoPong: false })];
    let pings = 0;
    alive.on("ping", () => pings++);
    await closedWith(dead, 1011, "no pong for 400 ms");
    assert.deepEqual(await t.said("close"), { event: "close", path: "/ws/heart?dead", code: 1006, reason: "no pong for 400 ms", in_room: true });
    assert.ok(pings >= 2, `${pings} pings`);
    alive.send("here");
    assert.equal(await alive.next(), "here");
  },

  "closing: by the client": async (t) => {
    const ws = await t.connect("/ws/talk/a?1");
    ws.close(4321, "enough");
    await closedWith(ws, 4321, "enough");
    assert.deepEqual(await t.said("close"), { event: "close", path: "/ws/talk/a?1", code: 4321, reason: "enough", in_room: true });
    assert.equal((await t.said("destroyed")).who, "a");
    const silent = await t.connect("/ws/talk/b?2");
    silent.close();
    await closedWith(silent, 1005, "");
    assert.deepEqual(await t.said("close"), { event: "close", path: "/ws/talk/b?2", code: 1005, reason: "", in_room: true });
    const gone = await t.connect("/ws/talk/c?3");
    gone.terminate();
    assert.deepEqual((await t.said("close")).code, 1006);
  },

  "closing: by the server": async (t) => {
    const [a, b] = [await t.connect("/ws/talk/a"), await t.connect("/ws/talk/b")];
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000]) {
      a.do("close", { code, body: "" });
      assert.deepEqual(await a.json(), { result: -1 }, `${code}`);
    }
    a.do("close", { code: 4000, body: "r".repeat(124) });
    assert.deepEqual(await a.json(), { result: -1 });
    a.do("close", { code: 3999, body: "good bye, Jürgen" });
    await closedWith(a, 3999, "good bye, Jürgen");
    assert.deepEqual({ ...(await t.said("close")), path: "" }, { event: "close", path: "", code: 3999, reason: "good bye, Jürgen", in_room: true });
    b.do("disconnect");
    await closedWith(b, 1000, "");
  },

  "what breaks the protocol is an error, then the end": async (t) => {
    const quiet = await t.connect("/ws/quiet?big");
    quiet.send("x".repeat(1001));
    assert.equal((await within(quiet.closed, "the end")).code, 1009);
    assert.equal((await t.said("error")).code, 1009);
    assert.equal((await t.said("close")).code, 1009);
    const broken = await t.connect("/ws/quiet?utf8");
    broken.send(Buffer.from([0xff]), { binary: false });
    assert.equal((await within(broken.closed, "the end")).code, 1007);
    assert.equal((await t.said("error")).code, 1007);
  },

  "authentication before the upgrade": async (t) => {
    const refused = async (query, status, text) => {
      const answer = await within(t.begin(`/ws/token${query}`).answered, "an answer");
      assert.deepEqual([answer.status, answer.text], [status, text]);
      return answer;
    };
    assert.equal((await refused("", 401, "a token, please")).headers["www-authenticate"], "Bearer");
    await refused("?token=none%20of%20ours", 403, "not with this token");
    await refused("?token=503", 503, "by code");
    await refused("?token=777", 403, "by code");
    for (const code of [4001, 4002, 1008]) await closedWith(t.begin(`/ws/token?token=${code}`), code, "by code");
    await closedWith(t.begin(`/ws/token?token=4002&reason=${encodeURIComponent("é".repeat(70))}`), 4002, "é".repeat(61)); // whole characters
    const ann = await t.connect("/ws/token?token=ann");
    assert.equal(await ann.next(), "welcome");
    const info = await turn(ann);
    assert.deepEqual([info.auth, info.identity], [{ token: "ann" }, "ann"]);
    const later = await t.connect("/ws/token?token=later", ["v1", "v2"]);
    assert.equal(await later.next(), "welcome");
    assert.equal(later.protocol, "v2");
  },

  "a client that doesn't wait for the answer": async (t) => {
    for (let i = 0; i < 20; i++) t.begin("/ws/token?token=later").terminate();
    await t.connect("/ws/token?token=ann");
  },

  "authentication by the first message": async (t) => {
    const ann = await t.connect("/ws/first");
    ann.send('{"token":"ann"}');
    assert.equal(await ann.next(), "welcome");
    assert.deepEqual((await turn(ann)).auth, { token: "ann" });
    const bad = await t.connect("/ws/first");
    bad.send('{"token":""}');
    await closedWith(bad, 4002, "bad token");
    const late = await t.connect("/ws/first");
    late.send('{"token":"refuse later"}');
    await closedWith(late, 4002, "refused later");
    const silent = await t.connect("/ws/first");
    await closedWith(silent, 4001, "no authentication in time");
  },

  "what comes behind the first message waits for the answer": async (t) => {
    const ws = await t.connect("/ws/first");
    ws.send('{"token":"later"}');
    for (let i = 0; i < 10; i++) ws.send(`${i}`);
    assert.equal(await ws.next(), "welcome");
    for (let i = 0; i < 10; i++) assert.equal(await ws.next(), `${i}`);
    const flood = await t.connect("/ws/first");
    flood.send('{"token":"never"}');
    assert.equal(await flood.next(), "thinking");
    for (let i = 0; i < 65; i++) flood.send("more");
    await closedWith(flood, 1008, "too many messages before authentication");
  },

  "limits: connections of a user and of an address": async (t) => {
    await t.connect("/ws/limited?token=ann");
    const second = await t.connect("/ws/limited?token=ann");
    await closedWith(t.begin("/ws/limited?token=ann"), 4003, "too many connections of this user");
    await t.connect("/ws/limited?token=bob");
    await t.connect("/ws/limited?token=cyd");
    await closedWith(t.begin("/ws/limited?token=dan"), 4003, "too many connections of this address");
    second.close();
    await second.closed;
    const again = await t.connect("/ws/limited?token=ann");
    assert.equal((await turn(again)).identity, "ann");
    assert.ok((await t.stats()).limited >= 2);
  },

  "limits: rates of a connection and of a user": async (t) => {
    const fast = await t.connect("/ws/rate");
    for (let i = 0; i < 100; i++) fast.send("x");
    assert.equal((await within(fast.closed, "the end")).code, 4003);
    assert.equal((await t.said("error")).code, 4003);
    const wide = await t.connect("/ws/rate");
    for (let i = 0; i < 3; i++) wide.send("x".repeat(9000));
    assert.equal((await within(wide.closed, "the end")).code, 4003);
    const both = [await t.connect("/ws/limited?token=eve"), await t.connect("/ws/limited?token=eve")];
    for (let i = 0; i < 25; i++) for (const ws of both) ws.send("x");
    await closedWith(await Promise.race(both.map((ws) => ws.closed.then(() => ws))), 4003, "too many messages");
  },

  "a full outbox refuses, drains, and a client that takes nothing goes": async (t) => {
    const [ws, tap] = [await t.connect("/ws/full", [], { perMessageDeflate: false }), await t.connect("/ws/full")];
    ws.pause();
    tap.send("fill");
    const full = await t.said("full");
    assert.ok(full.queued >= 1 << 19 && full.queued <= 1 << 20, `${full.queued} queued`);
    ws.resume();
    for (let i = 0; i < full.sent; i++) assert.equal((await ws.next()).length, 65536);
    assert.equal(await ws.next(), "drained");
    ws.pause();
    const filling = setInterval(() => tap.send("fill"), 20); // the kernel takes some for a while, and then an outbox isn't full
    const end = await t.said("close").finally(() => clearInterval(filling));
    assert.equal(end.code, 1008);
    assert.match(end.reason, /nothing taken for 1000 ms/);
  },

  "compression, with a threshold, by npm's implementation": async (t) => {
    for (const options of [{}, { serverMaxWindowBits: 9 }, { clientMaxWindowBits: 10 }, { clientNoContextTakeover: true, serverNoContextTakeover: true }]) {
      const ws = await t.connect("/ws/talk/a", [], { perMessageDeflate: { ...options, threshold: 0 } });
      assert.match(ws.extensions, /permessage-deflate/);
      for (let i = 0; i < 20; i++) {
        const text = JSON.stringify({ n: i, text: "abc ".repeat(i * i * 50) });
        ws.send(text);
        assert.equal(await ws.next(), text);
      }
      ws.close();
      await ws.closed;
    }
    const before = (await t.stats()).out;
    assert.ok(before > 80);
  },

  "one room of Socket.IO clients and plain ones": async (t) => {
    const [member, guest, other] = [await t.socketIo("/shared"), await t.connect("/ws/shared"), await t.connect("/ws/shared")];
    guest.send("hello, all");
    assert.deepEqual(await member.events.next(), ["message", "hello, all"]);
    assert.equal(await other.next(), "hello, all");
    guest.send('{"a": [1, 2.50]}');
    assert.deepEqual(await member.events.next(), ["message", { a: [1, 2.5] }]);
    assert.equal(await other.next(), '{"a":[1,2.5]}');
    guest.send(Buffer.from("bytes"));
    assert.deepEqual((await member.events.next())[1], Buffer.from("bytes"));
    assert.deepEqual(await other.next(), Buffer.from("bytes"));
    member.emit("say", "lounge", "chat", { from: "member" });
    assert.equal(await guest.next(), '{"type":"chat","args":[{"from":"member"}]}');
    assert.equal(await other.next(), '{"type":"chat","args":[{"from":"member"}]}');
    member.emit("say", "lounge", "message", "as text \ud83d\ude00 \ud800");
    assert.equal(await guest.next(), "as text \ud83d\ude00 \ufffd");
    member.emit("say", "lounge", "message", Buffer.from([1, 2]));
    await other.next();
    assert.deepEqual(await guest.next(), Buffer.from([1, 2]));
    assert.equal(await member.timeout(2000).emitWithAck("count"), 3);
    const { sockets, connections, sessions } = await t.stats();
    assert.deepEqual({ sockets, connections, sessions }, { sockets: 1, connections: 2, sessions: 1 });
  },

  "the same by the program's own mapping": async (t) => {
    const [member, guest, other] = [await t.socketIo("/mapped"), await t.connect("/ws/mapped"), await t.connect("/ws/mapped")];
    guest.send('{"event":"chat","value":[1]}');
    assert.deepEqual(await member.events.next(), ["chat", [1]]);
    assert.equal(await other.next(), '{"event":"chat","value":[1]}');
    guest.send('{"nothing":"mapped"}');
    assert.deepEqual(await member.events.next(), ["message", { nothing: "mapped" }]);
    assert.equal(await other.next(), '{"nothing":"mapped"}');
    member.emit("say", "lounge", "secret", 1);
    member.emit("say", "lounge", "open", { x: 1 });
    assert.equal(await guest.next(), '{"event":"open","value":{"x":1}}');
  },

  "Socket.IO clients can't join an endpoint's own namespace": async (t) => {
    await assert.rejects(t.socketIo("/ws/quiet"), /Invalid namespace/);
  },

  "the counters": async (t) => {
    const before = await t.stats();
    const ws = await t.connect("/ws/quiet");
    ws.send("one");
    await ws.next();
    const after = await t.stats();
    assert.equal(after.connections, before.connections + 1);
    assert.equal(after.accepted, before.accepted + 1);
    assert.deepEqual([after.in - before.in, after.out - before.out], [1, 1]);
    assert.equal(after.endpoints, 10);
  },
};

// Ends the server, so it has one of its own.
async function shutdown(t) {
  const all = [await t.connect("/ws/talk/a"), await t.connect("/ws/first"), await t.connect("/ws/shared")];
  t.begin("/ws/token?token=later");
  t.server.child.kill("SIGTERM");
  for (const ws of all) await closedWith(ws, 1001, "server shutting down");
  assert.equal((await t.said("close")).code, 1001);
}

const counts = { passed: 0, failed: 0 };

async function runCase(server, name, run) {
  const t = new Plain(server);
  let trouble = null;
  try {
    await within(run(t), "the case to end", 30000);
  } catch (error) {
    trouble = `${error.stack}\n${server.stderr}`;
  }
  t.cleanUp();
  for (let left = 1; left && server.running && !run.name.toLowerCase().includes("shutdown"); ) left = (await t.stats().catch(() => ({}))).connections;
  counts[trouble ? "failed" : "passed"]++;
  console.log(`${trouble ? "not ok" : "ok"} ${counts.passed + counts.failed} - ${name}`);
  if (trouble) console.log(trouble.trimEnd().replace(/^/gm, "#   "));
}

async function runAll(server, some, endsItself) {
  for (const [name, run] of some) await runCase(server, name, run);
  const complaint = await server.stop({ endsItself });
  if (complaint) {
    counts.failed++;
    console.log(`not ok ${counts.passed + counts.failed} - the server leaves cleanly\n${complaint.replace(/^/gm, "#   ")}`);
  }
}

const only = process.argv[2] === "--only" ? process.argv[3] : "";
const chosen = Object.entries(cases).filter(([name]) => name.includes(only));
const sharing = chosen.filter(([name]) => /one room|own mapping/.test(name)).map(([name, run]) => [`${name}, with recovery`, run]);
await runAll(await new PlainServer().start(), chosen);
if (sharing.length) await runAll(await new PlainServer(["recovery"]).start(), sharing);
if (!only || "shutdown".includes(only)) await runAll(await new PlainServer().start(), [["shutdown closes with 1001", shutdown]], true);
const inVhost = (some) => Object.entries(some).filter(([name]) => name.includes(only));
const vhost = inVhost({ ...vhostCases, "in a vhost: shutdown": vhostShutdown });
if (vhost.length) await runAll(await new PlainServer([], "vhost_server").start(), vhost, "in a vhost: shutdown".includes(only));
const vhostTls = inVhost(vhostTlsCases);
if (vhostTls.length) {
  const { cert, key } = certificate();
  await runAll(await new PlainServer([cert, key], "vhost_server").start(), vhostTls);
}
console.log(`1..${counts.passed + counts.failed}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, 0 skipped`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
