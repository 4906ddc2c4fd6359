// Runs every scenario against Node's server and against ours and compares the transcripts.
//   node run.mjs [--only TEXT] [--reference-only] [--jobs N] [--print] [--list]
// SIO_TWIN is the command of our server. --reference-only compares the reference with itself: the scenarios
// must be repeatable before they can judge anybody.
import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { differences } from "./differences.mjs";
import { runFile } from "./lib/runner.mjs";
import { Reporter } from "./lib/reporter.mjs";
import { ours, REFERENCE } from "./lib/server.mjs";

const directory = path.join(path.dirname(fileURLToPath(import.meta.url)), "scenarios");

function parse(args) {
  const options = { only: [], jobs: Math.max(2, cpus().length) };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--only") options.only.push(args[++i]);
    else if (args[i] === "--jobs") options.jobs = Number(args[++i]);
    else options[args[i].replace(/^--/, "")] = true;
  }
  return options;
}

async function loadTasks(chosenOptions) {
  const tasks = [];
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".mjs")).sort()) {
    const module = await import(pathToFileURL(path.join(directory, file)));
    const name = path.basename(file, ".mjs");
    for (const transport of module.transports ?? ["polling", "websocket", "upgrade"]) {
      const cases = module.cases ?? [{ name: module.name ?? name, run: module.default }];
      const chosen = cases
        .map((one) => ({ ...one, title: titleOf(name, one, transport) }))
        .filter(({ title }) => chosenOptions.only.length === 0 || chosenOptions.only.some((text) => title.includes(text)));
      for (const [options, group] of byOptions(chosen, module.servers ?? [])) {
        tasks.push({ name, transport, options, module, cases: group });
      }
    }
  }
  return tasks;
}

// Cases may ask for options of their own; those with the same share a server.
function byOptions(cases, common) {
  const groups = new Map();
  for (const one of cases) {
    const key = JSON.stringify([...common, ...(one.options ?? [])]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].map(([key, group]) => [JSON.parse(key), group]);
}

function titleOf(file, one, transport) {
  const suffix = transport === "raw" ? "" : ` (${transport})`;
  return `${file}: ${one.name}${suffix}`;
}

async function main() {
  const options = parse(process.argv.slice(2));
  const tasks = await loadTasks(options);
  if (options.list) {
    for (const task of tasks) for (const { title } of task.cases) console.log(title);
    return 0;
  }
  const kinds = options["reference-only"] ? [REFERENCE, REFERENCE] : [REFERENCE, ours()];
  const allowed = options["reference-only"] ? [] : differences;
  const reporter = new Reporter({ allowed, print: options.print });
  const queue = [...tasks];
  const worker = async () => {
    for (let task = queue.shift(); task; task = queue.shift()) await runFile(task, kinds, reporter);
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  if (options.only.length === 0) reporter.checkStale(tasks);
  return reporter.finish();
}

process.exit(await main());
