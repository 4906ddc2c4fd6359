// What concerns many sockets, wherever they are: broadcasts with acknowledgement, fetching, moving, rooms' events.
import { within } from "../../wire/lib/wait.mjs";

const NAMES = ["alice", "bob", "carol"];

async function three(t) {
  const peers = [];
  for (const name of NAMES) peers.push(await t.connect(name, { namespace: "/cluster", auth: { name } }));
  return peers;
}

const fenceAll = async (peers) => {
  for (const peer of peers) await peer.fence();
};

// Asks without waiting; the answer is in the transcript when `settled` is awaited.
function askAll(peer, ...args) {
  const answer = new Promise((resolve) => peer.socket.emit("ask all", ...args, (...reply) => resolve(reply)));
  return async () => peer.log(`got ${JSON.stringify(await within(answer, "all replies"))}`);
}

const idsOf = (peers) => peers.map(({ socket }) => socket.id);

// Reports of rooms up to now, each of its own line.
const rooms = (t) => t.observer.reported("room");

const asking = [
  {
    name: "all answer, the first argument counts",
    async run(t) {
      const peers = await three(t);
      const settled = askAll(peers[0], { from: "nsp" }, 20000, "question", "sure?", { n: 1 });
      for (const peer of peers) {
        (await peer.recv()).ack({ from: peer.name }, "more", [1]);
        await peer.fence();
      }
      await settled();
      await peers[0].call("acks pending");
    },
  },
  {
    name: "replies come in the order of answering; none, null and nothing",
    async run(t) {
      const [alice, bob, carol] = await three(t);
      const settled = askAll(alice, { from: "nsp" }, 20000, "question");
      const questions = [await alice.recv(), await bob.recv(), await carol.recv()];
      questions[2].ack("carol");
      await carol.fence();
      questions[0].ack(null);
      await alice.fence();
      questions[1].ack();
      await settled();
    },
  },
  {
    name: "without the socket itself, without a room",
    async run(t) {
      const [alice, bob, carol] = await three(t);
      await carol.call("join", "red");
      let settled = askAll(alice, { from: "socket" }, 20000, "question", 1);
      for (const peer of [bob, carol]) {
        (await peer.recv()).ack(peer.name);
        await peer.fence();
      }
      await settled();
      settled = askAll(alice, { from: "socket", except: ["red"] }, 20000, "question", 2);
      (await bob.recv()).ack("only bob");
      await settled();
      settled = askAll(alice, { from: "nsp", to: ["red"], local: true }, 20000, "question", 3);
      (await carol.recv()).ack("only carol");
      await settled();
      await fenceAll([alice, bob, carol]);
    },
  },
  {
    name: "nobody is asked",
    async run(t) {
      const [alice] = await three(t);
      await askAll(alice, { from: "nsp", to: ["empty"] }, 20000, "question")();
      await askAll(alice, { from: "nsp", except: idsOf(t.peers) }, 20000, "question")();
    },
  },
  {
    name: "some answer in time",
    async run(t) {
      const peers = await three(t);
      const [alice, bob, carol] = peers;
      const settled = askAll(alice, { from: "nsp" }, 300, "question");
      const late = (await alice.recv()).ack;
      (await bob.recv()).ack("in time");
      await carol.recv();
      await settled();
      await alice.call("acks pending");
      late("too late");
      await fenceAll(peers);
      const again = askAll(alice, { from: "nsp", to: [bob.socket.id] }, 20000, "question");
      (await bob.recv()).ack("again");
      await again();
    },
  },
  {
    name: "nobody answers",
    async run(t) {
      const [alice] = await three(t);
      await askAll(alice, { from: "nsp" }, 100, "question")();
      await alice.call("acks pending");
    },
  },
  {
    name: "one leaves while asked",
    async run(t) {
      const [alice, bob, carol] = await three(t);
      const settled = askAll(alice, { from: "nsp" }, 500, "question");
      (await alice.recv()).ack("alice");
      await carol.recv();
      await bob.recv();
      bob.socket.disconnect();
      await t.observer.report("disconnect");
      await alice.call("acks pending");
      await settled();
      await alice.call("acks pending");
    },
  },
  {
    name: "the one who asks leaves",
    async run(t) {
      const [alice, bob] = await three(t);
      alice.emit("ask all", { from: "socket" }, 200, "question", () => {});
      await bob.recv();
      alice.socket.disconnect();
      await t.observer.report("disconnect");
      await askAll(bob, { from: "nsp" }, 300, "second question")();
      await bob.call("acks pending");
    },
  },
  {
    name: "bytes in question and answer",
    async run(t) {
      const [alice, bob] = await three(t);
      alice.emit("ask all", { from: "nsp", to: [bob.socket.id] }, 20000, "question", { a: [Buffer.from("bytes")] }, (...reply) => {
        alice.log(`got ${reply.length}`);
      });
      (await bob.recv()).ack("no bytes here");
      await fenceAll([bob, alice]);
    },
  },
];

const fetching = [
  {
    name: "fetch: all, rooms, data, handshake",
    async run(t) {
      const [alice, bob] = await three(t);
      await bob.call("join", ["red", "blue"]);
      await bob.call("set data", { nick: "b", n: [1, null] });
      await alice.call("fetch", { from: "nsp" });
    },
  },
  {
    name: "fetch: to, except, without the socket itself, nobody",
    async run(t) {
      const [alice, bob, carol] = await three(t);
      await bob.call("join", "red");
      await carol.call("join", ["red", "blue"]);
      await alice.call("fetch", { from: "nsp", to: ["red"] });
      await alice.call("fetch", { from: "nsp", to: ["blue", "red"] });
      await alice.call("fetch", { from: "nsp", to: ["red"], except: ["blue"] });
      await bob.call("fetch", { from: "socket", to: ["red"] });
      await alice.call("fetch", { from: "nsp", to: ["empty"] });
      await alice.call("fetch", { from: "nsp", to: [carol.socket.id], local: true });
    },
  },
  {
    name: "fetched sockets: emit, ask, join, leave",
    async run(t) {
      const peers = await three(t);
      const [alice, bob, carol] = peers;
      await alice.call("fetch", { from: "nsp" });
      await alice.call("remote", 1, "emit", "hello", "bob", { n: 1 });
      await bob.recv();
      const answer = alice.call("remote", 2, "ask", 20000, "question", "carol?");
      (await carol.recv()).ack("carol!");
      await answer;
      await alice.call("remote", 2, "ask", 100, "question", "no answer");
      await carol.recv();
      await alice.call("remote", 1, "join", "green");
      await bob.call("rooms");
      await alice.call("remote", 1, "leave", "green");
      await bob.call("rooms");
      await fenceAll(peers);
    },
  },
  {
    name: "fetched sockets: disconnect, and what is left of one that has gone",
    async run(t) {
      const [alice, bob, carol] = await three(t);
      await alice.call("fetch", { from: "nsp" });
      await alice.call("remote", 1, "disconnect", false);
      await bob.recv();
      await t.observer.report("disconnect");
      await alice.call("remote", 1, "emit", "hello");
      await alice.call("remote", 1, "join", "red");
      await alice.call("remote", 2, "disconnect", true);
      await carol.recv();
      await t.observer.report("disconnect");
      await alice.call("fetch", { from: "nsp" });
    },
  },
];

const moving = [
  {
    name: "sockets join and leave",
    async run(t) {
      const peers = await three(t);
      const [alice, bob, carol] = peers;
      await alice.call("sockets join", { from: "nsp" }, ["red", "blue"]);
      for (const peer of peers) await peer.call("rooms");
      await alice.call("sockets leave", { from: "socket", to: ["red"] }, ["red"]);
      for (const peer of peers) await peer.call("rooms");
      await alice.call("sockets join", { from: "nsp", to: ["blue"], except: ["red"] }, "green");
      await alice.call("sockets leave", { from: "nsp", to: ["blue"] }, ["blue", "never joined"]);
      await alice.call("sockets join", { from: "nsp", to: [carol.socket.id] }, []);
      for (const peer of peers) await peer.call("rooms");
      await alice.call("sockets join", { from: "nsp", to: ["empty"] }, "none");
      await bob.call("rooms");
      await rooms(t);
    },
  },
  {
    name: "sockets disconnect: a room",
    async run(t) {
      const [alice, bob, carol] = await three(t);
      await bob.call("join", "red");
      await carol.call("join", "red");
      alice.emit("sockets disconnect", { from: "nsp", to: ["red"] }, false);
      await bob.recv();
      await carol.recv();
      await t.observer.report("disconnecting", 2);
      await t.observer.report("disconnect", 2);
      await alice.call("fetch", { from: "nsp" });
    },
  },
  {
    name: "sockets disconnect: everybody else, connections too",
    async run(t) {
      const [alice, bob, carol] = await three(t);
      alice.emit("sockets disconnect", { from: "socket" }, true);
      await bob.recv();
      await carol.recv();
      await t.observer.report("disconnect", 2);
      await alice.fence();
      alice.emit("sockets disconnect", { from: "nsp", to: [alice.socket.id] }, true);
      await alice.recv();
      await t.observer.report("disconnect");
    },
  },
];

const others = [
  {
    name: "events of rooms",
    async run(t) {
      const alice = await t.connect("alice", { namespace: "/cluster" });
      await rooms(t);
      const bob = await t.connect("bob", { namespace: "/cluster" });
      await alice.call("join", ["red", "blue"]);
      await rooms(t);
      await bob.call("join", "red");
      await bob.call("join", "red");
      await alice.call("leave", "red");
      await alice.call("leave", "never joined");
      await rooms(t);
      await bob.call("leave", "red");
      await alice.call("join", bob.socket.id);
      await alice.call("leave", alice.socket.id);
      await alice.call("leave", alice.socket.id);
      await alice.call("join", alice.socket.id);
      await rooms(t);
      bob.socket.disconnect();
      await t.observer.report("disconnect");
      await rooms(t);
      alice.socket.disconnect();
      await t.observer.report("disconnect");
      await rooms(t);
    },
  },
  {
    name: "events for other servers reach nobody here",
    async run(t) {
      const [alice, bob] = await three(t);
      for (const event of ["hello", "connect", "connection", "new_namespace", "disconnect"]) {
        await alice.call("server side", event, 1, { a: "b" });
      }
      await fenceAll([alice, bob]);
    },
  },
];

export const cases = [...asking, ...fetching, ...moving, ...others];
