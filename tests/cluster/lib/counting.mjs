// Numbered events: which of them came where, in which order, and what the servers say about those that didn't.
import { ask } from "./cluster.mjs";
import { until } from "./redis.mjs";

export function must(condition, what) {
  if (!condition) throw new Error(what);
}

// Of one sender's events, those that a client has heard.
export const numbers = (peer, from) => peer.heard.items.filter(({ event, args }) => event === "n" && args[1] === from.name).map(({ args }) => args[0]);

// Sends `count` of them from number `first` on. They are on their way when this returns.
export async function sendNumbers(from, first, count, ...rest) {
  for (let n = first; n < first + count; n++) from.emit("send", { from: "nsp" }, "n", n, from.name, ...rest);
  await ask(from, "ack");
}

// "0-9, 15", or "nothing".
export function ranges(list) {
  const found = [];
  for (const n of list) {
    if (found.at(-1)?.last === n - 1) found.at(-1).last = n;
    else found.push({ first: n, last: n });
  }
  return found.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(", ") || "nothing";
}

// In order, and none twice.
export function ascending(peer, from) {
  const list = numbers(peer, from);
  must(list.every((n, i) => i === 0 || n > list[i - 1]), `${peer.name} heard ${ranges(list)} of ${from.name}: out of order, or twice`);
  return list;
}

// Exactly these ranges, in order and none twice.
export function heardExactly(peer, from, expected) {
  const got = ranges(ascending(peer, from));
  must(got === expected, `${peer.name} heard ${got} of ${from.name}, not ${expected}`);
}

// Waits until all of them have come: everything up to `count`.
export async function hearsAll(peer, from, count) {
  await hears(peer, from, count - 1);
  heardExactly(peer, from, ranges(Array.from({ length: count }, (_, n) => n)));
}

export async function hears(peer, from, number, ms = 20000) {
  await until(() => numbers(peer, from).at(-1) >= number, `number ${number} of ${from.name} to reach ${peer.name}, who has ${ranges(numbers(peer, from))}`, ms);
}

// Which of the numbers below `count` never came. In one piece, when something stood between for a while.
export function lostBy(peer, from, count) {
  const heard = new Set(ascending(peer, from));
  return Array.from({ length: count }, (_, n) => n).filter((n) => !heard.has(n));
}

export async function stateOf(peer) {
  return (await ask(peer, "redis state"))[0];
}

export async function untilState(peer, what, condition, ms = 20000) {
  let state;
  try {
    await until(async () => condition((state = await stateOf(peer))), `Redis to be ${what} for ${peer.name}`, ms);
  } catch (error) {
    error.message += `, which is ${JSON.stringify(state)}`;
    throw error;
  }
  return state;
}

export const connected = ({ status, buffered }) => status === "connected" && buffered === 0;

// What a server of ours says has become of what it was to publish, since this began: published and dropped must add up to all of it.
export class Account {
  static async open(peer) {
    await ask(peer, "fetch", { from: "nsp" }); // behind it nothing is owed any more
    const account = new Account();
    Object.assign(account, { peer, before: await stateOf(peer) });
    return account;
  }

  async sum() {
    const now = await stateOf(this.peer);
    return { published: now.published - this.before.published, dropped: now.dropped - this.before.dropped };
  }

  // Until Redis has answered for as many, or is known not to.
  async closed(count) {
    await until(async () => {
      const { published, dropped } = await this.sum();
      must(published + dropped <= count, `${published} published and ${dropped} dropped of ${count}`);
      return published + dropped === count;
    }, `the ${count} of ${this.peer.name} to be published or dropped`, 20000);
    return this.sum();
  }
}
