// What a program sees of Redis, change by change: sio_redis_state() and on_state of a server, while a real Redis comes and goes.
import { Account, connected, heardExactly, hearsAll, must, numbers, ranges, sendNumbers, stateOf, untilState } from "./lib/counting.mjs";
import { until } from "./lib/redis.mjs";

export const LIMIT = 20000; // bytes that may wait for Redis

const TEXT = "x".repeat(1000);

// What a server tells its observers; they are no clients that settle() would count.
async function observe(t, index) {
  const observer = await t.connect(index, "observer", { namespace: "/control" });
  t.peers.pop();
  const told = () => observer.heard.items.filter(({ args }) => args?.[0] === "redis").map(({ args }) => args[1]);
  return { told, close: () => observer.close() };
}

async function toldOf(observer, ...expected) {
  await until(() => observer.told().length >= expected.length, `the program to be told ${expected}`);
  must(observer.told().join() === expected.join(), `the program was told ${observer.told()}`);
}

const garbageOn = { classic: ["publish", "#/cluster#"], sharded: ["spublish", "#/cluster#"], streams: ["publish", "#/cluster#"] };

// One message that nobody can read.
async function refuses(t, redis, peer) {
  const before = await stateOf(peer);
  const [verb, channel] = garbageOn[t.arguments[t.arguments.indexOf("--adapter") + 1]];
  await redis.cli(verb, t.prefix + channel, "\x93garbage");
  const { received, refused } = await untilState(peer, "sending garbage", (state) => state.refused > before.refused);
  must(refused === before.refused + 1 && received === before.received + 1, `${refused - before.refused} of ${received - before.received} refused`);
}

// Redis owes an answer for longer and longer.
async function lags(redis, alice) {
  await untilState(alice, "quick", ({ lag }) => lag < 400);
  redis.signal("SIGSTOP");
  await sendNumbers(alice, 0, 1);
  const first = await untilState(alice, "slow", ({ lag }) => lag >= 400);
  await untilState(alice, "slower", ({ lag, status }) => lag > first.lag && status === "connected");
  redis.signal("SIGCONT");
}

export async function showState(t, redis) {
  const [alice, bob] = await t.connectAll();
  const observer = await observe(t, 0);
  try {
    const start = await stateOf(alice);
    must(start.status === "connected" && start.connections === 1 && start.error === "" && start.dropped === 0, `at first ${JSON.stringify(start)}`);
    await refuses(t, redis, alice);
    const account = await Account.open(alice);
    await lags(redis, alice);
    await hearsAll(bob, alice, 1);
    await sendNumbers(alice, 1, 1);
    await account.closed(2);
    await untilState(alice, "quick", ({ lag }) => lag < 400);
    await redis.kill();
    await toldOf(observer, "connecting");
    const gone = await untilState(alice, "away", ({ status }) => status === "connecting");
    must(gone.error !== "" && gone.connections === 1, `when Redis is away ${JSON.stringify(gone)}`);
    await sendNumbers(alice, 2, 100, TEXT);
    await hearsAll(alice, alice, 102);
    const full = await stateOf(alice);
    const dropped = full.dropped - account.before.dropped;
    must(full.buffered > 0 && full.buffered < LIMIT + 2 * TEXT.length && dropped > 0, `with ${LIMIT} bytes at most ${JSON.stringify(full)}`);
    must(Math.floor(full.buffered / TEXT.length) >= 100 - dropped, `${dropped} dropped, ${full.buffered} bytes wait`);
    await redis.start();
    await toldOf(observer, "connecting", "connected");
    const back = await untilState(alice, "back", connected);
    must(back.connections === 2 && back.error !== "", `when Redis is back ${JSON.stringify(back)}`);
    const sum = await account.closed(102);
    must(sum.dropped === dropped, `${sum.dropped} dropped, not ${dropped}`);
    await t.settle();
    // The first to wait are kept, the others dropped; those that left before bob's server had subscribed are lost for him.
    const kept = 102 - dropped;
    const heard = numbers(bob, alice);
    must(heard.every((n) => n < kept), `bob heard ${ranges(heard)}, though only ${kept} were kept`);
    if (t.arguments.includes("streams")) heardExactly(bob, alice, `0-${kept - 1}`);
    return [`of 100 while Redis was away ${dropped} dropped, ${kept - 2} kept; bob heard ${ranges(heard)}`];
  } finally {
    await observer.close();
  }
}
