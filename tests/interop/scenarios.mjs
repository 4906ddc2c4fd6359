// The scenarios there are: files of scenarios/, each with its cases, its transports and the options its servers need.
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const directory = path.join(path.dirname(fileURLToPath(import.meta.url)), "scenarios");

export async function loadTasks(only = []) {
  const tasks = [];
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".mjs")).sort()) {
    const module = await import(pathToFileURL(path.join(directory, file)));
    const name = path.basename(file, ".mjs");
    for (const transport of module.transports ?? ["polling", "websocket", "upgrade"]) {
      const cases = module.cases ?? [{ name: module.name ?? name, run: module.default }];
      const chosen = cases
        .map((one) => ({ ...one, title: titleOf(name, one, transport) }))
        .filter(({ title }) => only.length === 0 || only.some((text) => title.includes(text)));
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

export const titlesOf = (tasks) => tasks.flatMap(({ cases }) => cases.map(({ title }) => title));

export const titles = async () => titlesOf(await loadTasks());
