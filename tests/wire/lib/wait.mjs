// Waiting with a limit: every wait of the tests goes through here, so that none can hang.
const SCALE = Number(process.env.SIO_TEST_TIME_SCALE || 1);
export const DEFAULT_WAIT = 5000;

export const scaled = (ms) => ms * SCALE;

export function within(promise, what, ms = DEFAULT_WAIT) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out waiting for ${what}`)), scaled(ms));
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

// An unbounded queue whose reader waits. A closed queue hands out what it holds, then `undefined`.
export class Queue {
  constructor(what) {
    this.what = what;
    this.items = [];
    this.waiters = [];
    this.closed = false;
  }

  push(item) {
    const waiter = this.waiters.shift();
    if (waiter) waiter(item);
    else this.items.push(item);
  }

  close() {
    this.closed = true;
    for (const waiter of this.waiters.splice(0)) waiter(undefined);
  }

  takeAll() {
    return this.items.splice(0);
  }

  next(ms = DEFAULT_WAIT) {
    if (this.items.length) return Promise.resolve(this.items.shift());
    if (this.closed) return Promise.resolve(undefined);
    let waiter;
    const item = new Promise((resolve) => {
      waiter = resolve;
      this.waiters.push(waiter);
    });
    return within(item, this.what, ms).catch((error) => {
      this.waiters = this.waiters.filter((w) => w !== waiter);
      throw error;
    });
  }
}
