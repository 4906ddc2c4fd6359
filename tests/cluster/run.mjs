// Mixed clusters on a real Redis: each operation, from every server to every other, must leave the transcript that three
// of Node's servers leave; and what is lost when something fails, and how it goes on.
//   node run.mjs [--only TEXT]... [--print] [--list]
import { diffLines, formatDiff } from "../interop/lib/diff.mjs";
import { Cluster } from "./lib/cluster.mjs";
import { RedisCluster, Sentinels, startRedis } from "./lib/redis.mjs";
import { tryEmitters } from "./emitting.mjs";
import { failover, failovers } from "./failover.mjs";
import { faults, movingSlots, olderEntries } from "./faults.mjs";
import { operations } from "./operations.mjs";
import { runPlain } from "./plain.mjs";
import { LIMIT, showState } from "./state.mjs";
import { HOPS, hopping, options as recoveryOptions, recoveries, superseding, waiting } from "./recovery.mjs";

const sharded = (mode) => ({ title: `sharded, ${mode}`, name: "sharded", options: ["--mode", mode] });

const adapters = [
  { title: "classic", name: "classic" },
  { title: "classic, answers to one", name: "classic", options: ["--specific-responses"], only: /sockets fetched|broadcast with ack|all rooms/ },
  { title: "classic, another parser", name: "classic", options: ["--json-parser"], only: /odd names|everybody|acknowledgements|flags|large/ },
  sharded("static"),
  sharded("dynamic"),
  sharded("dynamic-private"),
  { title: "streams", name: "streams" },
  { title: "streams, sharded Pub/Sub, three streams", name: "streams", options: ["--sharded-pubsub", "--stream-count", "3"] },
];
// Channels on several masters: nothing orders what comes by one beside what comes by another.
const onRedisCluster = [
  { ...sharded("dynamic"), title: "sharded, Redis Cluster", options: ["--mode", "dynamic", "--redis-cluster"], unordered: true },
];

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
    await one.run(cluster, one.connects === false ? [] : await cluster.connectAll());
    if (cluster.unordered) await cluster.exhaust();
    return { lines: cluster.transcript.masked() };
  } catch (error) {
    const said = (cluster.servers ?? []).map(({ kind, stderr }) => stderr && `${kind.name}: ${stderr}`);
    return { lines: cluster.transcript.masked(), error: [error.stack, ...said.filter(Boolean)].join("\n") };
  } finally {
    for (const peer of cluster.peers.splice(0)) await peer.close();
  }
}

function judge(title, expected, got, unordered = false) {
  if (got.error) return report(title, got.error);
  const inOrder = (lines) => (unordered ? [...lines].sort() : lines);
  const diff = diffLines(inOrder(expected.lines), inOrder(got.lines));
  if (diff.every(([mark]) => mark === "  ")) return report(title);
  report(title, `(- three of Node's, + this cluster)\n${formatDiff(diff).replace(/^# {3}/gm, "")}`);
}

async function compare(adapter, url, cases, { kinds = ["NNN", ...MIXED], options, print }) {
  const clusters = await Promise.all(kinds.map((kind) => new Cluster(kind, adapter, url, { options }).start()));
  for (const one of cases) {
    const results = await Promise.all(clusters.map((cluster) => play(cluster, one)));
    const title = (index) => `${adapter.title}, ${kinds[index]}: ${one.name}`;
    if (print) console.log(results[0].lines.map((line) => `# | ${line}`).join("\n"));
    if (results[0].error) report(title(0), results[0].error);
    else results.slice(1).forEach((result, i) => judge(title(i + 1), results[0], result, adapter.unordered));
  }
  for (const cluster of clusters) {
    const complaints = await cluster.stop();
    if (complaints.length) report(`${adapter.title}, ${cluster.kinds}: servers end cleanly`, complaints.join("\n"));
  }
}

// So many at a time.
async function several(count, items, run) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: count }, worker));
}

// One that passes, or throws.
async function attempt(title, cluster, run) {
  let complaint, notes;
  try {
    await cluster.start();
    notes = await run();
  } catch (error) {
    const said = (cluster.servers ?? []).map(({ kind, stderr }) => stderr && `${kind.name}: ${stderr.slice(-2000)}`);
    complaint = [error.stack, ...said.filter(Boolean)].join("\n");
  }
  const ends = await cluster.stop();
  report(title, complaint ?? ends.join("\n"));
  if (notes?.length) console.log(comment(notes.join("\n")));
}

async function recover(url, wanted, print) {
  const streams = { title: "recovery", name: "streams" };
  const cases = recoveries.filter(({ name }) => wanted(`recovery: ${name}`)).map((one) => ({ ...one, connects: false }));
  if (cases.length) await compare(streams, url, cases, { kinds: HOPS, options: recoveryOptions, print });
  const hop = (kinds, senders, count) => {
    const title = `recovery, ${kinds}: none lost, none twice, in order, while a client goes from server to server`;
    const cluster = new Cluster(kinds, streams, url, { options: recoveryOptions });
    return wanted(title) ? attempt(title, cluster, () => hopping(cluster, { senders, hops: 12, count })) : null;
  };
  await Promise.all([hop("ooo", [0, 1, 2], 300), hop("No", [1, 1], 300)]);
  const title = "recovery, oo: the earlier connection seems alive on another server";
  const cluster = new Cluster("oo", streams, url, { options: [...recoveryOptions, "--ping-interval", "60000"] });
  if (wanted(title)) await attempt(title, cluster, () => superseding(cluster));
  const held = "recovery, oo: none lost, none twice, while a client that is back waits in a middleware";
  const guarded = new Cluster("oo", streams, url, { options: [...recoveryOptions, "--recovery-middlewares"] });
  if (wanted(held)) await attempt(held, guarded, () => waiting(guarded));
}

const states = [{ name: "the state of Redis, as a program sees it change", kinds: "oo", options: ["--buffer-limit", String(LIMIT)], run: showState }];

async function withRedis({ adapter, fault, title }) {
  const redis = await startRedis();
  const cluster = new Cluster(fault.kinds, adapter, redis.url, fault);
  await attempt(title, cluster, () => fault.run(cluster, redis));
  await redis.stop();
}

async function withSentinels({ adapter, fault, title }) {
  const sentinels = await new Sentinels().start();
  const cluster = new Cluster(fault.kinds, adapter, sentinels.master.url, { options: ["--sentinels", sentinels.addresses] });
  await attempt(title, cluster, () => failover(cluster, sentinels, fault.change));
  await sentinels.stop();
}

// Several at a time: most of it is waiting. Those that wait the longest come first.
async function fail(wanted) {
  const kinds = [adapters[0], { ...sharded("dynamic"), title: "sharded" }, { title: "streams", name: "streams" }, { title: "streams with recovery", name: "streams", options: recoveryOptions }];
  const tests = [[failovers, withSentinels], [faults, withRedis], [states, withRedis]].flatMap(([list, run]) =>
    list.flatMap((fault) => kinds.filter(({ title }) => (fault.of ?? /./).test(title)).map((adapter) => ({ adapter, fault, run, title: `${adapter.title}, ${fault.kinds}: ${fault.name}` }))));
  await several(7, tests.filter(({ title }) => wanted(title)), (test) => test.run(test));
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
  const redisCluster = await new RedisCluster().start();
  await several(2, [...adapters, ...onRedisCluster], async (adapter) => {
    const cases = operations.filter(({ name, of = /./ }) => of.test(adapter.title) && (adapter.only ?? /./).test(name) && wanted(`${adapter.title}: ${name}`));
    const { url } = onRedisCluster.includes(adapter) ? redisCluster : redis;
    if (cases.length) await compare(adapter, url, cases, { print });
  });
  const moving = "sharded, Redis Cluster, ooo: slots move";
  const cluster = new Cluster("ooo", onRedisCluster[0], redisCluster.url);
  if (wanted(moving)) await attempt(moving, cluster, () => movingSlots(cluster, redisCluster));
  const older = "streams, oo: entries of adapter 0.2 and of emitters";
  const readers = new Cluster("oo", { name: "streams" }, redis.url);
  if (wanted(older)) await attempt(older, readers, () => olderEntries(readers, redis));
  await recover(redis.url, wanted, print);
  await tryEmitters(redis, wanted, judge, report);
  await fail(wanted);
  await runPlain(redis.url, wanted, report);
  await redis.stop();
  await redisCluster.stop();
  console.log(`1..${counts.passed + counts.failed}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

process.exit(await main());
