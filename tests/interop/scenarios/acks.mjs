// Acknowledgements both ways; each callback once.
export const cases = [
  {
    name: "from the client: none, one, many arguments",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("ack");
      await alice.call("ack", 1);
      await alice.call("ack", "a", null, { b: [true] }, [], 0.1);
    },
  },
  {
    name: "answered later, others in between",
    async run(t) {
      const alice = await t.connect("alice");
      const late = alice.call("ack later", "ignored");
      await alice.call("ack", "meanwhile");
      alice.emit("ack now", "at last", { n: 1 });
      await late;
    },
  },
  {
    name: "answered twice by the server: the first counts",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("ack twice");
      await alice.fence();
    },
  },
  {
    name: "answered later twice",
    async run(t) {
      const alice = await t.connect("alice");
      const late = alice.call("ack later");
      alice.emit("ack now", 1).emit("ack now", 2);
      await late;
      await alice.fence();
    },
  },
  {
    name: "the client's timeout",
    async run(t) {
      const alice = await t.connect("alice");
      const error = await new Promise((resolve) => alice.socket.timeout(50).emit("ack later", resolve));
      t.log(`error: ${error.message}`);
      alice.emit("ack now", "too late");
      await alice.fence();
    },
  },
  {
    name: "asked without acknowledgement",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("ack", 1).emit("ack twice").emit("ack later").emit("ack now", 2);
      await alice.fence();
    },
  },
  {
    name: "from the server",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("ask", "sure?", { n: 1 });
      const { ack } = await alice.recv();
      ack("yes", [1, { two: 2 }], null);
      await alice.recv();
      alice.emit("ask");
      (await alice.recv()).ack();
      await alice.recv();
    },
  },
  {
    name: "from the server, several pending, answered in reverse",
    async run(t) {
      const alice = await t.connect("alice");
      for (const n of [1, 2, 3]) alice.emit("ask", n);
      const questions = [await alice.recv(), await alice.recv(), await alice.recv()];
      for (const { args, ack } of questions.reverse()) ack("answer to", args[0]);
      await alice.recv(3);
    },
  },
  {
    name: "from the server, timeout not reached",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("ask timeout", 20000, "quick?");
      (await alice.recv()).ack("quick", 2);
      await alice.recv();
    },
  },
  {
    name: "from the server, timeout reached, answer too late",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("ask timeout", 50, "quick?");
      const { ack } = await alice.recv();
      await alice.recv();
      ack("too late");
      await alice.fence();
    },
  },
  {
    name: "ids count per namespace",
    async run(t) {
      const alice = await t.connect("alice");
      const chat = await alice.of("/chat", "alice in chat");
      for (const peer of [alice, chat, alice, chat]) {
        peer.emit("ask", "who?");
        (await peer.recv()).ack(peer.name);
        await peer.recv();
      }
    },
  },
  {
    name: "pending when the client leaves",
    async run(t) {
      const alice = await t.connect("alice");
      alice.emit("ask", "going?").emit("ask timeout", 100, "going?");
      await alice.recv(2);
      alice.socket.disconnect();
      await t.observer.report("disconnect");
    },
  },
];
