// docs/parity.md checked: each row names tests that exist or lines of docs/differences.md that exist, and every row of the list of
// the reference's features (a page beside the repository, where there is one) has a row of its name there.
//   node parity.mjs      says what it finds; run.mjs counts it among its tests
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const tests = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const root = path.dirname(tests);
const page = path.join(root, "docs/parity.md");
const features = path.resolve(root, "../shared/upstream-features.md");

// The cells of a table's line, or null.
function cellsOf(line) {
  if (!line.startsWith("|")) return null;
  return line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim());
}

const plain = (text) => text.replace(/[`*]|\\(?=\|)/g, "").replace(/\s+/g, " ").trim();

// The rows of all tables below headings "## N. Title", heads and rules left out: { section, cells }. A numbered list counts too.
export function rowsOf(text) {
  const rows = [];
  let section = 0;
  let head = true;
  for (const line of text.split("\n")) {
    section = Number(/^## (\d+)\. /.exec(line)?.[1] ?? (line.startsWith("## ") ? 0 : section));
    const step = /^(\d+)\. (.*)/.exec(line);
    const cells = step ? [`step ${step[1]}`, step[2]] : cellsOf(line);
    if (!cells) head = true;
    else if (step || !head) {
      if (section && !/^-+$/.test(cells[0])) rows.push({ section, cells });
    } else head = false;
  }
  return rows;
}

const read = (...parts) => readFileSync(path.join(root, ...parts), "utf8");
const filesIn = (folder, ending) => readdirSync(path.join(tests, folder)).filter((name) => name.endsWith(ending));
const matches = (text, pattern, name) => [...text.matchAll(pattern)].map((match) => name(match[1]));

export function differenceRows() {
  const lines = read("docs/differences.md").split("\n");
  return lines.map(cellsOf).filter(Boolean).map(([first]) => `differences/${plain(first)}`);
}

function unitTests() {
  return filesIn("unit", ".c").flatMap((file) =>
    matches(read("tests/unit", file), /^START_TEST\((\w+)\)/gm, (name) => `unit/${file.slice(0, -2)}: ${name}`),
  );
}

async function wireCases() {
  const lists = filesIn("wire/cases", ".mjs").map(async (file) => {
    const { cases } = await import(pathToFileURL(path.join(tests, "wire/cases", file)));
    return cases.map(({ name }) => `wire/${file.slice(0, -4)}: ${name}`);
  });
  return (await Promise.all(lists)).flat();
}

async function clusterTests() {
  const lists = ["operations", "recovery", "faults"].map((file) => import(pathToFileURL(path.join(tests, "cluster", `${file}.mjs`))));
  const { operations, recoveries, faults } = Object.assign({}, ...(await Promise.all(lists)));
  return [...operations, ...recoveries, ...faults].map(({ name }) => `cluster/${name}`);
}

// Stages of scripts/stages.sh, for rows that a whole stage shows.
const stages = () => matches(read("scripts/stages.sh"), /^stage_([\w-]+)\(\)/gm, (name) => `stage/${name}`);

async function everythingThereIs(scenarios) {
  const interop = scenarios.map((title) => `interop/${title.replace(/ \([a-z]+\)$/, "")}`);
  return new Set([...interop, ...(await wireCases()), ...(await clusterTests()), ...unitTests(), ...differenceRows(), ...stages()]);
}

// What a row names: `interop/acks: from the server`, `differences/cookie`; a star at the end for several.
const evidenceOf = (cell) => matches(cell, /`((?:interop|wire|cluster|unit|differences|stage)\/[^`]+)`/g, (name) => name);

function exists(name, there) {
  if (!name.endsWith("*")) return there.has(plain(name));
  return [...there].some((each) => each.startsWith(plain(name)));
}

function complaintAbout({ cells }, there) {
  if (cells.length !== 3) return `has ${cells.length} cells, not 3`;
  const evidence = evidenceOf(cells[2]);
  if (evidence.length === 0) return "names no test and no difference";
  const missing = evidence.filter((name) => !exists(name, there));
  return missing.length ? `names what doesn't exist: ${missing.join(", ")}` : null;
}

const keyOf = ({ section, cells }) => `${section} ${plain(cells[0])}`;

// Covered by a row of its name, or by one for each name in it: "`id`, `data`".
function covered(row, keys) {
  if (keys.has(keyOf(row))) return true;
  const names = matches(row.cells[0], /`([^`]+)`/g, (name) => keyOf({ section: row.section, cells: [name] }));
  return names.length > 0 && names.every((name) => keys.has(name));
}

// Rows without a name belong to the one before.
function uncovered(rows) {
  const list = readFileSync(features, "utf8");
  const keys = new Set(rows.map(keyOf));
  const sections = matches(list, /^## (\d+)\. /gm, Number).filter((number) => !rows.some(({ section }) => section === number));
  return [
    ...sections.map((number) => `nothing for section ${number}`),
    ...rowsOf(list)
      .filter((row) => plain(row.cells[0]) !== "" && !covered(row, keys))
      .map((row) => `no row for "${keyOf(row)}"`),
  ];
}

// One finding for each row: its title, and what is wrong with it or null, or why nothing can be said.
export async function parity(scenarios) {
  const there = await everythingThereIs(scenarios);
  const rows = rowsOf(readFileSync(page, "utf8"));
  const checked = rows.map((row) => ({ title: keyOf(row), complaint: complaintAbout(row, there) }));
  const seen = new Set();
  for (const each of checked) {
    if (seen.has(each.title)) each.complaint ??= "stands twice";
    seen.add(each.title);
  }
  const whole = { title: "every row of the list" };
  if (existsSync(features)) whole.complaint = uncovered(rows).join("\n") || null;
  else whole.skip = "the list isn't here";
  return [...checked, whole];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { titles } = await import("./scenarios.mjs");
  const findings = await parity(await titles());
  for (const { title, complaint } of findings.filter(({ complaint: found }) => found)) console.log(`${title}: ${complaint}`);
  console.log(`${findings.length} rows`);
  process.exit(findings.every(({ complaint }) => !complaint) ? 0 : 1);
}
