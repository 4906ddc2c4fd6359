// Redis servers of the tests' own, on free ports: one alone, a Redis Cluster of three masters, or a master that sentinels watch.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ownChild } from "../../wire/lib/children.mjs";
import { scaled, within } from "../../wire/lib/wait.mjs";

const run = promisify(execFile);

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// A cluster's bus has its own port, 10000 above.
async function freeClusterPort() {
  for (;;) {
    const port = await freePort();
    if (port < 50000) return port;
  }
}

export class Redis {
  constructor(port, extra = []) {
    this.port = port;
    this.extra = extra;
    this.directory = mkdtempSync(path.join(tmpdir(), "sio-redis-"));
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  get arguments() {
    return ["--port", this.port, "--bind", "127.0.0.1", "--save", "", "--dir", this.directory, "--enable-debug-command", "local", ...this.extra];
  }

  // Until it has said so.
  async start(args = this.arguments, words = "Ready to accept connections") {
    this.child = ownChild(spawn("redis-server", args.map(String), { stdio: ["ignore", "pipe", "pipe"] }));
    this.exited = new Promise((resolve) => this.child.once("exit", resolve));
    let said = "";
    const ready = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.stdout.on("data", (chunk) => {
        said = (said + chunk).slice(-4000);
        if (said.includes(words)) resolve();
      });
      this.exited.then(() => reject(new Error(`redis-server ended: ${said}`)));
    });
    await within(ready, "redis-server to be ready", 15000);
    return this;
  }

  async cli(...args) {
    const { stdout } = await run("redis-cli", ["-p", String(this.port), ...args.map(String)], { timeout: scaled(20000) });
    return stdout.trim();
  }

  signal(name) {
    this.child.kill(name);
  }

  // Takes nothing and answers nothing for so long.
  async standStill(seconds, how) {
    if (how !== "SIGSTOP") return void (await this.cli(...how.split(" "), seconds));
    this.signal("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    this.signal("SIGCONT");
  }

  async kill() {
    this.child.kill("SIGKILL");
    await this.exited;
  }

  async stop() {
    if (this.child?.exitCode === null && this.child.signalCode === null) await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export async function startRedis(extra) {
  return new Redis(await freePort(), extra).start();
}

export class RedisCluster {
  async start() {
    const options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "5000", "--cluster-require-full-coverage", "no"];
    const ports = await Promise.all([1, 2, 3].map(freeClusterPort));
    this.nodes = await Promise.all(ports.map((port) => new Redis(port, options).start()));
    const addresses = this.nodes.map(({ port }) => `127.0.0.1:${port}`);
    await this.nodes[0].cli("--cluster", "create", ...addresses, "--cluster-yes");
    for (const node of this.nodes) await until(async () => (await node.cli("cluster", "info")).includes("cluster_state:ok"), "the Redis Cluster to be ready");
    return this;
  }

  get url() {
    return this.nodes[0].url;
  }

  // Moves a slot to the node that doesn't have it, as redis-cli's reshard does.
  async moveSlot(slot) {
    const ids = await Promise.all(this.nodes.map((node) => node.cli("cluster", "myid")));
    const from = await this.ownerOf(slot);
    const to = (from + 1) % 3;
    await this.nodes[to].cli("cluster", "setslot", slot, "importing", ids[from]);
    await this.nodes[from].cli("cluster", "setslot", slot, "migrating", ids[to]);
    for (const index of [to, from, 3 - to - from]) await this.nodes[index].cli("cluster", "setslot", slot, "node", ids[to]);
    return { from, to };
  }

  async ownerOf(slot) {
    const lines = (await this.nodes[0].cli("cluster", "nodes")).split("\n");
    const covers = (range) => {
      const [first, last = first] = range.split("-").map(Number);
      return slot >= first && slot <= last;
    };
    const line = lines.find((each) => each.split(" ").slice(8).some(covers));
    return this.nodes.findIndex(({ port }) => line.includes(`:${port}@`));
  }

  async stop() {
    await Promise.all((this.nodes ?? []).map((node) => node.stop()));
  }
}

// A master, its replica, and sentinels who watch them as "mymaster".
export class Sentinels {
  async start(count = 3) {
    this.master = await startRedis(["--repl-diskless-sync-delay", "0"]);
    this.replica = await startRedis(["--replicaof", "127.0.0.1", this.master.port, "--repl-diskless-sync-delay", "0"]);
    await until(async () => (await this.master.cli("info", "replication")).includes("state=online"), "the replica to follow");
    this.sentinels = await Promise.all(Array.from({ length: count }, () => this.startSentinel(Math.floor(count / 2) + 1)));
    for (const sentinel of this.sentinels) {
      await until(async () => this.knows(await sentinel.cli("sentinel", "master", "mymaster"), count), "the sentinels to know each other and the replica", 30000);
    }
    return this;
  }

  knows(text, count) {
    const words = text.split("\n");
    const of = (name) => Number(words[words.indexOf(name) + 1]);
    return of("num-slaves") === 1 && of("num-other-sentinels") === count - 1;
  }

  async startSentinel(quorum) {
    const sentinel = new Redis(await freePort());
    const file = path.join(sentinel.directory, "sentinel.conf");
    writeFileSync(file, [
      `sentinel monitor mymaster 127.0.0.1 ${this.master.port} ${quorum}`,
      "sentinel down-after-milliseconds mymaster 1000",
      "sentinel failover-timeout mymaster 5000",
      "",
    ].join("\n"));
    return sentinel.start([file, "--sentinel", "--port", sentinel.port, "--bind", "127.0.0.1", "--dir", sentinel.directory], "+monitor master");
  }

  // Where they are asked; the first one isn't there.
  get addresses() {
    return ["127.0.0.1:1", ...this.sentinels.map(({ port }) => `127.0.0.1:${port}`)].join(",");
  }

  killMaster() {
    return this.master.kill();
  }

  failover() {
    return this.sentinels[0].cli("sentinel", "failover", "mymaster");
  }

  async changed() {
    const replica = String(this.replica.port);
    for (const sentinel of this.sentinels) {
      await until(async () => (await sentinel.cli("sentinel", "get-master-addr-by-name", "mymaster")).endsWith(replica), "the replica to be the master", 60000);
    }
  }

  async stop() {
    await Promise.all([this.master, this.replica, ...(this.sentinels ?? [])].map((each) => each?.stop()));
  }
}

// Asks again and again, with a limit. What is asked takes its time itself.
export async function until(condition, what, ms = 15000) {
  let given = false;
  const asking = (async () => {
    while (!given && !(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
  })();
  try {
    await within(asking, what, ms);
  } finally {
    given = true;
  }
}
