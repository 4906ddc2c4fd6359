// Mixed clusters on a real Redis: each operation, from every server to every other, must leave the transcript that three
// of Node's servers leave; and what is lost when something fails, and how it goes on.
//   node run.mjs [--only TEXT]... [--print] [--list]
import { diffLines, formatDiff } from "../interop/lib/diff.mjs";
import { Cluster } from "./lib/cluster.mjs";
import { RedisCluster, startRedis } from "./lib/redis.mjs";
import { operations } from "./operations.mjs";

const sharded = (mode) => ({ title: `sharded, ${mode}`, name: "sharded", options: ["--mode", mode] });

const adapters = [
  sharded("static"),
  sharded("dynamic"),
  sharded("dynamic-private"),
  { title: "streams", name: "streams" },
  { title: "streams, sharded Pub/Sub, three streams", name: "streams", options: ["--sharded-pubsub", "--stream-count", "3"] },
];
const onRedisCluster = [{ ...sharded("dynamic"), title: "sharded, Redis Cluster", options: ["--mode", "dynamic", "--redis-cluster"] }];

const MIXED = ["Noo", "NNo"];

const counts = { passed: 0, failed: 0, skipped: 0 };
const comment = (text) => text.trimEnd().split("\n").map((line) => `#   ${line}`).join("\n");

function report(title, complaint) {
  counts[complaint ? "failed" : "passed"]++;
  console.log(`${complaint ? "not ok" : "ok"} ${counts.passed + counts.failed} - ${title}`);
  if (complaint) console.log(comment(complaint));
}

// The transcript, and what went wrong.
async function play(cluster, one) {
  try {
    cluster.transcript.lines = [];
    await one.run(cluster, await cluster.connectAll());
    return { lines: cluster.transcript.masked() };
  } catch (error) {
    const said = (cluster.servers ?? []).map(({ kind, stderr }) => stderr && `${kind.name}: ${stderr}`);
    return { lines: cluster.transcript.masked(), error: [error.stack, ...said.filter(Boolean)].join("\n") };
  } finally {
    for (const peer of cluster.peers.splice(0)) await peer.close();
  }
}

function judge(title, expected, got) {
  if (got.error) return report(title, got.error);
  const diff = diffLines(expected.lines, got.lines);
  if (diff.every(([mark]) => mark === "  ")) return report(title);
  report(title, `(- three of Node's, + this cluster)\n${formatDiff(diff).replace(/^# {3}/gm, "")}`);
}

async function compare(adapter, url, cases, print) {
  const kinds = ["NNN", ...MIXED];
  const clusters = await Promise.all(kinds.map((kind) => new Cluster(kind, adapter, url).start()));
  for (const one of cases) {
    const results = await Promise.all(clusters.map((cluster) => play(cluster, one)));
    const title = (index) => `${adapter.title}, ${kinds[index]}: ${one.name}`;
    if (print) console.log(results[0].lines.map((line) => `# | ${line}`).join("\n"));
    if (results[0].error) report(title(0), results[0].error);
    else MIXED.forEach((_, i) => judge(title(i + 1), results[0], results[i + 1]));
  }
  for (const cluster of clusters) {
    const complaints = await cluster.stop();
    if (complaints.length) report(`${adapter.title}, ${cluster.kinds}: servers end cleanly`, complaints.join("\n"));
  }
}

function parse(args) {
  const options = { only: [] };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--only") options.only.push(args[++i]);
    else options[args[i].replace(/^--/, "")] = true;
  }
  return options;
}

async function main() {
  const { only, print } = parse(process.argv.slice(2));
  const wanted = (title) => only.every((text) => title.includes(text));
  const redis = await startRedis();
  let redisCluster;
  for (const adapter of [...adapters, ...onRedisCluster]) {
    const cases = operations.filter(({ name }) => wanted(`${adapter.title}: ${name}`));
    if (!cases.length) continue;
    if (onRedisCluster.includes(adapter)) redisCluster ??= await new RedisCluster().start();
    await compare(adapter, onRedisCluster.includes(adapter) ? redisCluster.url : redis.url, cases, print);
  }
  await redis.stop();
  await redisCluster?.stop();
  console.log(`1..${counts.passed + counts.failed}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

process.exit(await main());
