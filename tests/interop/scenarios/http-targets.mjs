// Where a request may be meant to go, and what else it may carry.
import { gzipSync } from "node:zlib";
import { HttpConnection, requestBytes } from "../../wire/lib/rawhttp.mjs";

export const transports = ["raw"];

const POLLING = "EIO=4&transport=polling";

async function tried(t, label, line) {
  const connection = await HttpConnection.open(t.target);
  t.raws.push({ destroy: () => connection.close() });
  connection.write(`${line} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const response = await connection.response();
  const body = response?.body.toString().replace(/"sid":"[^"]*"/, "sid");
  t.log(`${label}: ${response?.status} ${body}`);
}

const lines = [
  ["absolute", `GET http://localhost/socket.io/?${POLLING}&sid=x`],
  ["an asterisk", "OPTIONS *"],
  ["a fragment", `GET /socket.io/?${POLLING}&sid=x#y`],
  ["semicolons", "GET /socket.io/?EIO=4;transport=polling"],
  ["ampersands", "GET /socket.io/?&&EIO=4&&transport=polling&sid=x&&"],
  ["dots", `GET /socket.io/../socket.io/?${POLLING}&sid=x`],
  ["dots that lead out of it", `GET /socket.io/../?${POLLING}&sid=x`],
  ["an encoded letter", `GET /socket%2Eio/?${POLLING}&sid=x`],
  ["two slashes", `GET /socket.io//?${POLLING}&sid=x`],
  ["capitals", `GET /SOCKET.IO/?${POLLING}&sid=x`],
];

// Status lines up to the answer proper.
async function expecting(t, label, bytes) {
  const connection = await HttpConnection.open(t.target);
  t.raws.push({ destroy: () => connection.close() });
  connection.write(bytes);
  for (let head; !head?.startsWith("HTTP/1.1 4"); ) {
    head = await connection.readHead();
    t.log(`${label}: ${head?.split("\r\n")[0]}`);
    if (!head) return;
  }
}

const paths = ["/chat/", "/chat//", "/", "/a.b-c_d~e/"];

export const cases = [
  { name: "targets", run: async (t) => { for (const [label, line] of lines) await tried(t, label, line); } },
  ...paths.map((path) => ({
    name: `path ${path}`,
    options: ["--path", path],
    async run(t) {
      for (const one of ["/chat", "/chat/", "/chat//", "/", "/x/", "/socket.io/", "/a.b-c_d~e", "/a.b-c_d~e/"]) {
        await tried(t, one, `GET ${one}?${POLLING}&sid=x`);
      }
    },
  })).map((one) => ({ ...one, options: [...one.options, "--transports", "websocket,polling"] })),
  {
    name: "expectations",
    async run(t) {
      for (const expect of ["100-continue", "100-Continue", "200-ok", ""]) {
        const headers = { Expect: expect };
        await expecting(t, `GET, ${expect}`, requestBytes({ path: "/nowhere", headers }));
        await expecting(t, `POST, ${expect}`, requestBytes({ method: "POST", path: "/socket.io/?EIO=4", headers, body: "40" }));
      }
    },
  },
  {
    name: "methods that nobody knows, and CONNECT",
    async run(t) {
      for (const method of ["FOO", "get", "CONNECT", "PROPFIND"]) {
        for (const path of ["/nowhere", `/socket.io/?${POLLING}`]) {
          const connection = await HttpConnection.open(t.target);
          t.raws.push({ destroy: () => connection.close() });
          connection.write(requestBytes({ method, path }));
          const answer = await connection.response();
          t.log(`${method} ${path}: ${answer && `${answer.status} ${answer.get("connection")} ${answer.body}`}`);
        }
      }
    },
  },
  {
    name: "a compressed POST is not understood",
    async run(t) {
      const session = await (await t.polling("raw")).join();
      await session.sayPost(gzipSync('42["echo",1]'), "POST", { headers: { "Content-Encoding": "gzip" } });
      await session.sayGet();
    },
  },
  {
    name: "a GET with a body",
    async run(t) {
      const session = await (await t.polling("raw")).join();
      await session.send('42["echo",1]');
      const connection = await HttpConnection.open(t.target);
      t.raws.push({ destroy: () => connection.close() });
      connection.write(requestBytes({ path: session.url, body: "hello" }));
      session.said("GET", await connection.response());
    },
  },
  {
    name: "b64 says nothing in protocol 4",
    async run(t) {
      const session = await (await t.polling("raw", { query: `${POLLING}&b64=1` })).join();
      await session.send('42["bytes",4]');
      await session.poll();
    },
  },
  {
    name: "a session polled with an upgrade",
    async run(t) {
      const session = await (await t.polling("raw")).join();
      const ws = await t.ws("ws", { query: `${POLLING}&sid=${session.sid}` });
      if (ws.ws.open) await ws.drain();
      await session.send('42["echo",1]');
      await session.poll();
    },
  },
  {
    name: "headers of an upgrade",
    async run(t) {
      for (const headers of [
        { "Sec-WebSocket-Version": "8" },
        { "Sec-WebSocket-Protocol": "a,,b" },
        { "Sec-WebSocket-Protocol": "a,a" },
        { "Sec-WebSocket-Extensions": "bad;;" },
        { Connection: "keep-alive, Upgrade" },
        { Connection: "close" },
        { Upgrade: "WebSocket" },
        { Upgrade: "h2c, websocket" },
      ]) {
        const ws = await t.ws(JSON.stringify(headers), { headers });
        t.log(`${ws.ws.open}`);
      }
    },
  },
];
