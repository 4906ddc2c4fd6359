// Rooms: join, leave, to, in, except, broadcast, on socket, namespace and server.
async function four(t, options) {
  const peers = [];
  for (const name of ["alice", "bob", "carol", "dave"]) peers.push(await t.connect(name, options));
  return peers;
}

// A send and the round trips that prove who received it and who did not.
async function send(peers, from, spec, ...args) {
  from.transcript.log(`${from.name} sends ${JSON.stringify(spec)}`);
  from.emit("send", spec, "news", ...args);
  await from.fence();
  for (const peer of peers) if (peer !== from) await peer.fence();
}

async function inRooms(t, options) {
  const peers = await four(t, options);
  const [alice, bob, carol] = peers;
  await alice.call("join", "red");
  await bob.call("join", ["red", "blue"]);
  await carol.call("join", "blue");
  return peers;
}

export const cases = [
  {
    name: "join, leave, list",
    async run(t) {
      const alice = await t.connect("alice");
      await alice.call("rooms");
      await alice.call("join", "red");
      await alice.call("join", ["blue", "green", "red"]);
      await alice.call("rooms");
      await alice.call("leave", "blue");
      await alice.call("leave", "never joined");
      await alice.call("rooms");
    },
  },
  {
    name: "socket.broadcast, nsp.emit, io.emit",
    async run(t) {
      const peers = await four(t);
      await send(peers, peers[0], { from: "socket" }, 1);
      await send(peers, peers[0], { from: "nsp" }, 2);
      await send(peers, peers[0], { from: "server" }, 3);
    },
  },
  {
    name: "to one room",
    async run(t) {
      const peers = await inRooms(t);
      await send(peers, peers[0], { from: "socket", to: ["red"] });
      await send(peers, peers[3], { from: "socket", to: ["red"] });
      await send(peers, peers[0], { from: "nsp", to: ["red"] });
      await send(peers, peers[0], { from: "nsp", in: ["blue"] });
      await send(peers, peers[0], { from: "nsp", to: ["empty"] });
    },
  },
  {
    name: "unions reach each client once",
    async run(t) {
      const peers = await inRooms(t);
      await send(peers, peers[3], { from: "nsp", to: ["red", "blue"] });
      await send(peers, peers[3], { from: "nsp", to: [["red", "blue"]] });
      await send(peers, peers[1], { from: "socket", to: ["red"], in: ["blue"] });
    },
  },
  {
    name: "except",
    async run(t) {
      const peers = await inRooms(t);
      await send(peers, peers[0], { from: "nsp", except: ["red"] });
      await send(peers, peers[0], { from: "nsp", to: ["blue"], except: ["red"] });
      await send(peers, peers[3], { from: "socket", to: ["red", "blue"], except: [["red", "blue"]] });
      await send(peers, peers[3], { from: "socket", except: ["empty"] });
    },
  },
  {
    name: "a socket id is a room",
    async run(t) {
      const peers = await inRooms(t);
      await send(peers, peers[0], { from: "nsp", to: [peers[2].socket.id] }, "only carol");
      await send(peers, peers[0], { from: "nsp", except: [peers[2].socket.id] }, "not carol");
      await send(peers, peers[0], { from: "socket", to: [peers[0].socket.id] }, "nobody");
    },
  },
  {
    name: "flags: local, compress, volatile",
    async run(t) {
      const peers = await inRooms(t);
      await send(peers, peers[0], { from: "nsp", to: ["red"], flags: ["local"] });
      await send(peers, peers[0], { from: "nsp", to: ["red"], flags: ["compress"] });
    },
  },
  {
    name: "rooms belong to their namespace",
    async run(t) {
      const alice = await t.connect("alice");
      const chat = await alice.of("/chat", "alice in chat");
      await alice.call("join", "red");
      await chat.call("rooms");
      const bob = await t.connect("bob", { namespace: "/chat" });
      await bob.call("join", "red");
      await send([alice, chat, bob], chat, { from: "nsp", to: ["red"] });
      await send([alice, chat, bob], chat, { from: "server", to: ["red"] });
    },
  },
  {
    name: "those who left or went receive nothing",
    async run(t) {
      const [alice, bob, carol, dave] = await inRooms(t);
      await bob.call("leave", "red");
      await send([alice, bob, carol, dave], dave, { from: "nsp", to: ["red", "blue"] });
      bob.socket.disconnect();
      await bob.recv();
      await t.observer.report("disconnect");
      await send([alice, carol, dave], dave, { from: "nsp", to: ["red", "blue"] });
    },
  },
  {
    name: "odd names",
    async run(t) {
      const alice = await t.connect("alice");
      const bob = await t.connect("bob");
      for (const room of ["", " ", "é😀", "a,b", "__proto__", "x".repeat(500)]) {
        await alice.call("join", room);
        await send([alice, bob], bob, { from: "nsp", to: [room] });
      }
    },
  },
];
