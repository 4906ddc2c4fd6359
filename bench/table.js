// Reads the runs that bench/run.sh made and prints them: server CPU per message against Node's and
// the target, then rates and latencies. Exit status 1 when a target is missed or a run went wrong.
"use strict";

const { readFileSync } = require("node:fs");

const [workloadsFile, resultsFile] = process.argv.slice(2);

function readWorkloads(file) {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.includes("|") && !line.startsWith("#"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([name, target, , what]) => ({ name, target, what }));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const runs = readFileSync(resultsFile, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

function runsOf(server, name) {
  return runs.filter((run) => run.server === server && run.name === name);
}

// The median of one figure; undefined when it wasn't measured, NaN when a run went wrong.
function figure(server, name, key) {
  const chosen = runsOf(server, name);
  if (chosen.length === 0) {
    return undefined;
  }
  const values = chosen.map((run) => (run.status === 0 && run.figures ? run.figures[key] : NaN));
  return values.some((value) => !Number.isFinite(value)) ? NaN : median(values);
}

function number(value, digits = 2) {
  if (value === undefined) {
    return "-";
  }
  return Number.isNaN(value)
    ? "failed"
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function print(rows, leftColumns = 1) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column < leftColumns ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    );
    console.log(cells.join("  ").trimEnd());
  }
}

// What has to hold for a workload, in words and as a test of what was measured.
function judge(target, ours, ratio) {
  const [kind, limit] = target.split(" ");
  const value = { ratio, pss: ours }[kind];
  if (value === undefined) {
    return { text: "", verdict: Number.isNaN(ours) ? "FAIL" : "" };
  }
  const text = kind === "ratio" ? `<= ${limit} x node` : `<= ${limit} KiB`;
  return { text, verdict: value <= Number(limit) ? "PASS" : "FAIL" };
}

function compare({ name, target, what }) {
  const key = name === "idle" ? "pss_kib_per_connection" : "server_cpu_us_per_message";
  const [ours, node, bare] = ["ours", "node", "bare"].map((server) => figure(server, name, key));
  const ratio = ours / node;
  const { text, verdict } = judge(target, ours, ratio);
  return [name, what, number(ours), number(node), number(ratio), text, verdict, number(bare)];
}

const keys = ["messages_per_second", "p50_us", "p99_us", "generator_cpu_percent", "server_wait_percent"];

function rates({ name }) {
  return ["ours", "node", "bare"]
    .filter((server) => runsOf(server, name).length > 0 && name !== "idle")
    .map((server) => [name, server, ...keys.map((key) => number(figure(server, name, key), 0))]);
}

const workloads = readWorkloads(workloadsFile).filter(({ name }) => runs.some((run) => run.name === name));
const rounds = Math.max(0, ...workloads.map(({ name }) => runsOf("ours", name).length));
const comparison = workloads.map(compare);

console.log(`Server CPU, microseconds per message (idle: KiB per connection); median of ${rounds} rounds\n`);
print([["workload", "", "ours", "node", "ratio", "target", "", "bare bound"], ...comparison], 2);
console.log("\nRates and latencies of a closed loop: what is waited for is mostly the queue\n");
print(
  [["workload", "server", "msgs/s", "p50 us", "p99 us", "generator CPU %", "server kept waiting %"], ...workloads.flatMap(rates)],
  2,
);

const failed = runs.filter((run) => run.status !== 0);
for (const { server, name, status, figures } of failed) {
  console.log(`\n${server}, ${name}: the generator ended with status ${status}, ${figures?.errors ?? "?"} errors`);
}
const missed = comparison.filter((row) => row[6] === "FAIL").map((row) => row[0]);
console.log(missed.length > 0 ? `\nFAIL: ${missed.join(", ")}` : "\nEvery target measured here is met.");
process.exitCode = missed.length > 0 || failed.length > 0 ? 1 : 0;
