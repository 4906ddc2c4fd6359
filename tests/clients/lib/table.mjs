// docs/clients.md: the matrix as a table, written from a run and checked by later ones, as far as their clients go.
import { TRANSPORTS } from "./clients.mjs";
import { judge } from "./lane.mjs";
import { SCENARIOS } from "./scenarios.mjs";

const ABILITIES = {
  "answer at once": "connect with auth",
  answer: "ack both ways",
  "ack timeout": "ack timeout",
  "nested bytes": "binary both ways",
  "any bytes": "binary both ways",
  "binary ack": "binary both ways",
  "refusal message": "middleware refusal",
  "refusal with data": "middleware refusal",
  "refusal data": "middleware refusal",
  "polling in Unicode": "room of all generations",
  "ping timeout": "ping timeout",
};

// What is said of a cell below the table: why it isn't there, or what of it isn't tried.
function remark(row, scenario, transport, { verdict, detail }) {
  if (verdict === "n/a") return detail;
  const nodeFails = row.nodeFails[`${scenario.name}/${transport}`];
  if (nodeFails) return nodeFails;
  const lacking = Object.keys(row.lacks).filter((ability) => ABILITIES[ability] === scenario.name);
  return [...new Set(lacking.map((ability) => row.lacks[ability]))].join("; ");
}

const MARKS = { passed: "✓", "n/a": "n/a", failed: "✗" };

// Notes are numbered by client, so that what is said of one doesn't depend on which others were there.
function clientLines(row, cells) {
  const notes = [];
  const cell = (scenario, transport) => {
    const found = cells.get(`${scenario.name}/${transport}`);
    if (!found) return "?";
    const judged = judge(found);
    const text = remark(row, scenario, transport, judged);
    if (!text) return MARKS[judged.verdict];
    if (!notes.includes(text)) notes.push(text);
    return `${MARKS[judged.verdict]} (${notes.indexOf(text) + 1})`;
  };
  const lines = TRANSPORTS.map((transport) => `| ${[row.title, transport, ...SCENARIOS.map((each) => cell(each, transport))].join(" | ")} |`);
  return { lines, notes: notes.map((note, at) => `- ${row.title} (${at + 1}): ${note}`) };
}

const HEAD = [`| client | transport | ${SCENARIOS.map(({ name }) => name).join(" | ")} |`, `|---|---|${"---|".repeat(SCENARIOS.length)}`];

// results: [{ row, cells }] of the clients that ran; { lines, notes } of each, by title.
export function tableOf(results) {
  return new Map(results.map(({ row, cells }) => [row.title, clientLines(row, cells)]));
}

export function printed(table) {
  const parts = [...table.values()];
  return [...HEAD, ...parts.flatMap(({ lines }) => lines), "", ...parts.flatMap(({ notes }) => notes)];
}

const BEGIN = "<!-- written by tests/clients/run.mjs --write-table -->";
const END = "<!-- end of what is written -->";

// The document with the clients of a run anew, and the others as they were.
export function withTable(document, table, titles) {
  const old = document.split("\n");
  const whole = new Map(
    titles.map((title) => {
      const kept = { lines: old.filter((line) => line.startsWith(`| ${title} |`)), notes: old.filter((line) => line.startsWith(`- ${title} (`)) };
      return [title, table.get(title) ?? kept];
    }),
  );
  const before = document.slice(0, document.indexOf(BEGIN) + BEGIN.length);
  return `${before}\n\n${printed(whole).join("\n")}\n\n${document.slice(document.indexOf(END))}`;
}

// The lines that a run's table has and the document has not.
export function missingFrom(document, table) {
  const there = new Set(document.split("\n"));
  return printed(table).filter((line) => !there.has(line));
}
