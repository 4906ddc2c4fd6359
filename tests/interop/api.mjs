// docs/node-to-c.md checked against upstream's own types: each public method, property and option stands in its Node column, and where
// there is no C beside it, the row of docs/differences.md that says why exists.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allLinesOfPage } from "./lib/page.mjs";

const types = (name) => readFileSync(fileURLToPath(new URL(`node_modules/${name}`, import.meta.url)), "utf8");

// What TypeScript's declarations need not have beside it: internals, and Node's EventEmitter.
const UNSAID = new Set([
  "constructor", "parser", "encoder", "httpServer", "flags", "fns", "server", "acks", "run", "opts",
  "emitReserved", "emitUntyped", "listeners", "initAdapter",
]);

// The members of a class or interface: names at its own depth, private ones left out.
function membersOf(text, kind, name) {
  const start = text.search(new RegExp(`(${kind}) ${name}\\b`));
  if (start < 0) throw new Error(`no ${name} in upstream's types`);
  const body = text.slice(text.indexOf("{\n", start), text.indexOf("\n}", start));
  const lines = body.split("\n").filter((line) => /^ {4}[a-z]/.test(line) && !/^ {4}(private|protected|static)\b/.test(line));
  const names = lines.map((line) => /^ {4}(?:(?:readonly|get|set) )*(\w+)/.exec(line)[1]);
  return [...new Set(names)].filter((each) => !each.startsWith("_") && !UNSAID.has(each));
}

const classes = [
  ["socket.io/dist/index.d.ts", "class", "Server"],
  ["socket.io/dist/namespace.d.ts", "class", "Namespace"],
  ["socket.io/dist/socket.d.ts", "class", "Socket"],
  ["socket.io/dist/broadcast-operator.d.ts", "class", "BroadcastOperator"],
  ["socket.io/dist/broadcast-operator.d.ts", "class", "RemoteSocket"],
];
const options = [
  ["socket.io/dist/index.d.ts", "interface", "ServerOptions"],
  ["engine.io/build/server.d.ts", "interface", "ServerOptions"],
];

function missing(list, stands) {
  return list.flatMap(([file, kind, name]) =>
    membersOf(types(file), kind, name).filter((member) => !stands(member)).map((member) => `${name}: ${member}`),
  );
}

// Findings as of parity.mjs; `differences` are the rows there are.
export function pageFindings(differences) {
  const lines = allLinesOfPage();
  const text = lines.map(({ node }) => node).join("\n");
  const withoutC = lines.filter(({ none }) => none !== undefined);
  const stray = withoutC.filter(({ none }) => !differences.has(/`(differences\/[^`]+)`/.exec(none)?.[1]));
  const said = (list, stands) => missing(list, stands).join("\n") || null;
  return [
    { title: "upstream's methods and properties", complaint: said(classes, (member) => new RegExp(`\\.${member}\\b`).test(text)) },
    { title: "upstream's options", complaint: said(options, (member) => new RegExp(`\\b${member}:`).test(text)) },
    { title: "lines without C", complaint: stray.map(({ node }) => node).join("\n") || null },
  ];
}
