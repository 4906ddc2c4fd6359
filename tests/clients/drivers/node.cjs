// The JavaScript client of that name in package.json: node.cjs CLIENT [PARSER]
"use strict";
const readline = require("node:readline");
const createDriver = require("./core.cjs");

const [client, parser] = process.argv.slice(2);
const { version } = require(`${client}/package.json`);
const kind = { legacy: parseInt(version) < 3, parser: parser && require(parser) };
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const command = createDriver(require(client), kind, tell);

readline.createInterface({ input: process.stdin }).on("line", (line) => command(JSON.parse(line)));
process.stdin.on("end", () => process.exit(0));
tell({ is: "ready", version });
