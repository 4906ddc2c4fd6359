// The master of Redis changes under a running cluster, by Sentinel: what is lost meanwhile, and that it goes on.
import { ask } from "./lib/cluster.mjs";
import { Account, ascending, connected, hears, hearsAll, lostBy, must, numbers, ranges, sendNumbers, untilState } from "./lib/counting.mjs";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Sends one after another, all the time, until told to stop.
function keepSending(from) {
  let going = true;
  let count = 0;
  const sending = (async () => {
    for (; going; count++) {
      from.emit("send", { from: "nsp" }, "n", count, from.name);
      await ask(from, "ack");
      await pause(5);
    }
  })();
  return {
    get count() {
      return count;
    },
    async stop() {
      going = false;
      await sending;
      return count;
    },
  };
}

// From now on, what one sends reaches the other.
const flows = (from, sending, to) => hears(to, from, sending.count, 60000);

// Everything of the sender's has come, but for one piece at most.
function judge(to, from, count, notes) {
  const lost = lostBy(to, from, count);
  must(lost.length === 0 || lost.at(-1) - lost[0] === lost.length - 1, `${to.name} misses ${ranges(lost)} of ${from.name}: not in one piece`);
  must(lost[0] !== 0 && !lost.includes(count - 1), `${to.name} misses ${ranges(lost)} of ${from.name}`);
  notes.push(`lost: ${from.name}'s ${ranges(lost)} of 0-${count - 1} for ${to.name}`);
}

// Kinds: the last server is ours. The first client is at the first server, the others at the last one.
export async function failover(t, sentinels, change) {
  const notes = [];
  const peers = await t.connectAll();
  const [alice, bob] = [peers[0], peers.at(-1)];
  const neighbour = await t.connect(t.kinds.length - 1, "neighbour");
  await t.settle();
  const account = await Account.open(bob);
  const sending = { alice: keepSending(alice), bob: keepSending(bob) };
  await Promise.all([flows(alice, sending.alice, bob), flows(bob, sending.bob, alice)]);
  await change(sentinels);
  // Clients of the same server are served all the time.
  await untilState(bob, "away", ({ status, connections }) => status !== "connected" || connections > account.before.connections, 60000);
  await hears(neighbour, bob, sending.bob.count);
  await sentinels.changed();
  await untilState(bob, "back", (state) => connected(state) && state.connections > account.before.connections, 60000);
  await Promise.all([flows(alice, sending.alice, bob), flows(bob, sending.bob, alice)]);
  const counts = { alice: await sending.alice.stop(), bob: await sending.bob.stop() };
  const { published, dropped } = await account.closed(counts.bob);
  notes.push(`bob's server: ${published} published and ${dropped} dropped of ${counts.bob}`);
  await Promise.all([hears(bob, alice, counts.alice - 1), hears(alice, bob, counts.bob - 1)]);
  await Promise.all([bob, neighbour].map((peer) => hearsAll(peer, bob, counts.bob)));
  judge(alice, bob, counts.bob, notes);
  judge(bob, alice, counts.alice, notes);
  await t.settle();
  for (const from of [alice, bob]) await sendNumbers(from, 100000, 10);
  for (const from of [alice, bob]) {
    for (const to of [alice, bob, neighbour]) {
      await hears(to, from, 100009);
      must(ranges(ascending(to, from)).endsWith("100000-100009"), `${to.name} heard ${ranges(numbers(to, from))} of ${from.name}`);
    }
  }
  must([alice, bob, neighbour].every(({ socket }) => socket.connected), "a client was disconnected");
  return notes;
}

export const failovers = [
  { name: "the master is killed, a sentinel promotes its replica", kinds: "No", change: (sentinels) => sentinels.killMaster() },
  // The sentinels leave it a master for 10 s more.
  { name: "the master is told to be a replica, and stays", kinds: "oo", of: /classic|recovery/, change: (sentinels) => sentinels.failover() },
];
