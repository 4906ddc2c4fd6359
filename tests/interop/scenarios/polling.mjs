// The polling transport by hand, row by row of what the reference server does.
import { requestBytes } from "../../wire/lib/rawhttp.mjs";
import { showText } from "../lib/show.mjs";

export const transports = ["raw"];

async function joined(t) {
  return (await t.polling("raw")).join();
}

// What is left of the session: the answers to a GET, to another, and the reason.
async function aftermath(t, session) {
  await session.sayGet("GET after it");
  await session.sayGet("GET after that");
  await t.observer.report("disconnect");
}

const badBodies = [
  ["empty body", ""],
  ["unknown type 7", "7"],
  ["unknown type x", "xyz"],
  ["a trailing separator", '42["echo",1]\x1e'],
  ["a leading separator", '\x1e42["echo",1]'],
  ["two separators", '42["echo",1]\x1e\x1e42["echo",2]'],
  ["good, bad, good", '42["echo",1]\x1e9\x1e42["echo",2]'],
  ["a line break first", '\n42["echo",1]'],
  ["ping: the wrong direction", "2"],
  ["ping with data", "2abc"],
  ["a separator alone", "\x1e"],
];

const goodBodies = [
  ["one event", '42["echo",1]'],
  ["three events", '42["echo",1]\x1e42["echo",2]\x1e42["echo",3]'],
  ["unsolicited pong", '3\x1e42["echo",1]'],
  ["open, upgrade and noop are ignored", '0\x1e5\x1e6\x1e0{"sid":"x"}\x1e42["echo",1]'],
  ["binary", '451-["echo",{"_placeholder":true,"num":0}]\x1ebAQIDBA=='],
  ["binary without padding", '451-["echo",{"_placeholder":true,"num":0}]\x1ebAQIDBA'],
  ["binary with blanks", '451-["echo",{"_placeholder":true,"num":0}]\x1eb AQ ID\nBA =='],
  ["binary with junk", '451-["echo",{"_placeholder":true,"num":0}]\x1ebAQ!ID*BA'],
  ["binary ending early", '451-["echo",{"_placeholder":true,"num":0}]\x1ebAQID=BA=='],
  ["binary in the other alphabet", '451-["echo",{"_placeholder":true,"num":0}]\x1eb-_-_'],
  ["binary, one letter only", '451-["echo",{"_placeholder":true,"num":0}]\x1ebA'],
  ["empty binary", '451-["echo",{"_placeholder":true,"num":0}]\x1eb'],
  ["letters of every length", '42["echo","é€😀\u2028"]'],
];

const rawBytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));

export const cases = [
  {
    name: "handshake",
    async run(t) {
      await t.polling("raw");
    },
  },
  {
    name: "handshake with a message in the query, a user agent of old",
    async run(t) {
      await t.polling("raw", { headers: { "User-Agent": "Mozilla/4.0 (compatible; MSIE 8.0; Trident/4.0)" } });
      await t.polling("other", { headers: { "User-Agent": "Mozilla/5.0 (Trident/7.0; rv:11.0)" } });
    },
  },
  ...goodBodies.map(([name, body]) => ({
    name: `accepted: ${name}`,
    async run(t) {
      const session = await joined(t);
      await session.sayPost(body);
      await session.sayGet();
    },
  })),
  ...badBodies.map(([name, body]) => ({
    name: `refused: ${name}`,
    async run(t) {
      const session = await joined(t);
      await session.sayPost(body);
      await aftermath(t, session);
    },
  })),
  ...badBodies.map(([name, body]) => ({
    name: `refused while a GET waits: ${name}`,
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      await session.sayPost(body);
      session.said("GET", await held());
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  })),
  {
    name: "invalid UTF-8 becomes U+FFFD",
    async run(t) {
      const session = await joined(t);
      for (const bytes of [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
        await session.post(rawBytes('42["echo","a', bytes, 'b"]'));
        await session.poll(Buffer.from(bytes).toString("hex"));
      }
    },
  },
  {
    name: "content types",
    async run(t) {
      const session = await joined(t);
      for (const type of ["text/plain", "application/json", "application/x-www-form-urlencoded", "application/octet-stream; a=b", null]) {
        await session.sayPost('42["echo",1]', `POST as ${type}`, { headers: { "Content-Type": type } });
        await session.poll();
      }
    },
  },
  {
    name: "application/octet-stream",
    async run(t) {
      const session = await joined(t);
      await session.sayPost('42["echo",1]', "POST", { headers: { "Content-Type": "application/octet-stream" } });
      await aftermath(t, session);
    },
  },
  {
    name: "all that is queued leaves in one body",
    async run(t) {
      const session = await joined(t);
      await session.send('42["burst",5]\x1e42["bytes",3]\x1e427["ack"]');
      await session.sayGet();
    },
  },
  {
    name: "a GET held until there is something",
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      await session.send('42["echo","now"]');
      session.said("GET", await held());
    },
  },
  {
    name: "GET overlaps GET",
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      await session.sayGet("second GET");
      session.said("first GET", await held());
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "POST overlaps POST",
    async run(t) {
      const session = await joined(t);
      const first = await session.begin({ method: "POST", headers: { "Content-Length": 100 }, body: "42[" });
      await session.settle();
      await session.sayPost('42["echo",1]', "second POST");
      t.log(`first POST: ${showText((await first.readToEnd()).toString())}`);
      await aftermath(t, session);
    },
  },
  {
    name: "a GET and a POST at a time are fine",
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      const post = await session.begin({ method: "POST", headers: { "Content-Length": 12 }, body: '42["ec' });
      await session.settle();
      post.write('ho",1]');
      session.said("POST", await post.response());
      session.said("GET", await held());
    },
  },
  {
    name: "other methods on a session",
    async run(t) {
      const session = await joined(t);
      for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) {
        await t.http(method, { method, path: session.url });
      }
      await session.send('42["echo",1]');
      await session.poll();
    },
  },
  {
    name: "close packet",
    async run(t) {
      const session = await joined(t);
      await session.sayPost("1");
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "close packet while a GET waits",
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      await session.sayPost("1");
      session.said("GET", await held());
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "close packet between events",
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      await session.sayPost('42["echo",1]\x1e1\x1e42["echo",2]');
      session.said("GET", await held());
      await t.observer.report("disconnect");
    },
  },
  {
    name: "a GET dropped",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({});
      await session.settle();
      connection.close();
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "a POST dropped",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({ method: "POST", headers: { "Content-Length": 100 }, body: "42[" });
      await session.settle();
      connection.close();
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "disconnect(true) while a GET waits",
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      await session.send('42["disconnect me quietly",true]');
      session.said("GET", await held());
      await aftermath(t, session);
    },
  },
  {
    name: "disconnect(true) with packets queued and no GET",
    async run(t) {
      const session = await joined(t);
      await session.send('42["disconnect me",true]');
      await aftermath(t, session);
    },
  },
  {
    name: "disconnect(true) without a GET",
    async run(t) {
      const session = await joined(t);
      await session.send('42["disconnect me quietly",true]');
      await aftermath(t, session);
    },
  },
  {
    name: "disconnect(false)",
    async run(t) {
      const session = await joined(t);
      await session.send('42["disconnect me",false]');
      await session.poll();
      await t.observer.report("disconnect");
      await session.join();
    },
  },
  {
    name: "a packet that cannot be decoded",
    async run(t) {
      const session = await joined(t);
      await session.sayPost("42[nonsense");
      await aftermath(t, session);
    },
  },
  {
    name: "a packet that cannot be decoded while a GET waits",
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      await session.sayPost("42[nonsense");
      session.said("GET", await held());
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "an event for a namespace not joined, no GET waiting",
    async run(t) {
      const session = await joined(t);
      await session.sayPost('42/chat,["echo",1]');
      await aftermath(t, session);
    },
  },
  {
    name: "an event for a namespace not joined while a GET waits",
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      await session.sayPost('42/chat,["echo",1]');
      session.said("GET", await held());
      await t.observer.report("disconnect");
    },
  },
  {
    name: "two connects in one payload",
    async run(t) {
      const session = await t.polling("raw");
      await session.sayPost("40\x1e40/chat,");
      await session.sayGet();
      await session.send('42["echo",1]\x1e42/chat,["echo",2]');
      await session.poll();
    },
  },
  {
    name: "a connect and an event in one payload",
    async run(t) {
      const session = await t.polling("raw");
      await session.sayPost('40\x1e42["echo",1]');
      await session.sayGet();
      t.log(`raw then: ${(await session.post("3")).status}`);
    },
  },
  {
    name: "volatile without a GET waiting",
    async run(t) {
      const session = await joined(t);
      await session.send('42["volatile burst",3]');
      await session.poll();
    },
  },
  {
    name: "several requests on one connection",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({ method: "POST", body: '42["echo",1]' });
      session.said("POST", await connection.response());
      connection.write(requestBytes({ path: session.url }));
      session.said("GET", await connection.response());
      connection.write(requestBytes({ method: "POST", path: session.url, body: '42["echo",2]' }));
      session.said("POST", await connection.response());
      connection.write(requestBytes({ path: session.url }));
      session.said("GET", await connection.response());
    },
  },
  {
    name: "pipelined requests are answered in order",
    async run(t) {
      const session = await joined(t);
      const post = { method: "POST", path: session.url, body: '42["echo",1]' };
      const connection = await session.begin({ ...post });
      connection.write(Buffer.concat([requestBytes({ path: "/nowhere" }), requestBytes({ path: session.url })]));
      for (let i = 0; i < 3; i++) session.said(`answer ${i + 1}`, await connection.response());
    },
  },
  {
    name: "a POST pipelined behind a waiting GET is handled at once",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({});
      connection.write(requestBytes({ method: "POST", path: session.url, body: '42["echo",1]' }));
      session.said("GET", await connection.response());
      session.said("POST", await connection.response());
    },
  },
  {
    name: "a POST in pieces behind a waiting GET",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({});
      connection.write(requestBytes({ method: "POST", path: session.url, headers: { "Content-Length": 12 }, body: '42["ec' }));
      await session.settle();
      connection.write('ho",1]');
      session.said("GET", await connection.response());
      session.said("POST", await connection.response());
    },
  },
  {
    name: "clients behind one another on one connection",
    async run(t) {
      const [alice, bob] = [await joined(t), await (await t.polling("bob")).join()];
      const proxy = await alice.begin({});
      proxy.write(requestBytes({ path: bob.url }));
      proxy.write(requestBytes({ method: "POST", path: bob.url, body: '42["echo","for bob"]' }));
      proxy.write(requestBytes({ path: "/nowhere" }));
      await bob.settle();
      await alice.send('42["echo","for alice"]');
      alice.said("GET", await proxy.response());
      bob.said("GET", await proxy.response());
      bob.said("POST", await proxy.response());
      t.log(`then: ${(await proxy.response()).status}`);
    },
  },
  {
    name: "clients that open behind a waiting GET",
    async run(t) {
      const alice = await joined(t);
      const proxy = await alice.begin({});
      for (let i = 0; i < 20; i++) proxy.write(requestBytes({ path: `${t.path}/?EIO=4&transport=polling` }));
      await alice.settle();
      await alice.send('42["echo",1]');
      alice.said("GET", await proxy.response());
      for (let i = 0; i < 20; i++) {
        const { status, body } = await proxy.response();
        const sid = /"sid":"([^"]+)"/.exec(body)[1];
        const closed = await t.http(`opened ${status}, closed`, { method: "POST", path: `${t.path}/?EIO=4&transport=polling&sid=${sid}`, body: "1" });
        if (closed.status !== 200) break;
      }
    },
  },
  {
    name: "clients that take turns on one connection",
    async run(t) {
      const clients = [];
      for (let i = 0; i < 10; i++) clients.push(await (await t.polling(`client ${i}`)).join());
      const proxy = await clients[0].begin({ path: "/nowhere" });
      await proxy.response();
      for (let round = 0; round < 3; round++) {
        for (const client of clients) {
          proxy.write(requestBytes({ method: "POST", path: client.url, body: `42["echo","${client.name}, ${round}"]` }));
          await proxy.response();
        }
        for (const client of clients) {
          proxy.write(requestBytes({ path: client.url }));
          t.log(`${client.name}: ${(await proxy.response()).body}`);
        }
      }
    },
  },
  {
    name: "the connection is lost with clients waiting behind one another",
    async run(t) {
      const [alice, bob] = [await joined(t), await (await t.polling("bob")).join()];
      const proxy = await alice.begin({});
      proxy.write(requestBytes({ path: bob.url }));
      await bob.settle();
      proxy.close();
      await t.observer.report("disconnect", 2);
    },
  },
  {
    name: "Connection: close behind a waiting GET",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({});
      connection.write(requestBytes({ method: "POST", path: session.url, headers: { Connection: "close" }, body: '42["echo",1]' }));
      session.said("GET", await connection.response());
      session.said("POST", await connection.response());
      t.log(`then ${showText((await connection.readToEnd()).toString())}`);
    },
  },
  {
    name: "a POST byte by byte",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({ method: "POST", headers: { "Content-Length": 14 } });
      for (const byte of Buffer.from('42["echo","€"]').subarray(0, 14)) {
        connection.write(Buffer.from([byte]));
        await session.settle();
      }
      session.said("POST", await connection.response());
      await session.poll();
    },
  },
  {
    name: "chunks of a byte, cut within letters",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({ method: "POST", headers: { "Transfer-Encoding": "chunked" } });
      for (const byte of Buffer.from('42["echo","é€😀"]')) connection.write(Buffer.concat([Buffer.from("1\r\n"), Buffer.from([byte]), Buffer.from("\r\n")]));
      connection.write("0\r\n\r\n");
      session.said("POST", await connection.response());
      await session.poll();
    },
  },
  {
    name: "chunks over the limit",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({ method: "POST", headers: { "Transfer-Encoding": "chunked" } });
      connection.write(`f4241\r\n${"x".repeat(1000001)}\r\n0\r\n\r\n`);
      session.said("POST", await connection.response());
    },
  },
  {
    name: "a chunked POST",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({ method: "POST", headers: { "Transfer-Encoding": "chunked" } });
      connection.write("3\r\n42[\r\n");
      await session.settle();
      connection.write('9;extension=1\r\n"echo",1]\r\n0\r\nTrailer: x\r\n\r\n');
      session.said("POST", await connection.response());
      await session.poll();
    },
  },
  {
    name: "Expect: 100-continue",
    async run(t) {
      const session = await joined(t);
      const connection = await session.begin({
        method: "POST",
        headers: { Expect: "100-continue", "Content-Length": 12 },
      });
      t.log(`${await connection.readHead()}`);
      connection.write('42["echo",1]');
      session.said("POST", await connection.response());
      await session.poll();
    },
  },
  {
    name: "HTTP/1.0",
    async run(t) {
      const session = await joined(t);
      const { HttpConnection } = await import("../../wire/lib/rawhttp.mjs");
      await session.send('42["echo",1]');
      const connection = await HttpConnection.open(t.target);
      connection.write(`GET ${session.url} HTTP/1.0\r\n\r\n`);
      session.said("GET", await connection.response());
      t.log(`then ${showText((await connection.readToEnd()).toString())}`);
    },
  },
  {
    name: "JSONP",
    async run(t) {
      const session = await t.polling("raw", { query: "EIO=4&transport=polling&j=7" });
      const form = { headers: { "Content-Type": "application/x-www-form-urlencoded" } };
      await session.sayPost("d=40", "POST", form);
      await session.sayGet();
      await session.sayPost("d=1", "POST", form);
    },
  },
  {
    name: "JSONP: line breaks, separators, odd callback numbers",
    async run(t) {
      const session = await t.polling("raw", { query: "EIO=4&transport=polling&j=a1b2" });
      const form = { headers: { "Content-Type": "application/x-www-form-urlencoded" } };
      await session.sayPost("d=40", "POST", form);
      await session.sayGet();
      await session.sayPost(`d=${encodeURIComponent('42["echo","\u2028 \\\\n"]')}`, "POST", form);
      await session.sayGet();
      await session.sayPost("d=1", "POST", form);
    },
  },
];
