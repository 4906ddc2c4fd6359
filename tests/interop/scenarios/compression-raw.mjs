// Compressed WebSocket messages, frame by frame: what is wrong with them, and how it ends.
import { deflateRawSync } from "node:zlib";
import { encodeFrame, OP } from "../../wire/lib/frames.mjs";

export const transports = ["raw"];
// Below the threshold the reference sends plain text only where no context is taken over.
export const servers = ["--deflate", "snct,cnct"];

const compressed = (data) => deflateRawSync(Buffer.from(data), { finishFlush: 2 }).subarray(0, -4);
const frame = (payload, more) => encodeFrame({ opcode: OP.TEXT, rsv: 4, payload, ...more });
const EVENT = compressed('42["echo",1]');

const open = async (t) => (await t.ws("raw", { headers: { "Sec-WebSocket-Extensions": "permessage-deflate" } })).join();

const fatal = (...frames) => async (t) => {
  const ws = await open(t);
  ws.ws.raw(Buffer.concat(frames));
  await ws.drain();
  await t.observer.report("disconnect");
};

const fine = (...frames) => async (t) => {
  const ws = await open(t);
  ws.ws.raw(Buffer.concat(frames));
  await ws.fence();
};

export const cases = [
  { name: "an event", run: fine(frame(EVENT)) },
  { name: "in fragments", run: fine(frame(EVENT.subarray(0, 3), { fin: false }), frame(EVENT.subarray(3), { opcode: OP.CONT, rsv: 0 })) },
  { name: "plain text as well", run: fine(frame('42["echo",2]', { rsv: 0 }), frame(EVENT)) },
  { name: "a ping between fragments", run: fine(frame(EVENT.subarray(0, 3), { fin: false }), encodeFrame({ opcode: OP.PING, payload: "x" }), frame(EVENT.subarray(3), { opcode: OP.CONT, rsv: 0 })) },
  { name: "blocks that end early", run: fine(frame(Buffer.concat([compressed("4"), Buffer.from([0, 0, 0, 255, 255]), compressed('2["echo",3]')]))) },
  { name: "nonsense", run: fatal(frame(Buffer.from([255, 255, 255]))) },
  { name: "nothing", run: fatal(frame("")) },
  { name: "invalid UTF-8 inside", run: fatal(frame(compressed(Buffer.from([0x34, 0xff])))) },
  { name: "the bit on a ping", run: fatal(frame("x", { opcode: OP.PING })) },
  { name: "the bit on a continuation", run: fatal(frame(EVENT.subarray(0, 3), { fin: false }), frame(EVENT.subarray(3), { opcode: OP.CONT })) },
  { name: "another bit as well", run: fatal(frame(EVENT, { rsv: 6 })) },
  {
    name: "too large when inflated",
    options: ["--max-payload", "1000"],
    run: fatal(frame(compressed(`42["echo","${"x".repeat(5000)}"]`))),
  },
  {
    name: "a bomb",
    options: ["--max-payload", "1000"],
    run: fatal(frame(compressed(Buffer.alloc(10000000, "4")))),
  },
];
