// Writes what bench/run.sh measured into docs/performance.md, between its two marks, and docs/performance.svg.
"use strict";

const { readFileSync, writeFileSync } = require("node:fs");
const { cpus } = require("node:os");
const { join } = require("node:path");
const { Results, number } = require("./results.js");
const { plot } = require("./plot.js");

const [resultsFile, docs] = process.argv.slice(2);
const results = new Results(resultsFile);
const servers = results.measured().map((peer) => peer.name);

function table(rows) {
  const [head, ...body] = rows.map((row) => `| ${row.join(" | ")} |`);
  return [head, `|${rows[0].map((_, i) => (i < 2 ? "---" : "---:")).join("|")}|`, ...body].join("\n");
}

function versions() {
  return table([
    ["name", "what", "version"],
    ...results.peers
      .filter((peer) => peer.version !== undefined || peer.missing !== undefined)
      .map((peer) => [peer.name, peer.what, peer.version ?? `skipped: ${peer.missing.split(":")[0]}`]),
  ]);
}

function costs() {
  return table([
    ["workload", "", ...servers],
    ...results.workloads.map(({ name, what }) => [name, what, ...servers.map((server) => number(results.main(server, name)))]),
  ]);
}

// How many times our cost each has.
function ratios() {
  const others = servers.filter((server) => server !== "ours");
  return table([
    ["workload", "", ...others],
    ...results.workloads
      .filter(({ name }) => name !== "leak")
      .map(({ name, what }) => [
        name,
        what,
        ...others.map((server) => {
          const value = results.main(server, name);
          return value === undefined || Number.isNaN(value) ? number(value) : number(value / results.main("ours", name), 1);
        }),
      ]),
  ]);
}

function targets() {
  const verdict = (met) => (met === undefined ? "not measured" : met ? "met" : "**missed**");
  return table([
    ["workload", "target", "reached", ""],
    ...results.workloads.flatMap((workload) =>
      results.judge(workload).map(({ text, reached, met }) => [workload.name, text, reached, verdict(met)]),
    ),
  ]);
}

function rates() {
  const keys = ["messages_per_second", "p50_us", "p99_us", "generator_cpu_percent"];
  return table([
    ["workload", "server", "messages/s", "p50 us", "p99 us", "generator CPU %"],
    ...results
      .timed()
      .flatMap(({ name }) =>
        servers
          .filter((server) => results.runsOf(server, name).length > 0)
          .map((server) => [name, server, ...keys.map((key) => number(results.figure(server, name, key), 0))]),
      ),
  ]);
}

const sections = [
  `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} x ${cpus()[0].model.trim()}; medians of ${results.rounds} rounds.`,
  "### Servers",
  versions(),
  "### Server CPU, microseconds per message",
  "`idle`, `park`: KiB per connection; `leak`: % more memory. *failed*: the server answered wrongly.",
  costs(),
  "### How many times our cost",
  ratios(),
  "### Targets",
  targets(),
  "### Rates and latencies",
  "Of a closed loop: what is waited for is mostly the queue. A generator near 100 % is the bottleneck.",
  rates(),
];

const file = join(docs, "performance.md");
const marks = /(<!-- measured -->\n)[^]*(<!-- \/measured -->)/;
const page = readFileSync(file, "utf8");
if (!marks.test(page)) {
  throw new Error(`${file} has lost its marks`);
}
writeFileSync(file, page.replace(marks, (_, begin, end) => `${begin}\n${sections.join("\n\n")}\n\n${end}`));
writeFileSync(join(docs, "performance.svg"), plot(results));
console.log(`\nwritten: ${file} and its plot`);
