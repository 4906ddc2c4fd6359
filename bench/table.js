// Prints what bench/run.sh measured: server CPU per message of every server, targets, rates and latencies.
// Exit status 1 when a target is missed or a run of ours went wrong.
"use strict";

const { Results, number } = require("./results.js");

const results = new Results(process.argv[2]);
const servers = results.measured().map((peer) => peer.name);

function print(rows, leftColumns = 1) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column < leftColumns ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    );
    console.log(cells.join("  ").trimEnd());
  }
}

const verdicts = results.workloads.flatMap((workload) =>
  results.judge(workload).map(({ text, reached, met }) => [
    workload.name,
    text,
    reached,
    met === undefined ? "not measured" : met ? "PASS" : "FAIL",
  ]),
);

const keys = ["messages_per_second", "p50_us", "p99_us", "generator_cpu_percent", "server_wait_percent"];
const rates = results
  .timed()
  .flatMap(({ name }) =>
    servers
      .filter((server) => results.runsOf(server, name).length > 0)
      .map((server) => [name, server, ...keys.map((key) => number(results.figure(server, name, key), 0))]),
  );

for (const { name, what, version, missing } of results.peers) {
  if (version !== undefined || missing !== undefined) {
    console.log(`${name.padEnd(13)} ${what}: ${version ?? `skipped: ${missing}`}`);
  }
}
console.log(
  `\nServer CPU, microseconds per message (idle, park: KiB per connection; leak: % more memory); median of ${results.rounds} rounds\n`,
);
print(
  [
    ["workload", "", ...servers],
    ...results.workloads.map(({ name, what }) => [name, what, ...servers.map((server) => number(results.main(server, name)))]),
  ],
  2,
);
if (verdicts.length > 0) {
  console.log("\nTargets of ours\n");
  print([["workload", "target", "reached", ""], ...verdicts], 2);
}
console.log("\nRates and latencies of a closed loop: what is waited for is mostly the queue\n");
print([["workload", "server", "msgs/s", "p50 us", "p99 us", "generator CPU %", "server kept waiting %"], ...rates], 2);

const failed = results.runs.filter((run) => run.status !== 0);
for (const { server, name, status, figures } of failed) {
  console.log(`\n${server}, ${name}: the generator ended with status ${status}, ${figures?.errors ?? "?"} errors`);
}
const missed = [...new Set(verdicts.filter((row) => row[3] === "FAIL").map((row) => row[0]))];
console.log(missed.length > 0 ? `\nFAIL: ${missed.join(", ")}` : "\nEvery target measured here is met.");
process.exitCode = missed.length > 0 || failed.some((run) => run.server === "ours") ? 1 : 0;
