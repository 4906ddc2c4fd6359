// JSON that JavaScript can hold as it is written: relayed as it came by both servers.
export const transports = ["raw"];

const relayed = [
  "12345678901234567000",
  "-12345678901234567000",
  "100000000000000000000",
  "9223372036854776000",
  "0.1",
  "1e-7",
  "1e+21",
  "5e-324",
  "1.7976931348623157e+308",
  '"\\ud800"',
  '"\\udc00x"',
  '"\\u0000"',
  '{"\\u0000":1,"a\\u0000b":2}',
  '"\u2028\u2029"',
  '{"b":{"__proto__":[]}}',
  '{"constructor":1}',
  "[".repeat(3000) + "]".repeat(3000),
  '{"a":'.repeat(1500) + "0" + "}".repeat(1500),
  '"\u007f"',
  '"é€😀"',
  '""',
  "{}",
  "[]",
  '{"":{}}',
];

export const cases = [
  ...relayed.map((value) => ({
    name: value.length > 60 ? `${value.slice(0, 20)}… (${value.length} bytes)` : value,
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      ws.send(`42["echo",${value}]`);
      await ws.recv();
      ws.send(`421["ack",${value},"second"]`);
      await ws.recv();
      if (value.length > 5000) return; // the reference's placeholder search overflows its stack on these
      ws.send(`451-["echo",${value},{"_placeholder":true,"num":0}]`);
      ws.sendBinary(Buffer.from([7]));
      await ws.recv(2);
    },
  })),
  {
    name: "to others over all transports",
    async run(t) {
      const ws = await (await t.ws("raw")).join();
      const other = await (await t.polling("other")).join();
      for (const value of relayed) {
        ws.send(`42["send",{"from":"socket"},"news",${value}]`);
        await ws.fence();
        await other.sayGet();
      }
    },
  },
];
