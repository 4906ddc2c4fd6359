// Every operation, from each of three servers to the others. Transcripts must not depend on who is whose server.
import { show } from "../interop/lib/show.mjs";
import { ask } from "./lib/cluster.mjs";
import { until } from "./lib/redis.mjs";

const bytes = (text) => Buffer.from(text);

async function send(t, peer, spec, ...args) {
  peer.emit("send", spec, ...args);
  await t.flush(peer);
}

// Replies come in any order.
async function askAll(t, peer, spec, timeout, ...args) {
  const asked = ask(peer, "ask all", spec, timeout, ...args);
  return async () => {
    const [error, replies] = await asked;
    t.log(`${peer.name} got ${show(error)} ${(replies ?? []).map(show).sort().join(" ")}`);
  };
}

async function fetchAll(t, peer, spec) {
  const [, sockets] = await ask(peer, "fetch", spec);
  for (const one of sockets.sort((a, b) => a.auth.name.localeCompare(b.auth.name))) t.log(`${peer.name} fetched ${show(one)}`);
  return sockets;
}

async function roomsAre(peer, ...rooms) {
  await until(async () => {
    const [found] = await ask(peer, "rooms");
    return show(found.slice(1)) === show(rooms.sort());
  }, `${peer.name} to be in ${rooms}`);
}

// Rooms with members at several servers, and heard of there.
async function inRooms(t, [alice, bob, carol]) {
  await ask(alice, "join", ["red", "all"]);
  await ask(bob, "join", ["red", "blue", "all"]);
  await ask(carol, "join", ["blue", "all"]);
  for (const peer of t.peers) {
    await t.probe(peer, { to: ["red"] }, [alice, bob]);
    await t.probe(peer, { to: ["blue"] }, [bob, carol]);
    await t.probe(peer, { to: ["all"] }, t.peers);
  }
}

const value = { n: [1, -1.5, 2 ** 53, null, true, "é😀\u2028"], o: { "": {}, k: [[]] } };

export const operations = [
  {
    name: "broadcast to everybody, with bytes in place",
    async run(t, peers) {
      for (const peer of peers) {
        await send(t, peer, { from: "nsp" }, "hello", peer.name, value);
        await send(t, peer, { from: "nsp" }, "bytes", { a: [bytes("one"), { b: bytes("") }] }, "text", bytes("three"));
        await send(t, peer, { from: "socket" }, "others", peer.name);
        await send(t, peer, { from: "nsp" }, "nothing");
      }
    },
  },
  {
    name: "rooms: none, one, several, one's own; except",
    async run(t, peers) {
      await inRooms(t, peers);
      for (const peer of peers) {
        await send(t, peer, { from: "nsp", to: ["red"] }, "to red", peer.name, bytes("red"));
        await send(t, peer, { from: "nsp", to: ["red", "blue"] }, "to both", peer.name);
        await send(t, peer, { from: "socket", to: ["all"] }, "to the others in all", peer.name);
        await send(t, peer, { from: "nsp", to: ["all"], except: ["red"] }, "all but red", peer.name);
        await send(t, peer, { from: "nsp", except: ["blue", peer.socket.id] }, "except", peer.name);
        await send(t, peer, { from: "nsp", to: ["empty"] }, "nobody");
        for (const other of peers) await send(t, peer, { from: "nsp", to: [other.socket.id] }, "to one", peer.name);
      }
    },
  },
  {
    name: "flags: volatile, compress, local",
    async run(t, peers) {
      for (const peer of peers) {
        await send(t, peer, { from: "nsp", flags: ["compress"] }, "compressed", 1);
        await send(t, peer, { from: "nsp", flags: ["local"] }, "local", peer.name);
        await send(t, peer, { from: "nsp", flags: ["volatile"] }, "volatile", 2);
      }
    },
  },
  {
    name: "broadcast with acknowledgements",
    async run(t, peers) {
      for (const peer of peers) {
        const settled = await askAll(t, peer, { from: "nsp" }, 20000, "question", { by: peer.name }, bytes("q"));
        for (const each of peers) (await each.recv()).ack({ from: each.name, bytes: bytes(each.name) }, "more");
        await settled();
        await (await askAll(t, peer, { from: "nsp", to: ["empty"] }, 20000, "question"))();
      }
    },
  },
  {
    name: "acknowledgements: none, null, of some, of one",
    async run(t, peers) {
      const [alice, bob, carol] = peers;
      for (const peer of peers) {
        const settled = await askAll(t, peer, { from: "nsp" }, 1500, "question", peer.name);
        (await alice.recv()).ack();
        (await bob.recv()).ack(null);
        await carol.recv();
        await settled();
        const others = await askAll(t, peer, { from: "socket" }, 20000, "others", peer.name);
        for (const each of peers.filter((one) => one !== peer)) (await each.recv()).ack(each.name);
        await others();
        const local = await askAll(t, peer, { from: "nsp", to: [peer.socket.id] }, 20000, "only you");
        (await peer.recv()).ack([1, [2]]);
        await local();
      }
      await t.flush();
    },
  },
  {
    name: "sockets fetched: all, a room, but one, here",
    async run(t, peers) {
      await inRooms(t, peers);
      for (const peer of peers) await ask(peer, "set data", { name: peer.name, n: [1, null, 1.5] });
      for (const peer of peers) {
        await fetchAll(t, peer, { from: "nsp" });
        await fetchAll(t, peer, { from: "nsp", to: ["red"] });
        await fetchAll(t, peer, { from: "socket", to: ["all"] });
        await fetchAll(t, peer, { from: "nsp", to: ["empty"] });
        await fetchAll(t, peer, { from: "nsp", to: [peer.socket.id], local: true });
      }
    },
  },
  {
    name: "fetched sockets: emit, ask, join, leave, disconnect",
    async run(t, peers) {
      for (const peer of peers) {
        const [, sockets] = await ask(peer, "fetch", { from: "nsp" });
        for (const other of peers.filter((one) => one !== peer)) {
          const index = sockets.findIndex(({ auth }) => auth.name === other.name);
          await ask(peer, "remote", index, "emit", "hello", other.name, bytes("x"));
          await other.recv();
          const answer = ask(peer, "remote", index, "ask", 20000, "question", other.name);
          (await other.recv()).ack({ yes: bytes("yes") });
          t.log(`${peer.name} got ${show(await answer)}`);
          await ask(peer, "remote", index, "join", "green");
          await roomsAre(other, "green");
          await ask(peer, "remote", index, "leave", "green");
          await roomsAre(other);
        }
      }
      const [, sockets] = await ask(peers[0], "fetch", { from: "nsp" });
      for (const other of peers.slice(1)) {
        await ask(peers[0], "remote", sockets.findIndex(({ auth }) => auth.name === other.name), "disconnect", true);
        await other.recv();
      }
    },
  },
  {
    name: "sockets join and leave",
    async run(t, peers) {
      const [alice, bob, carol] = peers;
      for (const peer of peers) {
        await ask(peer, "sockets join", { from: "nsp" }, ["one", "two"]);
        for (const each of peers) await roomsAre(each, "one", "two");
        await ask(peer, "sockets leave", { from: "nsp", except: [bob.socket.id] }, ["two", "never"]);
        await roomsAre(alice, "one");
        await roomsAre(bob, "one", "two");
        await roomsAre(carol, "one");
        await ask(peer, "sockets leave", { from: "nsp", to: ["one"] }, ["one", "two"]);
        for (const each of peers) await roomsAre(each);
        for (const each of peers) await each.call("rooms");
      }
    },
  },
  {
    name: "sockets disconnect",
    async run(t, peers) {
      for (const index of [0, 1, 2]) {
        const peer = peers[index];
        const guests = [];
        for (const at of [0, 1, 2]) guests.push(await t.connect(at, `guest ${at} of ${peer.name}`));
        for (const guest of guests) await ask(guest, "join", "guests");
        await t.settle(t.peers.filter(({ socket }) => socket.connected));
        peer.emit("sockets disconnect", { from: "nsp", to: ["guests"], except: [guests[0].socket.id] }, false);
        for (const guest of guests.slice(1)) await guest.recv();
        peer.emit("sockets disconnect", { from: "nsp", to: [guests[0].socket.id] }, true);
        await guests[0].recv();
      }
      for (const peer of peers) await peer.call("rooms");
    },
  },
  {
    name: "events from server to server",
    async run(t, peers) {
      for (const peer of peers) {
        await peer.call("server side", "poke", peer.name, bytes("poke"), value);
        await Promise.all(peers.filter((one) => one !== peer).map((one) => one.heard.next().then(({ line }) => (one.poked = line))));
        for (const one of peers.filter((each) => each !== peer)) one.log(one.poked);
        const [error, replies] = await ask(peer, "server side ask", "question", peer.name, bytes("q"));
        t.log(`${peer.name} got ${show(error)} ${replies.map(show).sort().join(" ")}`);
      }
      await t.flush();
    },
  },
  {
    name: "rooms with odd names",
    async run(t, peers) {
      const names = ["a#b", "*", "[x]?", "42", "räum 😀", "#", "\\"];
      for (const peer of peers) await ask(peer, "join", names);
      for (const peer of peers) {
        for (const name of names) {
          await t.probe(peer, { to: [name] }, peers);
          await send(t, peer, { from: "nsp", to: [name] }, "to", name, peer.name);
        }
      }
    },
  },
  {
    name: "what only looks like bytes",
    async run(t, peers) {
      for (const peer of peers) {
        await send(t, peer, { from: "nsp" }, "fake", { _placeholder: true, num: 0 });
        await send(t, peer, { from: "nsp" }, "large", Buffer.alloc(100000, 7), "x".repeat(70000));
      }
    },
  },
  {
    name: "all rooms",
    of: /^classic/,
    async run(t, peers) {
      await inRooms(t, peers);
      const nameOf = (room) => t.peers.find(({ socket }) => socket.id === room)?.name ?? room;
      for (const peer of peers) {
        const [error, rooms] = await ask(peer, "all rooms");
        t.log(`${peer.name} got ${show(error)} ${show(rooms.map(nameOf).sort())}`);
      }
    },
  },
];
