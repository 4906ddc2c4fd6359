// Middlewares of the engine, and ids of the program's own making.
import { upgradeHeaders } from "../../wire/lib/rawws.mjs";

export const transports = ["raw"];
export const servers = ["--engine"];

const POLLING = "EIO=4&transport=polling";
const WEBSOCKET = "EIO=4&transport=websocket";
const get = (t, query, options) => t.http(`GET ?${query}`, { path: `/socket.io/?${query}`, ...options });

async function tried(t, query, headers = {}) {
  const ws = await t.ws("raw", { query, headers });
  if (ws.ws.open) await ws.join();
  return ws;
}

export const cases = [
  {
    name: "headers on the answers of a session",
    async run(t) {
      const session = await t.polling("raw", { query: `${POLLING}&mode=seen`, headers: { "X-Custom": "1" } });
      await t.observer.report("request");
      await session.sayPost("40");
      await session.sayGet();
      await t.observer.report("request", 2);
      await session.sayPost("41");
    },
  },
  {
    name: "headers on the answer to an upgrade",
    async run(t) {
      const { response } = (await tried(t, `${WEBSOCKET}&mode=seen`)).ws;
      t.log(`${response.status} ${JSON.stringify(response.headers.filter(([name]) => name.startsWith("x-")))}`);
      await t.observer.report("request");
    },
  },
  {
    name: "headers on refusals",
    async run(t) {
      await get(t, "EIO=4&transport=nothing");
      await get(t, `${POLLING}&sid=unknown`);
      await tried(t, "EIO=4&transport=nothing");
    },
  },
  {
    name: "it fails",
    async run(t) {
      await get(t, `${POLLING}&mode=fail`);
      await t.observer.report("request");
      await t.observer.report("connection error");
      await tried(t, `${WEBSOCKET}&mode=fail`);
      await t.observer.report("connection error");
    },
  },
  {
    name: "the second one fails",
    async run(t) {
      await get(t, `${POLLING}&mode=second%20fails`);
      await t.observer.report("connection error");
    },
  },
  {
    name: "it is asked before anything is checked",
    async run(t) {
      await get(t, "EIO=9&transport=nothing&mode=fail");
      await t.observer.report("connection error");
      await t.http("OPTIONS", { method: "OPTIONS", path: "/socket.io/?mode=answer" });
      await t.http("other path", { path: "/elsewhere?mode=answer" });
      await t.observer.reported("request");
    },
  },
  {
    name: "it answers by itself",
    async run(t) {
      await get(t, `${POLLING}&mode=answer`);
      await t.http("POST", { method: "POST", path: `/socket.io/?${POLLING}&mode=answer`, body: "a body that nobody reads" });
      await t.observer.reported("connection error");
    },
  },
  {
    name: "a connection goes on after its answer to a POST",
    async run(t) {
      const { HttpConnection, requestBytes } = await import("../../wire/lib/rawhttp.mjs");
      const connection = await HttpConnection.open(t.target);
      t.raws.push({ destroy: () => connection.close() });
      const path = `/socket.io/?${POLLING}&mode=answer`;
      connection.write(requestBytes({ method: "POST", path, body: "x".repeat(100000) }));
      t.log(`${(await connection.response()).status}`);
      connection.write(requestBytes({ path }));
      t.log(`${(await connection.response()).status}`);
    },
  },
  {
    name: "it passes a handshake later",
    async run(t) {
      const answer = t.http("GET", { path: `/socket.io/?${POLLING}&mode=later` });
      await t.observer.report("request");
      t.observer.emit("answer request", null);
      await answer;
      const ws = tried(t, `${WEBSOCKET}&mode=later`);
      await t.observer.report("request");
      t.observer.emit("answer request", null);
      await ws;
    },
  },
  {
    name: "it fails later",
    async run(t) {
      const answer = t.http("GET", { path: `/socket.io/?${POLLING}&mode=later` });
      await t.observer.report("request");
      t.observer.emit("answer request", "no");
      await answer;
      await t.observer.report("connection error");
    },
  },
  ...[1, 70000].map((size) => ({
    name: `it passes a POST of ${size} bytes later`,
    async run(t) {
      const session = await t.polling("raw");
      await session.send("40");
      await session.poll();
      session.query += "&mode=later";
      const answer = session.post(`42["ack","${"x".repeat(size)}"]\x1e421["ack"]`);
      await t.observer.report("request");
      t.observer.emit("answer request", null);
      session.said("POST", await answer);
      session.query = POLLING;
      await session.poll();
    },
  })),
  {
    name: "a request given up before it answers",
    async run(t) {
      const { HttpConnection, requestBytes } = await import("../../wire/lib/rawhttp.mjs");
      const connection = await HttpConnection.open(t.target);
      connection.write(requestBytes({ method: "POST", path: `/socket.io/?${POLLING}&mode=later`, body: "40" }));
      await t.observer.report("request");
      connection.close();
      await t.observer.fence();
      await t.observer.fence();
      t.observer.emit("answer request", null);
      await get(t, `${POLLING}&mode=fail`);
    },
  },
  {
    name: "ids",
    async run(t) {
      const session = await t.polling("raw", { query: `${POLLING}&id=made-up-${"x".repeat(20)}` });
      session.query = POLLING;
      await session.join();
      await get(t, `${POLLING}&id=refuse`);
      await t.observer.report("connection error");
      await tried(t, `${WEBSOCKET}&id=short`);
    },
  },
  {
    name: "what a middleware noted goes with the connection",
    async run(t) {
      const ws = await tried(t, `${WEBSOCKET}&mode=seen`, { "X-Custom": "from the start" });
      ws.send('421["conn"]');
      await ws.recv();
      const session = await t.polling("raw", { query: `${POLLING}` });
      await session.join();
      await session.send('421["conn"]');
      await session.poll();
    },
  },
  {
    name: "an upgrade that asks for something else",
    async run(t) {
      await t.http("POST", { method: "POST", path: `/socket.io/?${WEBSOCKET}&mode=fail`, headers: upgradeHeaders(), body: "" });
      await t.observer.reported("connection error");
    },
  },
];
