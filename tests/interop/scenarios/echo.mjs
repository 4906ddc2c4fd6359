// Events both ways with arguments of every JSON kind, by the stock client.
async function echoes(t, ...lists) {
  const alice = await t.connect("alice");
  for (const list of lists) {
    alice.emit("echo", ...list);
    await alice.recv();
  }
  return alice;
}

const deep = (depth) => {
  let value = "core";
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
};

export const cases = [
  { name: "no argument and many", run: (t) => echoes(t, [], [null], [undefined], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) },
  {
    name: "scalars",
    run: (t) =>
      echoes(t, [true, false, null], [0, 1, -1, 0.1, -0.25, 1e21, 1e-7, 5e-324, 1.7976931348623157e308], [
        2 ** 31, 2 ** 53, 2 ** 53 + 2, 12345678901234567000, -12345678901234567000, 1e20, 123456789012345680000,
      ]),
  },
  {
    name: "not numbers",
    run: (t) => echoes(t, [NaN, Infinity, -Infinity], [{ a: NaN, b: undefined, c: [undefined] }]),
  },
  {
    name: "texts",
    run: (t) =>
      echoes(t, ["", "a", " ", "é", "€", "😀", "\u2028\u2029", "\u007f\u0080\uffff"], [
        "\u0000", "a\u0000b", "\u0001\u001f", '"\\/\b\f\n\r\t', "\x1e", "\x1e\x1e4",
      ]),
  },
  {
    name: "lone surrogates",
    run: (t) => echoes(t, ["\ud800", "\udc00", "a\ud800b", "\udc00\ud800"], [{ "\ud800": "\udfff" }]),
  },
  {
    name: "keys",
    run: (t) =>
      echoes(t, [{ "": 1, " ": 2, "\u0000": 3, "a\u0000b": 4, é: 5, "😀": 6, "\u2028": 7 }], [
        { constructor: 1, toString: 2, hasOwnProperty: 3, length: 4 },
        JSON.parse('{"__proto__":{"polluted":true},"a":1}'),
        { 2: "b", 1: "a", z: 0 },
      ]),
  },
  { name: "nested", run: (t) => echoes(t, [[], {}, [[]], [{}], { a: [] }, [[[[[[]]]]]]], [deep(100)]) },
  {
    name: "nested 3000 deep",
    async run(t) {
      const alice = await t.connect("alice");
      const sent = deep(3000);
      alice.emit("echo", sent);
      const { event, args } = await alice.heard.next();
      t.log(`${event} ${JSON.stringify(args[0]) === JSON.stringify(sent)}`);
    },
  },
  {
    name: "dates, big texts, names",
    async run(t) {
      const alice = await echoes(t, [new Date(0), { at: new Date(1e12) }], ["x".repeat(100000)], ["é😀".repeat(20000)]);
      for (const event of ["", " ", "é", "😀", "error", "1", "constructor", "__proto__", "toString"]) {
        await alice.call("on", event);
        alice.emit(event, "to", event);
        await alice.recv();
      }
    },
  },
  {
    name: "send and message",
    async run(t) {
      const alice = await t.connect("alice");
      alice.socket.send("hello", 1);
      await alice.recv();
    },
  },
  { name: "placeholder look-alikes", run: (t) => echoes(t, [{ _placeholder: true, num: 0 }], [{ _placeholder: true, num: 5, a: [1] }, "x"]) },
  {
    name: "numbers the server makes",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("kinds");
      await alice.recv(8);
    },
  },
  {
    name: "three hundred in order",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("burst", 300);
      for (let i = 0; i < 300; i++) {
        const { args } = await alice.heard.next();
        if (args[0] !== i) throw new Error(`message ${i} came as ${args[0]}`);
      }
      for (let i = 0; i < 300; i++) alice.emit("echo", i);
      for (let i = 0; i < 300; i++) {
        const { args } = await alice.heard.next();
        if (args[0] !== i) throw new Error(`echo ${i} came as ${args[0]}`);
      }
      await alice.fence();
    },
  },
];
