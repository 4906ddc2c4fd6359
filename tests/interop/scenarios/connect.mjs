// Connecting: the auth payload, the handshake, what the server says first, unknown namespaces.
export const cases = [
  {
    name: "auth reaches the server",
    async run(t) {
      const alice = await t.connect("alice", { auth: { token: "abc", nested: { list: [1, "two", null, true] } } });
      await alice.call("handshake");
      await alice.call("transport");
      await t.observer.report("connection");
    },
  },
  {
    name: "without auth the payload is an empty object",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("handshake");
    },
  },
  {
    name: "auth by a function, values of every kind",
    async run(t) {
      const auth = { zero: 0, half: 0.5, text: "é€😀\u2028", empty: {}, list: [], yes: true, no: false, nothing: null };
      const alice = await t.connect("alice", { auth: (answer) => answer(auth) });
      await alice.call("handshake");
    },
  },
  {
    name: "query and headers of the first request",
    async run(t) {
      const alice = await t.connect("alice", {
        query: { token: "a b+c&d=é", empty: "", encoded: "%41" },
        extraHeaders: { "X-Custom": "custom value", Origin: "http://origin.example" },
      });
      await alice.call("handshake");
    },
  },
  {
    name: "an event emitted on connection follows the CONNECT",
    async run(t) {
      const alice = await t.connect("alice", { namespace: "/greeting", auth: { name: "alice" } });
      await alice.recv();
    },
  },
  {
    name: "unknown namespace",
    async run(t) {
      const alice = await t.connect("alice", { namespace: "/nowhere" });
      await alice.of("/chat", "alice in chat");
      await alice.of("/nowhere/else", "alice elsewhere");
    },
  },
  {
    name: "a client that disconnects and connects again",
    async run(t) {
      const alice = await t.connect("alice");
      await t.observer.report("connection");
      alice.socket.disconnect();
      await alice.recv();
      await t.observer.report("disconnect");
      await alice.opened();
      await t.observer.report("connection");
      await alice.call("ack", "again");
    },
  },
  {
    name: "forceBase64",
    async run(t) {
      const alice = await t.connect("alice", { forceBase64: true });
      alice.emit("echo", Buffer.from([0, 1, 254, 255]), { b: Buffer.from("more") });
      await alice.recv();
      alice.emit("bytes", 300);
      await alice.recv();
    },
  },
];
