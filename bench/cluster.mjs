// Deliveries of cluster-wide broadcasts per second of the servers' CPU: two of Node's servers, then two of ours, on the same Redis, in the
// same run. The servers run the scenario application of the tests; clients are WebSockets, half of them on each.
//   node cluster.mjs [--adapter classic|sharded|streams] [--clients 500] [--messages 200] [--rounds 2] [--soak MESSAGES [--samples 20]]
//   node cluster.mjs --only ours|node ...       one round of one of them, its figures as JSON
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { REFERENCE, ServerProcess, ours } from "../tests/interop/lib/server.mjs";
import { startRedis, until } from "../tests/cluster/lib/redis.mjs";

const WebSocket = createRequire(new URL("../tests/interop/package.json", import.meta.url))("ws");
const TICKS = 100; // per second, as Linux counts CPU time for programs

function parse(args) {
  const options = { adapter: "classic", clients: "500", messages: "200", rounds: "2", samples: "20" };
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
  const perCpuSecond = await measure(server === "node" ? REFERENCE : ours(), redis);
  console.log(JSON.stringify({ server_cpu_us_per_message: 1e6 / perCpuSecond }));
}

// What the sender's server says of Redis.
function stateOf(socket) {
  return new Promise((resolve) => {
    const take = (data) => {
      const text = data.toString();
      if (!text.startsWith("43/cluster,0")) return;
      socket.off("message", take);
      resolve(JSON.parse(text.slice("43/cluster,0".length))[0]);
    };
    socket.on("message", take);
    socket.send('42/cluster,0["redis state"]');
  });
}

// Flat is what doesn't grow from the first half of the run to the second by more than this.
const FLAT = { KiB: 512, share: 0.02 };

function verdict(samples, index) {
  const all = samples.map((sample) => sample[index]);
  const half = Math.ceil(all.length / 2);
  const [first, second] = [Math.max(...all.slice(0, half)), Math.max(...all.slice(half))];
  const flat = second - first <= Math.max(FLAT.KiB, first * FLAT.share);
  console.log(`server ${index + 1}: ${all[0]} KiB at the start, ${all.at(-1)} KiB at the end, at most ${first} KiB in the first half and ${second} KiB in the second: ${flat ? "flat" : "NOT FLAT"}`);
  return flat;
}

// Memory while messages go through the adapters of two of our servers. Whether it stayed where it was, and nothing was lost.
const soak = (redis, total) =>
  withServers(ours(), redis, async (servers, senders, receivers) => {
    const step = Math.ceil(total / Number(options.samples));
    const samples = [];
    const started = Date.now();
    let sent = Math.min(step, 20000); // buffers have grown to what they need
    const sample = () => {
      samples.push(servers.map(residentOf));
      const seconds = (Date.now() - started) / 1000;
      console.log(`${sent} messages in ${Math.round(seconds)} s, ${Math.round(sent / (seconds || 1))} per second; resident KiB: ${samples.at(-1).join(" ")}`);
    };
    await broadcast(senders, 0, sent, receivers, 2000);
    for (sample(); sent < total; sample()) {
      const count = Math.min(step, total - sent);
      await broadcast(senders, sent, count, receivers, 2000);
      sent += count;
    }
    const states = await Promise.all(senders.map(stateOf));
    for (const { published, received, dropped, refused } of states) console.log(`published ${published}, received ${received}, dropped ${dropped}, refused ${refused}`);
    const lossless = states.every(({ dropped, refused }) => dropped === 0 && refused === 0);
    return samples[0].map((_, index) => verdict(samples, index)).every(Boolean) && lossless;
  });

const redis = await startRedis();
const fine = await (options.soak ? soak(redis, Number(options.soak)) : options.only ? measureOne(redis, options.only) : compare(redis));
await redis.stop();
process.exit(fine === false ? 1 : 0);
