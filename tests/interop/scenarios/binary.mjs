// Binary arguments at any depth, both ways, in events and acknowledgements.
const bytes = (length) => Buffer.from(Array.from({ length }, (_, i) => i & 255));

async function echoes(t, ...lists) {
  const alice = await t.connect("alice");
  for (const list of lists) {
    alice.emit("echo", ...list);
    await alice.recv();
  }
}

export const cases = [
  { name: "one buffer", run: (t) => echoes(t, [bytes(5)], [bytes(0)], [bytes(1)], [bytes(70000)]) },
  { name: "array buffers and typed arrays", run: (t) => echoes(t, [new Uint8Array([1, 2]).buffer, new Uint16Array([258])]) },
  {
    name: "several, nested, between text",
    run: (t) =>
      echoes(t, ["first", bytes(1), { a: [bytes(2), { b: bytes(3) }] }, 4, [[bytes(4)]], "last"], [
        { z: bytes(2), a: bytes(1), 1: bytes(3) },
      ]),
  },
  {
    name: "ten attachments, the most there may be",
    run: (t) => echoes(t, Array.from({ length: 10 }, (_, i) => bytes(i))),
  },
  {
    name: "acknowledged",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("ack", bytes(3), { b: bytes(4) }, "text");
      await alice.call("ack", "text only");
    },
  },
  {
    name: "as the answer to the server",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("ask", bytes(2), "for you");
      const { ack } = await alice.recv();
      ack(bytes(6), [bytes(7)]);
      await alice.recv();
    },
  },
  {
    name: "made by the server",
    async run(t) {
      const alice = await t.connect("alice");
      for (const length of [0, 1, 125, 126, 65535, 65536]) {
        alice.emit("bytes", length);
        await alice.recv();
      }
      alice.emit("nested bytes");
      await alice.recv();
    },
  },
  {
    name: "a look-alike of a placeholder beside a real attachment",
    run: (t) => echoes(t, [bytes(2), "plain"], [{ _placeholder: true, num: 0 }, "no attachment here"]),
  },
  {
    name: "to others, in a namespace",
    async run(t) {
      const alice = await t.connect("alice", { namespace: "/chat" });
      const bob = await t.connect("bob", { namespace: "/chat" });
      alice.emit("send", { from: "socket" }, "picture", { name: "a.png", body: bytes(10) }, [bytes(1)]);
      await bob.recv();
      await alice.fence();
    },
  },
];
