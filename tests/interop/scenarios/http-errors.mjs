// Every refusal of the engine over plain HTTP and over a WebSocket handshake, with what the observer is told.
import { upgradeHeaders } from "../../wire/lib/rawws.mjs";

export const transports = ["raw"];
export const servers = ["--hooks"];

const refused = (query, options = {}) => async (t) => {
  await t.http(`${options.method ?? "GET"} ?${query}`, { path: `/socket.io/?${query}`, ...options });
  await t.observer.reported("connection error");
};

const refusedUpgrade = (query, headers = {}) => async (t) => {
  const ws = await t.ws("raw", { query, headers });
  if (ws.ws.open) await ws.drain();
  await t.observer.reported("connection error");
};

const POLLING = "EIO=4&transport=polling";
const WEBSOCKET = "EIO=4&transport=websocket";

const plain = [
  ["no query at all", ""],
  ["no transport", "EIO=4"],
  ["empty transport", "EIO=4&transport="],
  ["unknown transport", "EIO=4&transport=carrier-pigeon"],
  ["a transport named after a property", "EIO=4&transport=constructor"],
  ["webtransport over HTTP", "EIO=4&transport=webtransport"],
  ["upper-case transport", "EIO=4&transport=POLLING"],
  ["the last of two transports counts", "EIO=4&transport=polling&transport=nothing"],
  ["unknown sid", `${POLLING}&sid=abc`],
  ["unknown sid named after a property", `${POLLING}&sid=__proto__`],
  ["unknown sid, encoded", `${POLLING}&sid=%00%22%C3%A9`],
  ["the last of two sids counts", `${POLLING}&sid=a&sid=b`],
  ["unknown sid, POST", `${POLLING}&sid=abc`, { method: "POST", body: "40" }],
  ["unknown sid and transport: transport first", "EIO=4&transport=nothing&sid=abc"],
  ["handshake by POST", POLLING, { method: "POST", body: "" }],
  ["handshake by PUT", POLLING, { method: "PUT", body: "" }],
  ["handshake by DELETE", POLLING, { method: "DELETE" }],
  ["handshake by PATCH", POLLING, { method: "PATCH", body: "x" }],
  ["handshake by HEAD", POLLING, { method: "HEAD" }],
  ["handshake by OPTIONS", POLLING, { method: "OPTIONS" }],
  ["websocket without upgrade", WEBSOCKET],
  ["websocket by POST", WEBSOCKET, { method: "POST", body: "" }],
  ["protocol 3", "EIO=3&transport=polling"],
  ["protocol 5", "EIO=5&transport=polling"],
  ["no protocol", "transport=polling"],
  ["empty protocol", "EIO=&transport=polling"],
  ["protocol 04", "EIO=04&transport=polling"],
  ["the last of two protocols counts", "EIO=4&EIO=3&transport=polling"],
  ["refused by the program", `${POLLING}&refuse=`],
  ["refused by the program, with a message", `${POLLING}&refuse=not%20today`],
  ["refused by the program, with quotes and letters", `${POLLING}&refuse=%22%C3%A9%5C%0A`],
  ["refused by the program before the protocol is looked at", "EIO=3&transport=polling&refuse=first"],
];

const upgrades = [
  ["unknown transport", "EIO=4&transport=nothing"],
  ["no transport", "EIO=4"],
  ["unknown sid", `${WEBSOCKET}&sid=abc`],
  ["refused by the program", `${WEBSOCKET}&refuse=`],
  ["refused by the program, with a message", `${WEBSOCKET}&refuse=not%20today`],
  ["protocol 3", "EIO=3&transport=websocket"],
  ["polling with an upgrade header", POLLING],
  ["no key", WEBSOCKET, { "Sec-WebSocket-Key": null }],
  ["a key too short", WEBSOCKET, { "Sec-WebSocket-Key": "abc" }],
  ["a key of the wrong length", WEBSOCKET, { "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAAAA" }],
  ["no version", WEBSOCKET, { "Sec-WebSocket-Version": null }],
  ["version 12", WEBSOCKET, { "Sec-WebSocket-Version": "12" }],
  ["another upgrade", WEBSOCKET, { Upgrade: "h2c" }],
  ["two keys", WEBSOCKET, { "Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="] }],
  ["two versions", WEBSOCKET, { "Sec-WebSocket-Version": ["13", "13"] }],
  ["two upgrades", WEBSOCKET, { Upgrade: ["websocket", "websocket"] }],
];

export const cases = [
  ...plain.map(([name, query, options]) => ({ name, run: refused(query, options) })),
  ...upgrades.map(([name, query, headers]) => ({ name: `upgrade: ${name}`, run: refusedUpgrade(query, headers) })),
  {
    name: "upgrade: by POST",
    async run(t) {
      await t.http("POST", { method: "POST", path: `/socket.io/?${WEBSOCKET}`, headers: upgradeHeaders(), body: "" });
    },
  },
  {
    name: "a session polled as websocket",
    async run(t) {
      const session = await t.polling("raw");
      await t.http("GET", { path: `/socket.io/?EIO=4&transport=websocket&sid=${session.sid}` });
      await t.observer.reported("connection error");
      await session.join();
    },
  },
  {
    name: "a WebSocket session polled",
    async run(t) {
      const ws = await (await t.ws("raw")).recv();
      const sid = /"sid":"([^"]+)"/.exec(ws.payload.toString())[1];
      await t.http("GET", { path: `/socket.io/?${POLLING}&sid=${sid}` });
      await t.http("POST", { method: "POST", path: `/socket.io/?${POLLING}&sid=${sid}`, body: "40" });
      await t.observer.reported("connection error");
    },
  },
  {
    name: "a session polled with another protocol",
    async run(t) {
      const session = await t.polling("raw");
      await t.http("GET", { path: `/socket.io/?EIO=3&transport=polling&sid=${session.sid}` });
      await t.observer.reported("connection error");
      await session.join();
    },
  },
  {
    name: "an empty sid is a handshake",
    async run(t) {
      await t.http("GET", { path: `/socket.io/?${POLLING}&sid=` });
    },
  },
  {
    name: "an Origin with control characters",
    async run(t) {
      for (const origin of ["a\x01b", "a\x7fb", "a\tb", "\xe9"]) {
        await t.http(JSON.stringify(origin), { path: `/socket.io/?${POLLING}`, headers: { Origin: origin } });
      }
      await t.observer.reported("connection error");
    },
  },
  {
    name: "other paths",
    async run(t) {
      for (const path of ["/", "/socket.io", `/socket.io?${POLLING}`, "/socket.i", "/socket.iox/", `//socket.io/?${POLLING}`]) {
        await t.http(path, { path });
      }
      await t.http("POST /", { method: "POST", path: "/", body: "x" });
    },
  },
  {
    name: "deeper paths belong to the engine",
    async run(t) {
      await t.http("deeper", { path: `/socket.io/foo/bar?${POLLING}` });
      await t.http("deeper without a query", { path: "/socket.io/foo" });
      await t.http("encoded", { path: "/socket.io/?EIO=4&transport=%70olling" });
    },
  },
  {
    name: "refusals leave the connection usable",
    async run(t) {
      const { HttpConnection, requestBytes } = await import("../../wire/lib/rawhttp.mjs");
      const connection = await HttpConnection.open(t.target);
      t.raws.push({ destroy: () => connection.close() });
      for (const query of ["EIO=4", `${POLLING}&sid=abc`, "EIO=3&transport=polling"]) {
        connection.write(requestBytes({ path: `/socket.io/?${query}` }));
        t.log(`${(await connection.response()).status}`);
      }
      connection.write(requestBytes({ method: "POST", path: `/socket.io/?${POLLING}&sid=abc`, body: "a body to skip" }));
      t.log(`${(await connection.response()).status}`);
      connection.write(requestBytes({ path: `/socket.io/?${POLLING}&refuse=` }));
      t.log(`${(await connection.response()).status}`);
    },
  },
];
