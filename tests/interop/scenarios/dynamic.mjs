// Namespaces that clients bring about: by a pattern, by a function; their parents; the empty ones' end.
const child = (namespace, auth = {}) => ({ namespace, auth });

async function ask(t, ...args) {
  await t.observer.peer.call(...args);
  t.log(t.observer.peer.transcript.lines.pop());
}

// What "/" and others do in one life of a server stays: each case has names of its own.
let number = 100;
const numbers = new Map();
const fresh = (t, label) => {
  const key = `${t.transport} ${t.server.kind.name} ${label}`;
  if (!numbers.has(key)) numbers.set(key, ++number);
  const name = `/dynamic-${numbers.get(key)}`;
  t.transcript.mask(name, `/dynamic-<${label}>`);
  return name;
};

export const cases = [
  {
    name: "by a pattern",
    async run(t) {
      const name = fresh(t, "a");
      const alice = await t.connect("alice", child(name, { token: "x" }));
      await alice.recv();
      await t.observer.report("new namespace");
      await t.observer.report("connection");
      await alice.call("handshake");
      const bob = await t.connect("bob", child(name));
      await bob.recv();
      await alice.call("join", "red");
      bob.emit("send", { from: "nsp", to: ["red"] }, "to red", 1);
      await alice.recv();
      await bob.fence();
      await t.observer.reported("new namespace");
    },
  },
  {
    name: "two children over one connection keep apart",
    async run(t) {
      const alice = await t.connect("alice");
      const one = await alice.of(fresh(t, "one"), "one");
      const two = await alice.of(fresh(t, "two"), "two");
      await one.recv();
      await two.recv();
      t.observer.emit("broadcast", one.socket.nsp, "only", "one");
      await t.observer.fence();
      await one.recv();
      await two.fence();
    },
  },
  {
    name: "the first parent that matches has it",
    async run(t) {
      const both = await t.connect("both", child(fresh(t, "both")));
      await both.recv();
      const second = await t.connect("second", child("/dynamic-words"));
      await second.recv();
    },
  },
  {
    name: "a name that nobody wants",
    async run(t) {
      await t.connect("alice", child("/nobody", { tenant: "no" }));
      await t.observer.report("asked");
      await t.connect("bob", child("/DYNAMIC-1"));
      await t.observer.report("asked");
      await t.observer.reported("new namespace");
    },
  },
  {
    name: "names of parents",
    async run(t) {
      for (const name of ["/_0", "/_1", "/_2"]) await t.connect(name, child(name));
      await t.observer.reported("asked");
    },
  },
  {
    name: "names that exist are not asked about",
    async run(t) {
      const alice = await t.connect("alice", child("/chat"));
      await alice.call("ack", 1);
      await t.observer.reported("asked");
    },
  },
  {
    name: "by a function: accepted",
    async run(t) {
      const alice = await t.connect("alice", child(`/tenant-${t.transport}`, { tenant: "yes", more: [1, { a: null }] }));
      await alice.recv();
      await t.observer.report("asked");
      await alice.call("ack", "in");
      const bob = await t.connect("bob", child(`/tenant-${t.transport}`, { tenant: "no" }));
      await bob.recv();
      await t.observer.reported("asked");
    },
  },
  {
    name: "by a function: an error leaves it to the next",
    async run(t) {
      await t.connect("alice", child("/erroneous", { tenant: "error" }));
      await t.observer.report("asked");
      const bob = await t.connect("bob", child(`/last-${t.transport}`, { tenant: "error" }));
      await bob.recv();
      await t.observer.report("asked");
    },
  },
  {
    name: "by a function: accepted later",
    async run(t) {
      const alice = t.connect("alice", child(`/later-${t.transport}`, { tenant: "hold" }));
      await t.observer.report("asked");
      t.observer.emit("answer check", true);
      await (await alice).recv();
      await t.observer.report("new namespace");
      await (await alice).call("ack", "in");
    },
  },
  {
    name: "by a function: refused later",
    async run(t) {
      const alice = t.connect("alice", child("/refused-later", { tenant: "hold" }));
      await t.observer.report("asked");
      t.observer.emit("answer check", false);
      await alice;
    },
  },
  {
    name: "by a function: two wait for the same name",
    async run(t) {
      const name = `/both-${t.transport}`;
      const alice = t.connect("alice", child(name, { tenant: "hold" }));
      await t.observer.report("asked");
      const bob = t.connect("bob", child(name, { tenant: "hold" }));
      await t.observer.report("asked");
      t.observer.emit("answer check", true);
      await (await alice).recv();
      t.observer.emit("answer check", true);
      await (await bob).recv();
      await t.observer.reported("new namespace");
    },
  },
  {
    name: "by a function: made by the program meanwhile",
    async run(t) {
      const name = `/meanwhile-${t.transport}`;
      const alice = t.connect("alice", child(name, { tenant: "hold" }));
      await t.observer.report("asked");
      await ask(t, "of", name);
      t.observer.emit("answer check", true);
      await alice;
      await t.observer.reported("new namespace");
    },
  },
  {
    name: "by a function: the client gone before the answer",
    async run(t) {
      const ws = await t.ws("raw");
      await ws.recv();
      ws.send('40/gone,{"tenant":"hold"}');
      await t.observer.report("asked");
      ws.ws.close(1000);
      await ws.drain();
      await t.observer.fence();
      await t.observer.fence();
      t.observer.emit("answer check", true);
      await t.observer.reported("connection");
    },
  },
  {
    name: "middlewares of the parent",
    async run(t) {
      await t.connect("alice", child(fresh(t, "guarded"), { refuse: true }));
      await t.connect("bob", child("/tenant-guarded", { refuse: true, tenant: "yes" }));
      await t.observer.reported("connection");
      const carol = await t.connect("carol", child(fresh(t, "joined"), { join: true }));
      await carol.recv();
      await carol.call("rooms");
    },
  },
  {
    name: "a literal name that matches becomes a child",
    async run(t) {
      const name = fresh(t, "literal");
      await ask(t, "of", name);
      await ask(t, "of", name.slice(1));
      await t.observer.reported("new namespace");
      const alice = await t.connect("alice", child(name));
      await alice.recv();
    },
  },
  {
    name: "a literal name of the program's",
    async run(t) {
      const name = `/plain-${t.transport}`;
      await ask(t, "of", name.slice(1));
      await t.observer.reported("new namespace");
      await t.connect("alice", child(name));
      await t.observer.reported("asked");
    },
  },
  {
    name: "a parent's emit reaches all children",
    async run(t) {
      const alice = await t.connect("alice", child(fresh(t, "first"), { join: true }));
      const bob = await t.connect("bob", child(fresh(t, "second")));
      const carol = await t.connect("carol", child("/dynamic-of-another"));
      for (const peer of [alice, bob, carol]) await peer.recv();
      t.observer.emit("parent emit", "pattern", {}, "to all", 1, { a: [true] });
      t.observer.emit("parent emit", "pattern", {}, "bytes", Buffer.from([1, 2]), "between", { b: Buffer.from([3]) });
      t.observer.emit("parent emit", "pattern", { to: ["lobby"] }, "to the lobby");
      t.observer.emit("parent emit", "pattern", { except: ["lobby"] }, "to the others");
      t.observer.emit("parent emit", "second", {}, "to the second", "é");
      await t.observer.fence();
      for (const peer of [alice, bob, carol]) await peer.fence();
    },
  },
  {
    name: "a handler added later is for later children",
    options: ["--initial-packet", "4"],
    async run(t) {
      const before = fresh(t, "before");
      await (await t.connect("alice", child(before))).recv();
      await ask(t, "late handler", "pattern");
      await (await t.connect("bob", child(before))).recv();
      await t.observer.reported("late");
      await (await t.connect("carol", child(fresh(t, "after")))).recv();
      await t.observer.reported("late");
    },
  },
  {
    name: "empty children stay",
    async run(t) {
      const name = fresh(t, "stays");
      const alice = await t.connect("alice", child(name));
      alice.socket.disconnect();
      await t.observer.report("disconnect");
      await ask(t, "exists", name);
    },
  },
  {
    name: "empty children go, when told to",
    options: ["--cleanup-children"],
    async run(t) {
      const name = fresh(t, "goes");
      const alice = await t.connect("alice", child(name));
      const bob = await t.connect("bob", child(name));
      await t.observer.report("new namespace");
      alice.socket.disconnect();
      await t.observer.report("disconnect");
      await ask(t, "exists", name);
      bob.socket.disconnect();
      await t.observer.report("disconnect");
      await ask(t, "exists", name);
      await ask(t, "children", "pattern");
      t.observer.emit("parent emit", "pattern", {}, "nobody hears it");
      await bob.opened();
      await bob.call("ack", "again");
      await t.observer.report("new namespace");
      await ask(t, "exists", name);
    },
  },
  {
    name: "a refused client leaves no child, when told to",
    options: ["--cleanup-children"],
    async run(t) {
      const name = fresh(t, "refused");
      await t.connect("alice", child(name, { refuse: true }));
      await ask(t, "exists", name);
      await t.connect("bob", child(name, { refuse: true }));
      await t.observer.reported("new namespace");
    },
  },
  {
    name: "a lost connection ends several children, when told to",
    options: ["--cleanup-children"],
    async run(t) {
      const alice = await t.connect("alice");
      const [one, two] = [fresh(t, "lost one"), fresh(t, "lost two")];
      await (await alice.of(one, "one")).recv();
      await (await alice.of(two, "two")).recv();
      alice.socket.io.engine.close();
      await t.observer.report("disconnect", 3);
      await ask(t, "exists", one);
      await ask(t, "exists", two);
    },
  },
  {
    name: "more children than allowed",
    options: ["--max-children", "2", "--cleanup-children"],
    async run(t) {
      const alice = await t.connect("alice", child("/dynamic-1"));
      await t.connect("bob", child("/dynamic-2"));
      await t.connect("carol", child("/dynamic-3"));
      await t.connect("dave", child("/dynamic-2"));
      alice.socket.disconnect();
      await t.observer.report("disconnect");
      await t.connect("erin", child("/dynamic-4"));
    },
  },
  {
    name: "names longer than allowed",
    async run(t) {
      await t.connect("alice", child(`/dynamic-${"1".repeat(1015)}`));
      await t.connect("bob", child(`/dynamic-${"1".repeat(1016)}`));
    },
  },
  {
    name: "children at a shutdown",
    options: ["--cleanup-children"],
    endsServer: true,
    async run(t) {
      const alice = await t.connect("alice", child("/dynamic-1"));
      await alice.recv();
      t.observer.emit("shutdown");
      await alice.recv();
    },
  },
];
