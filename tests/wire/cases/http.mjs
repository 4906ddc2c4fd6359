// Requests that are none, requests that never end, requests that mean two things.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { upgradeHeaders } from "../lib/rawws.mjs";
import { openPacket, requestBytes } from "../lib/wire.mjs";

const head = (t, ...lines) => `GET ${t.pollingPath} HTTP/1.1\r\nHost: localhost\r\n${lines.join("\r\n")}\r\n\r\n`;
const post = (path, lines, body) => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join("\r\n")}\r\n\r\n${body}`;

const refusedLines = [
  ["no HTTP at all", () => "GARBAGE\r\n\r\n"],
  ["no target", () => "GET HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ["a version that is none", (t) => `GET ${t.pollingPath} HTTP/x.y\r\nHost: localhost\r\n\r\n`],
  ["another protocol", (t) => `GET ${t.pollingPath} FTP/1.1\r\nHost: localhost\r\n\r\n`],
  ["a greeting of TLS", () => Buffer.from("16030100a5010000a10303", "hex")],
  ["a greeting of SSH", () => "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
  ["NULs", () => Buffer.alloc(100)],
  ["a NUL in a header", (t) => head(t, "X-A: a\0b")],
  ["a header without colon", (t) => head(t, "no colon here")],
  ["a header with a blank in its name", (t) => head(t, "X A: b")],
  ["a blank before the colon", (t) => head(t, "X-A : b")],
  ["a header without name", (t) => head(t, ": b")],
  ["a control character in a header name", (t) => head(t, "X\x01A: b")],
];

const twoMeanings = [
  ["two lengths", ["Content-Length: 2", "Content-Length: 3"]],
  ["a length and chunks", ["Content-Length: 2", "Transfer-Encoding: chunked"]],
  ["chunks and a length", ["Transfer-Encoding: chunked", "Content-Length: 2"]],
  ["a negative length", ["Content-Length: -1"]],
  ["a length that is a word", ["Content-Length: two"]],
  ["a length with a plus sign", ["Content-Length: +2"]],
  ["a length in hexadecimal", ["Content-Length: 0x2"]],
  ["a length beyond 64 bits", ["Content-Length: 99999999999999999999999"]],
  ["an unknown transfer coding", ["Transfer-Encoding: xchunked"]],
  ["chunked, but not last", ["Transfer-Encoding: chunked, gzip"]],
];

const badChunks = [
  ["no number", "zz\r\n40\r\n0\r\n\r\n"],
  ["a negative number", "-2\r\n40\r\n0\r\n\r\n"],
  ["a number beyond 64 bits", "fffffffffffffffff\r\n40\r\n0\r\n\r\n"],
  ["more than announced", "2\r\n4040\r\n0\r\n\r\n"],
  ["an empty line for a number", "\r\n40\r\n0\r\n\r\n"],
];

const large = (bytes) => "x".repeat(bytes);

export const cases = [
  ...refusedLines.map(([name, bytes]) => ({ name: `refused: ${name}`, run: (t) => t.refuses(bytes(t)) })),
  {
    name: "refused: unknown methods, methods in lower case",
    async run(t) {
      for (const method of ["FOO", "get", "Post", "X".repeat(30)]) {
        const status = await t.status(`${method} ${t.pollingPath} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        assert.ok([400, 405, 501].includes(status), `${method} answered ${status}`);
      }
    },
  },
  {
    name: "refused: the preface of HTTP/2",
    run: (t) => t.refuses("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 505]),
  },
  {
    name: "refused: a header cut by a bare carriage return",
    run: (t) => t.refuses(head(t, "X-A: a\rX-B: b")),
  },
  ...twoMeanings.map(([name, lines]) => ({
    name: `refused: a body with ${name}`,
    async run(t) {
      const { path } = await t.session();
      await t.refuses(post(path, lines, "40"), [400, 413, 501]);
    },
  })),
  ...badChunks.map(([name, body]) => ({
    name: `refused: a chunk with ${name}`,
    async run(t) {
      const { path } = await t.session();
      await t.refuses(post(path, ["Transfer-Encoding: chunked"], body), [400, 413]);
    },
  })),
  {
    name: "12 KiB of headers are taken",
    async run(t) {
      assert.equal(await t.status(head(t, `X-Large: ${large(12 * 1024)}`)), 200);
      const many = Array.from({ length: 90 }, (_, i) => `X-${i}: ${large(80)}`);
      assert.equal(await t.status(head(t, ...many)), 200);
    },
  },
  {
    name: "more than the header space is refused",
    async run(t) {
      for (const size of [17 * 1024, 64 * 1024, 1024 * 1024]) {
        await t.refuses(head(t, `X-Large: ${large(size)}`), [400, 413, 431]);
      }
    },
  },
  {
    name: "headers without end are refused",
    async run(t) {
      const lines = Array.from({ length: 5000 }, (_, i) => `X-${i}: ${i}`).join("\r\n");
      await t.refuses(`GET ${t.pollingPath} HTTP/1.1\r\nHost: localhost\r\n${lines}`, [400, 413, 431]);
    },
  },
  {
    name: "a long target is taken, one beyond the header space is not",
    async run(t) {
      assert.equal((await t.request({ path: `${t.pollingPath}&long=${large(8000)}` })).status, 200);
      await t.refuses(`GET ${t.pollingPath}&long=${large(20000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, [400, 414, 431]);
    },
  },
  {
    name: "a thousand query parameters, junk among them",
    async run(t) {
      const junk = Array.from({ length: 1000 }, (_, i) => `p${i}`).join("&");
      assert.equal((await t.request({ path: `${t.pollingPath}&${junk}` })).status, 200);
      for (const query of ["%", "%zz", "%00", "%ff%fe", "=&=&&&", "+", "a=%E2%82", "sid", "[]=1"]) {
        assert.equal((await t.request({ path: `${t.pollingPath}&${query}` })).status, 200, query);
      }
    },
  },
  {
    name: "a request byte by byte",
    async run(t) {
      const connection = await t.connect();
      for (const byte of requestBytes({ path: t.pollingPath })) connection.write(Buffer.from([byte]));
      const response = await connection.response();
      assert.equal(response.status, 200);
      openPacket(response.body.toString());
    },
  },
  {
    name: "blank lines before a request",
    async run(t) {
      assert.equal(await t.status(`\r\n\r\n${requestBytes({ path: t.pollingPath })}`), 200);
    },
  },
  {
    name: "half a request, then gone, a hundred times",
    async run(t) {
      const bytes = requestBytes({ path: t.pollingPath, headers: { "X-Long": large(500) } });
      for (let i = 0; i < 100; i++) {
        const connection = await t.connect();
        connection.write(bytes.subarray(0, 1 + ((i * 7) % (bytes.length - 1))));
        connection.close();
      }
    },
  },
  {
    name: "connections that say nothing do not keep others out",
    async run(t) {
      await Promise.all(Array.from({ length: 200 }, () => t.connect()));
    },
  },
  {
    name: "handshakes abandoned before the answer",
    async run(t) {
      for (let i = 0; i < 100; i++) {
        const connection = await t.connect();
        connection.write(requestBytes({ path: t.pollingPath }));
        connection.close();
      }
    },
  },
  {
    name: "fifty requests in one write are answered in order",
    async run(t) {
      const connection = await t.connect();
      const one = (i) => requestBytes({ path: i % 2 ? `${t.server.path}/?EIO=4&transport=t${i}` : t.pollingPath });
      connection.write(Buffer.concat(Array.from({ length: 50 }, (_, i) => one(i))));
      for (let i = 0; i < 50; i++) assert.equal((await connection.response()).status, i % 2 ? 400 : 200);
    },
  },
  {
    name: "a thousand requests behind a waiting GET are answered in order, none before it",
    async run(t) {
      const { path } = await t.session();
      const connection = await t.connect();
      connection.write(requestBytes({ path }));
      for (let i = 0; i < 1000; i++) connection.write(requestBytes({ path: `${t.server.path}/?EIO=4&transport=t${i}` }));
      const other = await t.connect();
      other.write(requestBytes({ path: t.pollingPath }));
      await other.response();
      assert.equal(connection.bytes.length, 0, "answered before its turn");
      assert.equal((await t.request({ method: "POST", path, body: "40" })).status, 200);
      assert.equal((await connection.response()).status, 200);
      for (let i = 0; i < 1000; i++) assert.equal((await connection.response()).status, 400);
    },
  },
  {
    name: "an upgrade behind a waiting GET waits for it",
    async run(t) {
      const { path } = await t.session();
      const connection = await t.connect();
      connection.write(requestBytes({ path }));
      const upgrade = { path: `${t.server.path}/?EIO=4&transport=websocket`, headers: upgradeHeaders() };
      connection.write(requestBytes(upgrade));
      assert.equal((await t.request({ method: "POST", path, body: "40" })).status, 200);
      assert.equal((await connection.response()).status, 200);
      assert.equal((await connection.response()).status, 101);
    },
  },
  {
    name: "100 Continue comes behind the answers before it",
    async run(t) {
      const { path } = await t.session();
      const connection = await t.connect();
      connection.write(requestBytes({ path }));
      connection.write(requestBytes({ method: "POST", path, headers: { Expect: "100-continue", "Content-Length": 1 } }));
      assert.equal((await t.request({ method: "POST", path, body: "40" })).status, 200);
      assert.equal((await connection.response()).status, 200);
      assert.match(await connection.readHead(), /^HTTP\/1.1 100 /);
      connection.write("6");
      assert.equal((await connection.response()).body.toString(), "ok");
    },
  },
  {
    name: "nothing is read behind Connection: close",
    async run(t) {
      const { path } = await t.session();
      const connection = await t.connect();
      connection.write(requestBytes({ path }));
      connection.write(requestBytes({ method: "POST", path, headers: { Connection: "close" }, body: "40" }));
      connection.write(requestBytes({ method: "POST", path, body: "1" }));
      assert.match((await connection.response()).body.toString(), /^40/);
      assert.equal((await connection.response()).body.toString(), "ok");
      assert.equal((await connection.readToEnd()).length, 0);
      assert.equal((await t.request({ method: "POST", path, body: "3" })).status, 200, "the session lives");
    },
  },
  {
    name: "nonsense behind a waiting GET ends the connection",
    async run(t) {
      const { path } = await t.session();
      const connection = await t.connect();
      connection.write(requestBytes({ path }));
      connection.write("GARBAGE\r\n\r\n");
      assert.equal(await connection.response(), null);
      assert.equal((await t.request({ path })).status, 400);
    },
  },
  {
    name: "Connection: close is heeded",
    async run(t) {
      const connection = await t.connect();
      connection.write(requestBytes({ path: t.pollingPath, headers: { Connection: "close" } }));
      assert.equal((await connection.response()).status, 200);
      assert.equal((await connection.readToEnd()).length, 0);
    },
  },
  {
    name: "HTTP/1.0 is answered and closed",
    async run(t) {
      const connection = await t.connect();
      connection.write(`GET ${t.pollingPath} HTTP/1.0\r\n\r\n`);
      assert.equal((await connection.response()).status, 200);
      assert.equal((await connection.readToEnd()).length, 0);
    },
  },
  {
    name: "a body that ends before its length is no message",
    async run(t) {
      const { path } = await t.session();
      const connection = await t.connect();
      connection.write(post(path, ["Content-Length: 100"], "40"));
      connection.socket.end();
      await connection.readToEnd();
      assert.equal((await t.request({ path })).status, 400);
    },
  },
  {
    name: "what follows a body is another request",
    async run(t) {
      const { path } = await t.session();
      const connection = await t.connect();
      connection.write(post(path, ["Content-Length: 2"], "40JUNK\r\n\r\n"));
      const statuses = [...(await connection.readToEnd()).toString().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, n]) => n);
      assert.ok(["200,400", "200", "400"].includes(statuses.join()), `answered ${statuses}`);
    },
  },
  {
    name: "a body announced as huge takes no memory until it comes",
    async run(t) {
      const { path } = await t.session();
      for (let i = 0; i < 20; i++) {
        const connection = await t.connect();
        connection.write(post(path, [`Content-Length: ${2 ** 50}`], "4"));
        connection.close();
      }
    },
  },
  {
    name: "HEAD, TRACE and CONNECT",
    async run(t) {
      assert.equal((await t.request({ method: "HEAD" })).body.length, 0);
      await t.refuses(`CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, [400, 404, 405]);
      assert.equal((await t.request({ method: "TRACE" })).status, 400);
    },
  },
  {
    name: "session ids are not guessed",
    async run(t) {
      const { sid } = await t.session();
      for (const guess of [sid.slice(0, 19), `${sid}A`, sid.toLowerCase() === sid ? sid.toUpperCase() : sid.toLowerCase(), "%00", "../", "__proto__"]) {
        const response = await t.request({ path: `${t.pollingPath}&sid=${guess}` });
        assert.equal(response.status, 400);
        assert.equal(response.body.toString(), '{"code":1,"message":"Session ID unknown"}');
      }
    },
  },
  {
    name: "session ids differ",
    async run(t) {
      const sids = new Set();
      for (let i = 0; i < 50; i++) sids.add((await t.session()).sid);
      assert.equal(sids.size, 50);
      assert.ok(new Set([...sids].map((sid) => sid.slice(0, 8))).size === 50, "not by a counter alone");
    },
  },
  {
    name: "random bytes",
    async run(t) {
      for (let i = 0; i < 50; i++) {
        const connection = await t.connect();
        connection.write(randomBytes(1 + i * 37));
        connection.socket.end();
        await connection.readToEnd();
      }
    },
  },
  {
    name: "requests with random damage",
    async run(t) {
      const { path } = await t.session();
      const good = Buffer.from(post(path, ["Content-Length: 2", "Connection: close"], "40"));
      for (let i = 0; i < 200; i++) {
        const bad = Buffer.from(good);
        for (const [at, value] of [...randomBytes(3)].map((b, n) => [(b * 7 + n * 31 + i) % good.length, randomBytes(1)[0]])) {
          bad[at] = value;
        }
        const connection = await t.connect();
        connection.write(bad);
        connection.socket.end();
        await connection.readToEnd();
      }
    },
  },
];
