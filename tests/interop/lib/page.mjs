// The lines of docs/node-to-c.md that have a C column, in the order in which tests/node_to_c.awk numbers them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const page = fileURLToPath(new URL("../../../docs/node-to-c.md", import.meta.url));

// { node, c } of every line; c is null where there is no counterpart, `none` what stands instead.
export function allLinesOfPage() {
  const rows = readFileSync(page, "utf8").split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [node, c] = row.replace(/^\| | \|$/g, "").split(/(?<!\\) (?<!\\)\| /);
    const code = (cell) => cell.replace(/`<br>`/g, "\n").replace(/`/g, "").replace(/\\\|/g, "|");
    return c.startsWith("none: ") ? { node: code(node), c: null, none: c } : { node: code(node), c: code(c) };
  });
}

// Those that can be run: the section about libsocketio-redis can't.
export const linesOfPage = () => allLinesOfPage().filter(({ c }) => c !== null && !c.includes("sio_redis_"));
