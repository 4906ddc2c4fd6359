// The matrix of clients, transports and scenarios, each cell against our server and against Node's.
//   node run.mjs [--client TEXT|chat] [--transport NAME] [--scenario TEXT] [--write-table]
// SIO_TWIN is the scenario program (default: ../interop/twin), SIO_CLIENTS_BUILD where drivers are built (default: build/clients).
// --write-table writes the rows of what was run into docs/clients.md; without it, they must be there.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ownChild } from "../wire/lib/children.mjs";
import { runChat } from "./lib/chat.mjs";
import { CLIENTS, TRANSPORTS, buildCommand } from "./lib/clients.mjs";
import { Lane, judge } from "./lib/lane.mjs";
import { Partners } from "./lib/partners.mjs";
import { Reporter } from "./lib/reporter.mjs";
import { SCENARIOS } from "./lib/scenarios.mjs";
import { Servers } from "./lib/servers.mjs";
import { missingFrom, printed, tableOf, withTable } from "./lib/table.mjs";

const PAGE = new URL("../../docs/clients.md", import.meta.url);
const LANES = 3;
const NOT_HERE = 77;

const { values: options } = parseArgs({
  options: {
    client: { type: "string", default: "" },
    transport: { type: "string", default: "" },
    scenario: { type: "string", default: "" },
    "write-table": { type: "boolean", default: false },
  },
});
const reporter = new Reporter();
const report = (...what) => reporter.report(...what);
const wanted = (scenario, transport) => scenario.includes(options.scenario) && transport.includes(options.transport);
const rows = CLIENTS.filter(({ id }) => id.includes(options.client));
const everything = !options.transport && !options.scenario;

// Resolves to null, or to what is wrong: { missing } on this machine, or { trouble } with our driver.
function build(name) {
  const [program, ...args] = buildCommand(name);
  const child = ownChild(spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] }));
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += chunk));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ trouble: error.message }));
    child.once("close", (code) => resolve(code === 0 ? null : { [code === NOT_HERE ? "missing" : "trouble"]: stderr.trim() || `it ended with ${code}` }));
  });
}

function reportLane(row, { missing, trouble, cells }) {
  if (trouble) return report("failed", row.title, trouble);
  for (const transport of TRANSPORTS) {
    for (const { name } of SCENARIOS.filter((scenario) => wanted(scenario.name, transport))) {
      const title = `${row.title}: ${name} over ${transport}`;
      if (missing !== undefined) {
        report("skipped", title, missing);
        continue;
      }
      const { verdict, detail, node, both } = judge(cells.get(`${name}/${transport}`));
      if (verdict === "n/a") console.log(`n/a - ${title}: ${detail}`);
      else report(verdict, title, both ? `${detail}\n(neither server: if the client can't do it, lib/clients.mjs must say why)` : detail);
      if (node) console.log(`#   Node's server fails: ${node}`);
    }
  }
}

async function runRow({ row, ready }, shared) {
  const problem = await ready;
  const result = problem ?? (await new Lane({ row, ...shared, wanted }).run());
  reportLane(row, result);
  return { row, ...result };
}

// A few lanes at a time; those whose drivers are still being built come last.
async function runRows(shared) {
  const builds = new Map([...new Set(rows.map((row) => row.build).filter(Boolean))].map((name) => [name, build(name)]));
  const waiting = [...rows.filter((row) => !row.build), ...rows.filter((row) => row.build)].map((row) => ({ row, ready: builds.get(row.build) }));
  const results = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await runRow(next, shared));
  };
  await Promise.all(Array.from({ length: LANES }, work));
  return rows.map((row) => results.find((result) => result.row === row));
}

function checkTable(results) {
  const table = tableOf(results.filter(({ cells }) => cells));
  console.log(printed(table).join("\n"));
  const page = readFileSync(PAGE, "utf8");
  if (options["write-table"]) return writeFileSync(PAGE, withTable(page, table, CLIENTS.map(({ title }) => title)));
  const missing = missingFrom(page, table);
  report(missing.length ? "failed" : "passed", "docs/clients.md is what this run found", missing.join("\n"));
}

const shared = { servers: new Servers(), partners: new Partners() };
const results = await runRows(shared);
if (everything && "chat".includes(options.client)) await runChat(shared, reporter);
await shared.partners.stop();
const complaints = await shared.servers.stop();
report(complaints.length ? "failed" : "passed", "the servers end cleanly", complaints.join("\n"));
if (everything && results.length) checkTable(results);
process.exit(reporter.end());
