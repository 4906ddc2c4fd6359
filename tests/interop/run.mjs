// Runs every scenario against Node's server and against ours and compares the transcripts.
//   node run.mjs [--only TEXT] [--reference-only] [--jobs N] [--print] [--list]
// SIO_TWIN is the command of our server. --reference-only compares the reference with itself: the scenarios
// must be repeatable before they can judge anybody.
import { cpus } from "node:os";
import { pageFindings } from "./api.mjs";
import { differences } from "./differences.mjs";
import { runFile } from "./lib/runner.mjs";
import { Reporter } from "./lib/reporter.mjs";
import { ours, REFERENCE } from "./lib/server.mjs";
import { differenceRows, parity } from "./parity.mjs";
import { loadTasks, titlesOf } from "./scenarios.mjs";

function parse(args) {
  const options = { only: [], jobs: Math.max(2, cpus().length) };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--only") options.only.push(args[++i]);
    else if (args[i] === "--jobs") options.jobs = Number(args[++i]);
    else options[args[i].replace(/^--/, "")] = true;
  }
  return options;
}

async function main() {
  const options = parse(process.argv.slice(2));
  const tasks = await loadTasks(options.only);
  if (options.list) {
    for (const title of titlesOf(tasks)) console.log(title);
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
  if (options.only.length === 0) {
    reporter.checkStale(tasks);
    reporter.verdicts("docs/parity.md", await parity(titlesOf(tasks)));
    reporter.verdicts("docs/node-to-c.md", pageFindings(new Set(differenceRows())));
  }
  return reporter.finish();
}

process.exit(await main());
