// Socket.IO packets a client ought not to send, and odd ones it may, one WebSocket each: frames and close as they come.
import { encodeFrame, OP } from "../../wire/lib/frames.mjs";

export const transports = ["raw"];

const frame = (payload) => encodeFrame({ opcode: OP.TEXT, payload });

// Joins "/", sends the packet, and shows what comes until a round trip is answered or the connection ends.
const joined = (...packets) => async (t) => {
  const ws = await (await t.ws("raw")).join();
  for (const packet of packets) {
    if (typeof packet === "string") ws.send(packet);
    else ws.sendBinary(packet);
  }
  await ws.fence();
  await t.observer.reported("error");
  await t.observer.reported("disconnect");
};

// The same with a catch-all listener, so that the server tells what it understood.
const understood = (...packets) => async (t) => {
  const ws = await (await t.ws("raw")).join();
  ws.send('421["any on"]');
  await ws.recv();
  await ws.fence();
  await t.observer.fence();
  t.observer.queue("incoming").takeAll();
  for (const packet of packets) {
    if (typeof packet === "string") ws.send(packet);
    else ws.sendBinary(packet);
  }
  await ws.fence();
  await t.observer.reported("incoming");
};

// Straight after the open packet, in no namespace.
const unjoined = (...packets) => async (t) => {
  const ws = await t.ws("raw");
  await ws.recv();
  for (const packet of packets) ws.send(packet);
  ws.ws.text('40');
  await ws.recv();
  await ws.fence();
};

const A = Buffer.from([1, 2, 3]);

const refused = [
  ["unknown type 7", "47"],
  ["unknown type x", "4x"],
  ["empty message", "4"],
  ["type 9 with payload", '49["a"]'],
  ["event with a payload that is no array", '42{"a":1}'],
  ["event with a text payload", '42"text"'],
  ["event with an empty array", "42[]"],
  ["event whose name is null", "42[null]"],
  ["event whose name is an object", "42[{}]"],
  ["event whose name is true", "42[true]"],
  ["event with broken JSON", '42["a"'],
  ["event with trailing junk", '42["a"]]'],
  ["event with a trailing comma", '42["a",]'],
  ["event with single quotes", "42['a']"],
  ["event with a leading zero", '42["echo",01]'],
  ["event with a bare point", '42["echo",1.]'],
  ["event with a plus sign", '42["echo",+1]'],
  ["event with NaN", '42["echo",NaN]'],
  ["event with a raw line break in a text", '42["echo","a\nb"]'],
  ["event with a bad escape", '42["echo","\\x41"]'],
  ["event with a short \\u escape", '42["echo","\\u12"]'],
  ["event with a vertical tab between tokens", '42["echo",\v1]'],
  ["event with a no-break space between tokens", '42["echo",\u00a01]'],
  ...["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"].map((name) => [
    `reserved name ${name}`,
    `42["${name}"]`,
  ]),
  ["acknowledgement that is no array", '431{"a":1}'],
  ["acknowledgement with broken JSON", "431[1"],
  ["disconnect with a payload", "41[]"],
  ["disconnect with a text", '41"x"'],
  ["connect error from a client", '44{"message":"x"}'],
  ["connect error without payload", "44"],
  ["connect twice", "40"],
  ["connect with an array", "40/chat,[]"],
  ["connect with null", "40/chat,null"],
  ["connect with a text", '40/chat,"x"'],
  ["connect with broken JSON", "40/chat,{"],
  ["connect, junk after the comma", "40/a,b"],
  ["connect without a namespace, junk", "40a"],
  ["event for a namespace not joined", '42/chat,["echo",1]'],
  ["acknowledgement for a namespace not joined", "43/chat,1[]"],
  ["disconnect for a namespace not joined", "41/chat,"],
  ["event for an unknown namespace", '42/nowhere,["echo",1]'],
  ["binary event without attachment count", '45["echo",{"_placeholder":true,"num":0}]'],
  ["binary event without dash", '451["echo",{"_placeholder":true,"num":0}]'],
  ["binary event with zero attachments", '450-["echo"]'],
  ["binary event with a negative count", '45-1-["echo"]'],
  ["binary event with a fractional count", '451.5-["echo"]'],
  ["binary event with eleven attachments", '4511-["echo"]'],
  ["binary event with a huge count", '4599999999999999999999-["echo"]'],
  ["binary event with a word as count", '45abc-["echo"]'],
  ["binary event that is no array", '451-{"a":1}'],
  ["binary event with broken JSON", '451-["echo"'],
  ["binary event without name", "451-[]"],
  ["binary event with a reserved name", '451-["connect",{"_placeholder":true,"num":0}]'],
  ["text while an attachment is due", '451-["echo",{"_placeholder":true,"num":0}]', '42["echo",1]'],
  ["attachment nobody announced", A],
  ["placeholder out of range", '451-["echo",{"_placeholder":true,"num":1}]', A],
  ["placeholder with a negative number", '451-["echo",{"_placeholder":true,"num":-1}]', A],
  ["placeholder with a text for number", '451-["echo",{"_placeholder":true,"num":"0"}]', A],
  ["placeholder without number", '451-["echo",{"_placeholder":true}]', A],
  ["placeholder with a fractional number", '451-["echo",{"_placeholder":true,"num":0.5}]', A],
];

const accepted = [
  ["event without payload", "42"],
  ["event without payload, with id", "427"],
  ["event with a number as name", '42[5,"x"]'],
  ["event with a fraction as name", '42[0.5,"x"]'],
  ["event with an empty name", '42["","x"]'],
  ["event with NUL in its name", '42["a\\u0000b"]'],
  ["event with a byte order mark before its payload", '42\ufeff["echo",1]'],
  ["event whose name begins like another, with NUL", '42["echo\\u0000more",1]'],
  ["blanks around the tokens", '42 [ "echo" ,\t1 ,\r\n"x" ] '],
  ["namespace / spelt out", '42/,["echo",1]'],
  ["acknowledgement nobody waits for", "4377[1,2]"],
  ["acknowledgement without id", "43[1]"],
  ["acknowledgement without payload", "437"],
  ["id with leading zeros", '4200007["ack"]'],
  ["id beyond 2^53", '4212345678901234567890["ack"]'],
  ["id beyond all doubles", `42${"9".repeat(400)}["ack"]`],
  ["id of blanks and digits", '42 1 ["ack"]'],
  ["id zero", '420["ack"]'],
  ["two placeholders for one attachment", '451-["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]', A],
  ["attachment without placeholder", '451-["echo","text"]', A],
  ["placeholder with more members", '451-["echo",{"_placeholder":true,"num":0,"more":1}]', A],
  ["placeholder with false", '451-["echo",{"_placeholder":false,"num":0}]', A],
  ["placeholder as text event", '42["echo",{"_placeholder":true,"num":0}]'],
  ["placeholders in reverse", '452-["echo",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]', A, Buffer.from([9])],
  ["count with a leading zero", '4501-["echo",{"_placeholder":true,"num":0}]', A],
  ["count with a blank", '45 1-["echo",{"_placeholder":true,"num":0}]', A],
  ["count in another notation", '451e0-["echo",{"_placeholder":true,"num":0}]', A],
  ["count in hexadecimal", '450x1-["echo",{"_placeholder":true,"num":0}]', A],
  ["empty attachment", '451-["echo",{"_placeholder":true,"num":0}]', Buffer.alloc(0)],
  ["binary acknowledgement nobody waits for", '461-77[{"_placeholder":true,"num":0}]', A],
  ["binary event with id", '451-7["ack",{"_placeholder":true,"num":0}]', A],
];

// Each packet is answered before the next goes out.
const connecting = [
  ["an event for another namespace joined here", "40/chat", '42/chat,["echo","in chat"]'],
  ["a namespace with a query is another name", "40/chat?a=1,", "40/admin?x=1,"],
  ["an unknown namespace", "40/nowhere,"],
  ["an unknown namespace with auth", '40/nowhere,{"a":1}'],
  ["an unknown namespace, twice", "40/nowhere,", "40/nowhere,"],
  ["empty auth", "40/chat,{}"],
  ["without the comma", "40/chat"],
  ["a number as payload is an id", "40/chat,5"],
  ["an id before the payload", '40/chat,5{"a":1}'],
  ["blanks in the payload", '40/chat, { "a" : 1 } '],
];

const answered = (...packets) => async (t) => {
  const ws = await (await t.ws("raw")).join();
  for (const packet of packets) {
    ws.send(packet);
    await ws.recv();
  }
  await ws.fence();
};

const early = [
  ["event before connect", '42["echo",1]'],
  ["acknowledgement before connect", "431[]"],
  ["disconnect before connect", "41"],
  ["broken packet before connect", "4x"],
];

export const cases = [
  ...refused.map(([name, ...packets]) => ({ name, run: joined(...packets) })),
  ...accepted.map(([name, ...packets]) => ({ name, run: joined(...packets) })),
  ...accepted.map(([name, ...packets]) => ({ name: `understood: ${name}`, run: understood(...packets) })),
  ...connecting.map(([name, ...packets]) => ({ name: `connect: ${name}`, run: answered(...packets) })),
  {
    name: "disconnect, then connect again",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.send("41");
      await t.observer.report("disconnect");
      ws.send("40");
      await ws.recv();
      await ws.fence();
    },
  },
  ...early.map(([name, ...packets]) => ({ name, run: unjoined(...packets) })),
  {
    name: "an acknowledgement twice: the callback runs once",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.send('42["ask","sure?"]');
      const frame = await ws.recv();
      const id = /^42(\d+)/.exec(frame.payload.toString())[1];
      ws.send(`43${id}["once"]`);
      ws.send(`43${id}["twice"]`);
      ws.send(`43${id}["thrice"]`);
      await ws.fence();
    },
  },
  {
    name: "one attachment too many",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.send('451-["echo",{"_placeholder":true,"num":0}]');
      ws.sendBinary(A);
      await ws.recv(2);
      ws.sendBinary(A);
      await ws.drain();
      await t.observer.report("error");
    },
  },
  {
    name: "the server answers once, whatever the program does",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.send('421["ack twice"]');
      await ws.recv();
      ws.send('422["ack later"]');
      ws.send('42["ack now",1]');
      ws.send('42["ack now",2]');
      await ws.recv();
      await ws.fence();
    },
  },
  {
    name: "packets after one that cannot be decoded are not looked at",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.ws.raw(Buffer.concat([frame("42[nonsense"), frame('42["echo","after"]'), frame("41")]));
      await ws.drain();
      await t.observer.report("error");
      await t.observer.report("disconnect");
    },
  },
];

