// What bench/run.sh measured: runs, medians, targets. Read by table.js and page.js.
"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

function rows(file, names) {
  return readFileSync(join(__dirname, file), "utf8")
    .split("\n")
    .filter((line) => line.includes("|") && !line.startsWith("#"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]])));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function fraction(text) {
  const [over, under = "1"] = text.split("/");
  return Number(over) / Number(under);
}

const kinds = { idle: "kib", park: "kib", leak: "growth" };
const keys = {
  cpu: "server_cpu_us_per_message",
  kib: "pss_kib_per_connection",
  growth: "pss_growth_percent",
};

class Results {
  constructor(file) {
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
    this.runs = lines.filter((line) => line.server);
    const found = new Map(lines.filter((line) => line.peer).map((line) => [line.peer, line]));
    this.peers = rows("peers/peers.txt", ["name", "what"]).map((peer) => ({ ...peer, ...found.get(peer.name) }));
    this.workloads = rows("workloads.txt", ["name", "targets", "what", "options"]).filter(({ name }) =>
      this.runs.some((run) => run.name === name),
    );
    this.rounds = Math.max(0, ...this.workloads.map(({ name }) => this.runsOf("ours", name).length));
  }

  measured() {
    return this.peers.filter((peer) => peer.version !== undefined);
  }

  skipped() {
    return this.peers.filter((peer) => peer.missing !== undefined);
  }

  // Those that have rates and latencies.
  timed() {
    return this.workloads.filter(({ name }) => !["idle", "park", "leak", "cluster"].includes(name));
  }

  runsOf(server, name) {
    return this.runs.filter((run) => run.server === server && run.name === name);
  }

  // The median of one figure; undefined when it wasn't measured, NaN when a run went wrong.
  figure(server, name, key) {
    const values = this.runsOf(server, name).map((run) => (run.status === 0 && run.figures ? run.figures[key] : NaN));
    if (values.length === 0) {
      return undefined;
    }
    return values.some((value) => !Number.isFinite(value)) ? NaN : median(values);
  }

  // CPU per message, or what the workload measures in its place.
  main(server, name) {
    return this.figure(server, name, keys[kinds[name] ?? "cpu"]);
  }

  // Each target of a workload: its words, what was reached, and whether that will do (undefined: not measured).
  judge({ name, targets }) {
    return targets === "-" ? [] : targets.split(",").map((target) => this.judgeOne(name, target.trim().split(" ")));
  }

  judgeOne(name, words) {
    const ours = this.main("ours", name);
    const limit = fraction(words.at(-1));
    if (words[0] === "kib" || words[0] === "growth") {
      const unit = words[0] === "kib" ? "KiB" : "%";
      return { text: `<= ${words[1]} ${unit}`, reached: `${number(ours)} ${unit}`, met: ours === undefined ? undefined : ours <= limit };
    }
    const other = words[0] === "same" ? this.main("ours", words[1]) : this.main(words[0], name);
    const ratio = ours / other;
    const met = other === undefined || ours === undefined ? undefined : ratio <= limit;
    return { text: `<= ${words.at(-1)} x ${words[0] === "same" ? words[1] : words[0]}`, reached: met === undefined ? "-" : `${number(ratio)} x`, met };
  }
}

function number(value, digits = 2) {
  if (value === undefined) {
    return "-";
  }
  return Number.isNaN(value)
    ? "failed"
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

module.exports = { Results, number };
