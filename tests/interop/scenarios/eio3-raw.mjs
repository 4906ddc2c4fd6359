// Protocol 3 byte by byte: payloads in text and binary, WebSocket frames, heartbeats, upgrades, JSONP.
import { createHash } from "node:crypto";
import { gunzipSync, inflateSync } from "node:zlib";
import { PollingV3, binaryPayload, textPayload } from "../lib/raw_v3.mjs";

export const transports = ["raw"];
export const servers = ["--allow-eio3", "--hooks"];

const WEBSOCKET = "EIO=3&transport=websocket";
const POLLING = "EIO=3&transport=polling";

const polling = (t, query, more) => PollingV3.open(t, { query: query && `${POLLING}&${query}`, ...more });

async function websocket(t, query = WEBSOCKET, name = "ws") {
  const ws = await t.ws(name, { query });
  await ws.recv(2);
  return ws;
}

// The name of a socket in a report is the engine's id: masked where the session is open.
async function aftermath(t, session) {
  await session.sayGet();
  await session.sayGet();
  await t.observer.report("disconnect");
}

const echo = (...args) => `42${JSON.stringify(["echo", ...args])}`;
const withBytes = '451-["echo",{"_placeholder":true,"num":0}]';
const octets = (...values) => Buffer.from(values);
const code = (text) => [...Buffer.from(text)];

const goodBodies = [
  ["one event", textPayload(echo(1))],
  ["three events", textPayload(echo(1), echo(2), echo(3))],
  ["letters of every length", textPayload(echo("é€😀\u2028"))],
  ["base64", textPayload(withBytes, "b4AQIDBA==")],
  ["base64 without padding", textPayload(withBytes, "b4AQIDBA")],
  ["base64, empty", textPayload(withBytes, "b4")],
  ["packets of no length", `0:${textPayload(echo(1))}0:`],
  ["a length with zeros before it", `0${textPayload(echo(1))}`],
  ["open, upgrade and noop are ignored", textPayload("0", "5", "6", echo(1))],
  ["base64 of another type is ignored", textPayload("b9AQID", "b6AQID", "bx", echo(1))],
];

const badBodies = [
  ["nothing", ""],
  ["no length", echo(1)],
  ["a length alone", "5"],
  ["a length and a colon", "5:"],
  ["longer than the body", `99:${echo(1)}`],
  ["cut", "4:42["],
  ["junk at the end", `${textPayload(echo(1))}x`],
  ["digits at the end", `${textPayload(echo(1))}12`],
  ["not a number", `x1:${echo(1)}`],
  ["negative", `-1:${echo(1)}`],
  ["a packet of unknown type", textPayload("9", echo(1))],
  ["good, bad, good", textPayload(echo(1), "x", echo(2))],
  ["of protocol 4", `${echo(1)}\x1e${echo(2)}`],
  ["a pong", textPayload("3")],
  ["a pong with data", textPayload("3probe", echo(1))],
];

const goodOctets = [
  ["one event", binaryPayload(echo(1))],
  ["texts and bytes", binaryPayload(withBytes, octets(4, 1, 2, 3), echo("é€😀"))],
  ["bytes without data", binaryPayload(withBytes, octets(4))],
  ["base64 in a text", binaryPayload(withBytes, "b4AQID")],
  ["an empty body", octets()],
  ["a lone surrogate", Buffer.concat([octets(0, 1, 7, 255), Buffer.from('42["echo","'), octets(0xed, 0xa0, 0x80), Buffer.from('"]')])],
  ["longer than the body", octets(0, 9, 9, 255, ...code(echo(1)))],
  ["bytes of unknown types are ignored", binaryPayload(octets(9, 1), octets(), octets(6), echo(1))],
];

const badOctets = [
  ["no end of the length", octets(0, 2, 4)],
  ["no length", octets(0, 255, ...code("40"))],
  ["invalid UTF-8", octets(0, 3, 255, 0x34, 0xc3, 0x28)],
  ["a text of no length", octets(0, 0, 255)],
  ["a packet of unknown type", binaryPayload("9")],
  ["a bad length behind a good packet", octets(...binaryPayload(echo(1)), 0)],
  ["a text payload", Buffer.from(textPayload(echo(1)))],
  ["a binary pong", binaryPayload(octets(3))],
];

const heartbeat = ["--ping-interval", "300", "--ping-timeout", "400"];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function measured(t, run) {
  const start = Date.now();
  await run();
  const ms = Date.now() - start;
  t.log(`after ${ms > 350 ? "more than the interval" : `${ms} ms`}`);
}

const inflate = { gzip: gunzipSync, deflate: inflateSync };
const digest = (data) => createHash("sha256").update(data).digest("hex").slice(0, 16);

async function compressed(t, coding, query, packet) {
  const session = await polling(t, query);
  await session.send(packet);
  const response = await session.get({ headers: { "Accept-Encoding": coding } });
  const told = response.get("content-encoding");
  t.log(`${coding}: ${told} ${response.get("content-type")} ${digest(told ? inflate[told](response.body) : response.body)}`);
}

// {"type":..., "data":..., "nsp":...} in MessagePack.
const msgpack = {
  echo: "83a474797065 02 a464617461 92 a46563686f 01 a36e7370 a12f",
  bytes: "83a474797065 02 a464617461 92 a46563686f c403010203 a36e7370 a12f",
  connect: "82a474797065 00 a36e7370 a52f63686174",
  guarded: "82a474797065 00 a36e7370 b42f677561726465643f6d6f64653d726566757365",
};
const typed = (hex) => Buffer.concat([octets(4), Buffer.from(hex.replaceAll(" ", ""), "hex")]);

export const cases = [
  ...[
    ["EIO=3", POLLING],
    ["no EIO", "transport=polling"],
    ["an empty EIO", "EIO=&transport=polling"],
    ["EIO=5", "EIO=5&transport=polling"],
    ["EIO=04", "EIO=04&transport=polling"],
    ["the last EIO of two", "EIO=4&EIO=3&transport=polling"],
  ].map(([name, query]) => ({
    name: `opens with ${name}`,
    async run(t) {
      const session = await PollingV3.open(t, { query });
      await session.send('421["handshake"]');
      await session.recv();
    },
  })),
  {
    name: "the other protocol for a session",
    async run(t) {
      const session = await polling(t);
      await t.http("GET EIO=4", { path: `/socket.io/?EIO=4&transport=polling&sid=${session.sid}` });
      await t.http("POST EIO=4", { path: `/socket.io/?EIO=4&transport=polling&sid=${session.sid}`, method: "POST", body: "2:40" });
      const ws = await t.ws("ws", { query: `EIO=4&transport=websocket&sid=${session.sid}` });
      if (ws.ws.open) await ws.drain();
      await session.send(echo("lives"));
      await session.recv();
      await t.observer.reported("connection error");
    },
  },
  ...goodBodies.map(([name, body]) => ({
    name: `text: accepted: ${name}`,
    async run(t) {
      const session = await polling(t, "b64=1");
      await session.sayPost(body);
      await session.sayGet();
    },
  })),
  ...badBodies.map(([name, body]) => ({
    name: `text: refused: ${name}`,
    async run(t) {
      const session = await polling(t);
      await session.sayPost(body);
      await aftermath(t, session);
    },
  })),
  ...goodOctets.map(([name, body]) => ({
    name: `binary: accepted: ${name}`,
    async run(t) {
      const session = await polling(t);
      await session.sayOctets(body);
      await session.send(echo("done"));
      await session.sayGet();
    },
  })),
  ...badOctets.map(([name, body]) => ({
    name: `binary: refused: ${name}`,
    async run(t) {
      const session = await polling(t);
      await session.sayOctets(body);
      await aftermath(t, session);
    },
  })),
  {
    name: "bytes in an answer make all of it binary",
    async run(t) {
      const session = await polling(t);
      await session.send('42["burst",2]', '42["bytes",3]', echo("é€😀"), '42["bytes",0]');
      await session.sayGet();
      await session.send('42["bytes",300]');
      await session.sayGet();
      await session.send(echo("text again"));
      await session.sayGet();
    },
  },
  {
    name: "bytes as base64 with b64=1",
    async run(t) {
      const session = await polling(t, "b64=1");
      await session.send('42["burst",1]', '42["bytes",3]', '42["bytes",0]', '42["bytes",100]');
      await session.sayGet();
    },
  },
  {
    name: "an empty b64 asks for nothing",
    async run(t) {
      const session = await polling(t, "b64=");
      await session.send('42["bytes",3]');
      await session.sayGet();
    },
  },
  {
    name: "b64 counts at the handshake",
    async run(t) {
      const session = await polling(t);
      await session.send('42["bytes",3]');
      session.query = `${POLLING}&b64=1`;
      await session.sayGet();
    },
  },
  {
    name: "broadcasts of bytes",
    async run(t) {
      const [plain, base64] = [await polling(t), await polling(t, "b64=1", { name: "b64" })];
      const ws = await websocket(t);
      const ws64 = await websocket(t, `${WEBSOCKET}&b64=1`, "ws64");
      const today = await (await t.ws("today")).join();
      today.send('42["send",{"from":"nsp"},"all","é",1]');
      today.send('452-["send",{"from":"nsp"},"all",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
      today.sendBinary(octets(1, 2, 3));
      today.sendBinary(octets());
      await today.recv(4);
      await ws.recv(4);
      await ws64.recv(4);
      await plain.recv(4);
      await base64.recv(4);
    },
  },
  {
    name: "ping and pong",
    async run(t) {
      const session = await polling(t);
      await session.send("2");
      await session.sayGet();
      await session.send("2probe", "2", echo(1));
      await session.sayGet();
      await session.sendBinary(octets(2, 7));
      await session.sayGet();
      await session.send("b2AQID");
      await session.sayGet();
    },
  },
  {
    name: "close packet",
    async run(t) {
      const session = await polling(t);
      const held = await session.hold();
      await session.send(echo(1), "1", echo(2));
      await held();
      await t.observer.report("disconnect");
      await session.sayGet();
    },
  },
  {
    name: "close packet in binary",
    async run(t) {
      const session = await polling(t);
      await session.sendBinary(octets(1));
      await t.observer.report("disconnect");
      await session.sayGet();
    },
  },
  ...[true, false].map((close) => ({
    name: `disconnect(${close}) while a GET waits`,
    async run(t) {
      const session = await polling(t);
      const held = await session.hold();
      await session.send(`42["disconnect me quietly",${close}]`);
      await held();
      await t.observer.report("disconnect");
      if (close) await session.sayGet();
    },
  })),
  {
    name: "disconnect(true) with bytes queued and no GET",
    async run(t) {
      const session = await polling(t);
      await session.send('42["bytes",2]', '42["disconnect me",true]');
      await aftermath(t, session);
    },
  },
  {
    name: "GET overlaps GET",
    async run(t) {
      const session = await polling(t);
      const held = await session.hold();
      await session.sayGet();
      await held();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "connects to namespaces",
    async run(t) {
      const session = await polling(t);
      await session.send("40/chat");
      await session.recv();
      await session.send("40/guarded?mode=refuse,");
      await session.recv();
      await session.send("40/nowhere?x=1,");
      await session.recv();
      await session.send("40/greeting?a=1&b=c%20d&a=2#e,");
      await session.recv(2);
      await session.send('42/chat,["echo",1]', '42/greeting?z=1,7["echo",2]', '42/chat#x,["echo",3]');
      await session.recv(3);
      await session.send("41/greeting?a=1,");
      await t.observer.reported("disconnect");
    },
  },
  {
    name: "what CONNECT says today says nothing",
    async run(t) {
      const session = await polling(t);
      await session.send('40/greeting,{"token":"abc"}');
      await session.recv(2);
    },
  },
  ...[
    ["CONNECT twice", "40"],
    ["an event for a namespace not joined", '42/chat,["echo",1]'],
    ["a packet that cannot be decoded", "42[nonsense"],
    ["an empty message", "4"],
    ["bytes that nobody expects", "b4AQID"],
  ].map(([name, packet]) => ({
    name: `closed for ${name}`,
    async run(t) {
      const session = await polling(t);
      await session.send(packet);
      await aftermath(t, session);
    },
  })),
  {
    name: "WebSocket: texts and bytes",
    async run(t) {
      const ws = await websocket(t);
      ws.send(echo("é€😀"));
      await ws.recv();
      ws.send(withBytes);
      ws.sendBinary(octets(4, 1, 2, 3));
      await ws.recv(2);
      ws.send(withBytes);
      ws.sendBinary(octets(4));
      await ws.recv(2);
      ws.send(withBytes);
      ws.send("b4AQID");
      await ws.recv(2);
      for (const length of [0, 124, 125, 126, 4095, 16383, 65535, 65536]) {
        ws.send(`42["bytes",${length}]`);
        await ws.recv(2);
      }
    },
  },
  {
    name: "WebSocket: bytes of other types",
    async run(t) {
      const ws = await websocket(t);
      ws.sendBinary(octets(9, 1));
      ws.sendBinary(octets());
      ws.sendBinary(octets(6));
      ws.sendBinary(octets(2, 1, 2));
      await ws.recv();
      await ws.fence();
      ws.sendBinary(octets(4, 1, 2));
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "WebSocket: base64 with b64=1",
    async run(t) {
      const ws = await websocket(t, `${WEBSOCKET}&b64=1`);
      for (const length of [0, 1, 100, 20000]) {
        ws.send(`42["bytes",${length}]`);
        await ws.recv(2);
      }
    },
  },
  {
    name: "WebSocket: ping and pong",
    async run(t) {
      const ws = await websocket(t);
      ws.send("2");
      await ws.recv();
      ws.send("2hello");
      await ws.recv();
      ws.send("3");
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "WebSocket: a packet of unknown type",
    async run(t) {
      const ws = await websocket(t);
      ws.send("9");
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "WebSocket: disconnected by the server",
    async run(t) {
      const ws = await websocket(t);
      ws.send('42["disconnect me",true]');
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "upgrade",
    async run(t) {
      const session = await polling(t);
      const held = await session.hold();
      const ws = await t.ws("ws", { query: `${WEBSOCKET}&sid=${session.sid}` });
      ws.send("2probe");
      await ws.recv();
      await held();
      await session.send('42["bytes",2]', echo("é"));
      ws.send("5");
      await ws.recv(3);
      ws.send("2");
      await ws.recv();
      ws.send('421["transport"]');
      await ws.recv();
      await session.sayGet();
    },
  },
  {
    name: "upgrade, b64 on the WebSocket alone",
    async run(t) {
      const session = await polling(t);
      const ws = await t.ws("ws", { query: `${WEBSOCKET}&b64=1&sid=${session.sid}` });
      ws.send("2probe");
      await ws.recv();
      await session.send('42["bytes",2]');
      ws.send("5");
      await ws.recv(2);
    },
  },
  ...[
    ["a binary probe", (ws) => ws.sendBinary(Buffer.from("\x02probe"))],
    ["an event", (ws) => ws.send(echo(1))],
    ["a ping without probe", (ws) => ws.send("2")],
  ].map(([name, send]) => ({
    name: `upgrade: ${name} ends it`,
    async run(t) {
      const session = await polling(t);
      const ws = await t.ws("ws", { query: `${WEBSOCKET}&sid=${session.sid}` });
      send(ws);
      await ws.drain();
      await session.send(echo("still polling"));
      await session.recv();
    },
  })),
  {
    name: "upgrade: completed in binary",
    async run(t) {
      const session = await polling(t);
      const ws = await t.ws("ws", { query: `${WEBSOCKET}&sid=${session.sid}` });
      ws.send("2probe");
      await ws.recv();
      ws.sendBinary(octets(5));
      await ws.fence();
    },
  },
  {
    name: "heartbeat: pings keep a WebSocket, then they end",
    options: heartbeat,
    async run(t) {
      const ws = await websocket(t);
      for (let i = 0; i < 4; i++) {
        await pause(250);
        ws.send("2");
        await ws.recv();
      }
      await measured(t, () => ws.drain());
      await t.observer.report("disconnect");
    },
  },
  {
    name: "heartbeat: nothing but pings counts",
    options: heartbeat,
    async run(t) {
      const ws = await websocket(t);
      await measured(t, async () => {
        for (let i = 0; i < 2; i++) {
          await pause(200);
          ws.send(echo(i));
          await ws.recv();
        }
        await ws.drain();
      });
      await t.observer.report("disconnect");
    },
  },
  {
    name: "heartbeat: a GET that waits is let go",
    options: heartbeat,
    async run(t) {
      const session = await polling(t);
      await measured(t, () => session.sayGet());
      await t.observer.report("disconnect");
    },
  },
  {
    name: "heartbeat: gone without a word",
    options: heartbeat,
    async run(t) {
      await polling(t);
      await measured(t, () => t.observer.report("disconnect"));
    },
  },
  {
    name: "JSONP",
    async run(t) {
      const session = await polling(t, "j=7&b64=1");
      await session.send(echo("é€😀\u2028\u2029\"\\'</script>"));
      await session.sayGet();
      await session.send('42["bytes",3]');
      await session.sayGet();
      await session.sayPost('16:42["echo","a\\\\nb"]'); // before an n, a backslash travels as two
      await session.sayGet();
    },
  },
  {
    name: "JSONP: namespaces, the end",
    async run(t) {
      const session = await polling(t, "j=7&b64=1");
      await session.send("40/greeting?a=%41&b=1,");
      await session.sayGet();
      await session.send("1");
      await t.observer.report("disconnect");
      await session.sayGet();
    },
  },
  {
    name: "JSONP without b64: bytes",
    async run(t) {
      const session = await polling(t, "j=7");
      await session.send('42["bytes",3]');
      await session.sayGet();
    },
  },
  ...["gzip", "deflate", "identity"].map((coding) => ({
    name: `compressed answers: ${coding}`,
    async run(t) {
      await compressed(t, coding, undefined, echo("y".repeat(2000)));
      await compressed(t, coding, undefined, '42["bytes",2000]');
      await compressed(t, coding, "b64=1", '42["bytes",2000]');
      await compressed(t, coding, "j=1&b64=1", echo("y".repeat(1000)));
      await compressed(t, coding, undefined, echo("y".repeat(900)));
    },
  })),
  {
    name: "compressed WebSocket messages",
    options: ["--deflate", "snct"],
    async run(t) {
      const offer = { headers: { "Sec-WebSocket-Extensions": "permessage-deflate; server_no_context_takeover" } };
      const ws = await t.ws("ws", { query: WEBSOCKET, ...offer });
      const today = await (await t.ws("today", offer)).join();
      await ws.recv(2);
      today.send('451-["send",{"from":"nsp"},"all",{"_placeholder":true,"num":0}]');
      today.sendBinary(Buffer.alloc(5000, "binary "));
      for (const each of [ws, today]) {
        await each.recv();
        const { payload } = await each.ws.next();
        t.log(`${each.name} ${payload.length < 5000 ? "compressed" : "as it is"}`);
      }
      await ws.fence();
    },
  },
  {
    name: "MessagePack over a WebSocket",
    options: ["--parser", "msgpack"],
    async run(t) {
      const ws = await websocket(t);
      for (const name of ["echo", "bytes", "connect", "guarded"]) {
        ws.sendBinary(typed(msgpack[name]));
        await ws.recv();
      }
    },
  },
  {
    name: "MessagePack over polling",
    options: ["--parser", "msgpack"],
    async run(t) {
      for (const b64 of ["b64=", "b64=1"]) {
        const session = await polling(t, b64, { connect: null });
        await session.recv();
        await session.sendBinary(typed(msgpack.echo), typed(msgpack.bytes));
        await session.sayGet();
        await session.send(`b4${typed(msgpack.echo).subarray(1).toString("base64")}`);
        await session.sayGet();
      }
    },
  },
  {
    name: "recovery: events have offsets, but nothing comes back",
    options: ["--recovery", "0"],
    async run(t) {
      const ws = await websocket(t);
      ws.send(echo(1));
      const { payload } = await ws.ws.next();
      t.log(`an offset: ${/^42\["echo",1,"[^"]+"\]$/.test(payload.toString())}`);
    },
  },
];
