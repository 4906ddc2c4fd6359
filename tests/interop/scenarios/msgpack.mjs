// The MessagePack parser on both sides: what the other scenarios do with stock clients, and what only this parser can.
import { differences } from "../differences.mjs";
import { cases as acks } from "./acks.mjs";
import { cases as binary } from "./binary.mjs";
import { cases as connect } from "./connect.mjs";
import { cases as dynamic } from "./dynamic.mjs";
import { cases as echo } from "./echo.mjs";
import { cases as listeners } from "./listeners.mjs";
import { cases as middlewares } from "./middlewares.mjs";
import { cases as namespaces } from "./namespaces.mjs";
import { cases as reasons } from "./reasons.mjs";
import { cases as rooms } from "./rooms.mjs";

export const servers = ["--parser", "msgpack"];

// Those that write packets by hand write the default parser's; the client's encoder is recursive; and where servers
// differ with the default parser already, they do so here.
const UNFIT = /\.ws\(|\.polling\(|engine\.write|deep/;

const differs = (file, name) => differences.some((each) => each.scenario === file && each.case === name);
const fits = (file, { name, run, options }) => !options && !UNFIT.test(name + run) && !differs(file, name);
const files = { acks, binary, connect, dynamic, echo, listeners, middlewares, namespaces, reasons, rooms };
const shared = Object.entries(files).flatMap(([file, cases]) =>
  cases.filter((one) => fits(file, one)).map((one) => ({ ...one, name: `${file}, ${one.name}` })),
);

const bytes = (length) => Buffer.from(Array.from({ length }, (_, i) => i & 255));

async function echoes(t, ...lists) {
  const alice = await t.connect("alice");
  for (const list of lists) {
    alice.emit("echo", ...list);
    await alice.recv();
  }
}

const numbers = [
  [0, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, Number.MAX_SAFE_INTEGER],
  [-1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, Number.MIN_SAFE_INTEGER],
  [0.5, -0.5, 1e-7, 1e300, 5e-324, Math.PI, 2 ** 53, -(2 ** 53), 2 ** 60, -(2 ** 62)],
];

export const cases = [
  ...shared,
  { name: "numbers of every size", run: (t) => echoes(t, ...numbers) },
  {
    name: "texts of every size",
    run: (t) => echoes(t, ...[0, 31, 32, 255, 256, 65535, 65536].map((length) => ["x".repeat(length), "é😀\u0000\""])),
  },
  {
    name: "arrays and objects of every size",
    run: (t) =>
      echoes(t, ...[0, 15, 16, 65535, 65536].map((length) => [Array.from({ length }, (_, i) => i % 7)]), [
        Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key ${i}`, { i }])),
      ]),
  },
  { name: "more attachments than the default parser takes", run: (t) => echoes(t, Array.from({ length: 23 }, (_, i) => bytes(i))) },
  { name: "large attachments", run: (t) => echoes(t, [bytes(255), bytes(256)], [bytes(65535), bytes(65536)]) },
  {
    name: "a look-alike of a placeholder beside a real attachment",
    run: (t) => echoes(t, [{ _placeholder: true, num: 0 }], [{ a: { _placeholder: true } }, "x"]),
  },
  {
    name: "an empty auth, a nested one",
    async run(t) {
      await t.connect("alice", { namespace: "/greeting" }).then((peer) => peer.recv());
      const auth = { token: "abc", list: [1, null, { a: 0.5 }], bytes: [] };
      await t.connect("bob", { namespace: "/greeting", auth }).then((peer) => peer.recv());
    },
  },
  {
    name: "an unknown namespace",
    run: (t) => t.connect("alice", { namespace: "/nowhere" }),
  },
];
