// Raw bytes against our server alone: what a hostile or broken client sends, and what must come of it.
//   node run.mjs [--only TEXT]
// SIO_CONFORMANCE is the command of the server (default: the built examples/conformance/conformance); with SIO_VHOST it is one in a
// libwebsockets vhost.
// After every case the server must still serve; at the end it must leave with status 0 when told to.
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Conformance } from "./lib/conformance.mjs";
import { Wire } from "./lib/wire.mjs";
import { within } from "./lib/wait.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const counts = { passed: 0, failed: 0, skipped: 0 };

function report(title, trouble) {
  counts[trouble ? "failed" : "passed"]++;
  const number = counts.passed + counts.failed + counts.skipped;
  console.log(`${trouble ? "not ok" : "ok"} ${number} - ${title}`);
  if (trouble) console.log(trouble.trimEnd().replace(/^/gm, "#   "));
}

function skip(title, reason) {
  counts.skipped++;
  console.log(`ok ${counts.passed + counts.failed + counts.skipped} - ${title} # SKIP ${reason}`);
}

async function runCase(server, one) {
  const wire = new Wire(server);
  try {
    await within(one.run(wire), "the case to end", 30000);
    await wire.alive();
    return null;
  } catch (error) {
    return `${error.stack}\n${server.stderr}`;
  } finally {
    wire.cleanUp();
  }
}

// Cases with the same options share a server; one that breaks it gets the next a new one.
async function runGroup({ options, cases }) {
  let server = await new Conformance(options).start();
  for (const { title, ...one } of cases) {
    if (one.beyondReference && server.isReference) {
      skip(title, "Node's server does not survive it");
      continue;
    }
    if (one.notInVhosts && process.env.SIO_VHOST) {
      skip(title, "libwebsockets answers it in its own way");
      continue;
    }
    const trouble = await runCase(server, one);
    report(title, trouble);
    if (trouble) {
      await server.stop();
      server = await new Conformance(options).start();
    }
  }
  const complaint = await server.stop();
  if (complaint) report(`the server with ${options.join(" ") || "no options"} leaves cleanly`, complaint);
}

async function load(only) {
  const groups = new Map();
  const directory = path.join(here, "cases");
  for (const file of readdirSync(directory).sort()) {
    const { cases } = await import(pathToFileURL(path.join(directory, file)));
    for (const one of cases) {
      const title = `${path.basename(file, ".mjs")}: ${one.name}`;
      if (only && !title.includes(only)) continue;
      const options = one.options ?? [];
      const key = options.join(" ");
      if (!groups.has(key)) groups.set(key, { options, cases: [] });
      groups.get(key).cases.push({ ...one, title });
    }
  }
  return groups.values();
}

const only = process.argv[2] === "--only" ? process.argv[3] : undefined;
for (const group of await load(only)) {
  try {
    await runGroup(group);
  } catch (error) {
    report(`the server with ${group.options.join(" ") || "no options"} starts`, error.stack);
  }
}
console.log(`1..${counts.passed + counts.failed + counts.skipped}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
