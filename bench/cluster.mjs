// Deliveries of cluster-wide broadcasts per second of the servers' CPU: two of Node's servers, then two of ours, on the same Redis, in the
// same run. The servers run the scenario application of the tests; clients are WebSockets, half of them on each.
//   node cluster.mjs [--adapter classic|sharded|streams] [--clients 500] [--messages 200] [--rounds 2] [--soak MESSAGES]
//   node cluster.mjs --only ours|node ...       one round of one of them, its figures as JSON
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { REFERENCE, ServerProcess, ours } from "../tests/interop/lib/server.mjs";
import { startRedis, until } from "../tests/cluster/lib/redis.mjs";

const WebSocket = createRequire(new URL("../tests/interop/package.json", import.meta.url))("ws");
const TICKS = 100; // per second, as Linux counts CPU time for programs

function parse(args) {
  const options = { adapter: "classic", clients: "500", messages: "200", rounds: "2" };
  for (let i = 0; i < args.length; i += 2) options[args[i].replace(/^--/, "")] = args[i + 1];
  return options;
}

const options = parse(process.argv.slice(2));
const [clients, messages, rounds] = [options.clients, options.messages, options.rounds].map(Number);

// User and system time, in seconds.
function cpuOf({ child }) {
  const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const residentOf = ({ child }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))[1]);
const cpuOfAll = (servers) => servers.reduce((sum, server) => sum + cpuOf(server), 0);

let heard = 0;

// Connected to the application's namespace; counts what it hears.
function connect({ target: { port } }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => {
      const text = data.toString("latin1", 0, 24);
      if (text[0] === "0") socket.send("40/cluster,");
      else if (text[0] === "2") socket.send("3");
      else if (text.startsWith("40/cluster")) resolve(socket);
      else if (text.startsWith('42/cluster,["n"')) heard++;
    });
  });
}

async function connectAll(servers) {
  const sockets = [];
  for (const server of servers) {
    for (let i = 0; i < clients; i += 50) {
      sockets.push(...(await Promise.all(Array.from({ length: Math.min(50, clients - i) }, () => connect(server)))));
    }
  }
  return sockets;
}

const TEXT = "x".repeat(100);

// A few at a time, from both servers in turn.
async function broadcast(senders, from, count, receivers, window = 20) {
  for (let n = 0; n < count; n += window) {
    const before = heard;
    const now = Math.min(window, count - n);
    for (let i = 0; i < now; i++) senders[(n + i) % senders.length].send(`42/cluster,["send",{"from":"nsp"},"n",${from + n + i},"${TEXT}"]`);
    await until(() => heard - before >= now * receivers, `${now} broadcasts to ${receivers} clients`, 120000);
  }
}

async function withServers(kind, redis, run) {
  const args = ["--adapter", options.adapter, "--redis", redis.url, "--prefix", `bench${Math.random()}`];
  const servers = await Promise.all([1, 2].map(() => new ServerProcess(kind, args).start()));
  const sockets = await connectAll(servers);
  const senders = [sockets[0], sockets[sockets.length - 1]];
  try {
    await broadcast(senders, 0, 20, sockets.length);
    return await run(servers, senders, sockets.length);
  } finally {
    for (const socket of sockets) socket.terminate();
    for (const server of servers) await server.stop();
  }
}

const measure = (kind, redis) =>
  withServers(kind, redis, async (servers, senders, receivers) => {
    const before = cpuOfAll(servers);
    await broadcast(senders, 0, messages, receivers);
    return (messages * receivers) / (cpuOfAll(servers) - before);
  });

async function compare(redis) {
  const best = { node: 0, ours: 0 };
  for (let round = 0; round < rounds; round++) {
    best.node = Math.max(best.node, await measure(REFERENCE, redis));
    best.ours = Math.max(best.ours, await measure(ours(), redis));
  }
  console.log(`${options.adapter}: two servers, ${clients} clients on each, ${messages} broadcasts, the best of ${rounds} rounds`);
  console.log(`deliveries per CPU second: node ${Math.round(best.node)}, libsocketio ${Math.round(best.ours)}`);
  console.log(`ratio: ${(best.ours / best.node).toFixed(2)}`);
}

async function measureOne(redis, server) {
  const begin = process.hrtime.bigint();
  const perCpuSecond = await measure(server === "node" ? REFERENCE : ours(), redis);
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  console.log(JSON.stringify({ server_cpu_us_per_message: 1e6 / perCpuSecond, deliveries: messages * clients * 2, seconds_with_start: seconds, errors: 0 }));
}

// Memory while messages go through the adapters of two of our servers.
const soak = (redis, total) =>
  withServers(ours(), redis, async (servers, senders, receivers) => {
    const step = Math.max(1000, Math.floor(total / 20));
    for (let sent = 0; sent < total; sent += step) {
      await broadcast(senders, sent, step, receivers, 2000);
      console.log(`${sent + step} messages, resident KiB: ${servers.map(residentOf).join(" ")}`);
    }
  });

const redis = await startRedis();
await (options.soak ? soak(redis, Number(options.soak)) : options.only ? measureOne(redis, options.only) : compare(redis));
await redis.stop();
process.exit(0);
