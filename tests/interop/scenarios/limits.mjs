// maxHttpBufferSize on both transports, just below, at and above the limit.
import { encodeFrame, OP } from "../../wire/lib/frames.mjs";

export const transports = ["raw"];
export const servers = ["--max-payload", "200"];

const event = (length) => `42["echo","${"x".repeat(length - 13)}"]`;

async function polling(t) {
  return (await t.polling("raw")).join();
}

export const cases = [
  {
    name: "POST at the limit",
    async run(t) {
      const session = await polling(t);
      await session.sayPost(event(200));
      await session.sayGet();
    },
  },
  {
    name: "POST above the limit: 413, the session lives",
    async run(t) {
      const session = await polling(t);
      await session.sayPost(event(201));
      await session.sayPost(event(20));
      await session.sayGet();
    },
  },
  {
    name: "POST far above the limit, announced",
    async run(t) {
      const session = await polling(t);
      const connection = await session.begin({ method: "POST", headers: { "Content-Length": 1e9 }, body: event(300) });
      session.said("POST", await connection.response());
      await session.sayPost(event(20));
      await session.sayGet();
    },
  },
  {
    name: "POST above the limit, chunked",
    async run(t) {
      const session = await polling(t);
      const connection = await session.begin({ method: "POST", headers: { "Transfer-Encoding": "chunked" } });
      connection.write(`64\r\n${"4".repeat(100)}\r\n65\r\n${"4".repeat(101)}\r\n`);
      session.said("POST", await connection.response());
      await session.sayPost(event(20));
      await session.sayGet();
    },
  },
  {
    name: "the limit counts bytes",
    async run(t) {
      const session = await polling(t);
      await session.sayPost(`42["echo","${"é".repeat(94)}"]`);
      await session.sayPost(`42["echo","${"é".repeat(93)}"]`);
      await session.sayGet();
    },
  },
  {
    name: "WebSocket message at the limit",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.send(event(200));
      await ws.recv();
    },
  },
  {
    name: "WebSocket message above the limit",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.send(event(201));
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "WebSocket message far above the limit, only its head sent",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.ws.frame({ opcode: OP.TEXT, payload: "4", length: 2 ** 40 });
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "WebSocket message with the top bit of its length set",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.ws.raw(Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5]));
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "fragments that add up to more",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.ws.raw(
        Buffer.concat([
          encodeFrame({ opcode: OP.TEXT, fin: false, payload: "4".repeat(150) }),
          encodeFrame({ opcode: OP.CONT, fin: true, payload: "4".repeat(51) }),
        ]),
      );
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "an attachment above the limit",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.send('451-["echo",{"_placeholder":true,"num":0}]');
      ws.sendBinary(Buffer.alloc(201));
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "what the server sends has no such limit",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.send('42["bytes",1000]');
      await ws.recv(2);
    },
  },
];
