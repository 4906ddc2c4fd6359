// Connection state recovery, packet by packet.
import { back, hideOffsets, offsetOf, open } from "../lib/recovering.mjs";

export const transports = ["raw"];
export const servers = ["--recovery", "0"];

async function lose(t, raw) {
  raw.ws.destroy();
  await t.observer.report("disconnect");
}

async function received(t) {
  hideOffsets(t);
  const alice = await open(t, "alice");
  alice.ws.text('42["echo",1]');
  alice.offset = await offsetOf(alice);
  await lose(t, alice);
  return alice;
}

// Every way to ask for a session that isn't there, or not from there.
const refused = [
  ["an unknown private id", { pid: "AAAAAAAAAAAAAAAAAAAA" }],
  ["the public id", (alice) => ({ pid: alice.sid })],
  ["a private id that is a number", { pid: 1 }],
  ["a private id that is null", { pid: null }],
  ["no private id", { pid: undefined }],
  ["an offset that is a number", { offset: 1 }],
  ["an offset that is an object", { offset: {} }],
  ["an offset of another form", { offset: "not an offset" }],
  ["an empty offset", { offset: "" }],
  ["an offset of dots", { offset: "..." }],
  ["an offset with a dot only", (alice) => ({ offset: `${alice.offset.split(".")[0]}.` })],
  ["an offset from the future", { offset: "zzzzzzz" }],
  ["an offset without end", { offset: "Q".repeat(5000) }],
];

export const cases = [
  {
    name: "offsets: which packets have one",
    async run(t) {
      hideOffsets(t);
      const alice = await open(t, "alice");
      for (const event of ['"echo"', '"echo",1', '"bytes",3', '"nested bytes"', '"ask",1', '"rooms"', '"volatile burst",1']) {
        alice.ws.text(`42[${event}]`);
        await alice.fence();
      }
      alice.ws.text('421["rooms"]');
      await alice.fence();
    },
  },
  {
    name: "offsets differ",
    async run(t) {
      hideOffsets(t);
      const alice = await open(t, "alice");
      alice.ws.text('42["burst",50]');
      const offsets = new Set();
      for (let i = 0; i < 50; i++) offsets.add(await offsetOf(alice));
      t.log(`${offsets.size} offsets`);
    },
  },
  {
    name: "missed packets come before CONNECT",
    async run(t) {
      const alice = await received(t);
      for (const event of ["one", "two"]) t.observer.emit("broadcast", "/", event, 1);
      await t.observer.fence();
      const again = await open(t, "alice", back(alice, {}));
      t.log(`same session: ${again.sid === alice.sid && again.pid === alice.pid}`);
      await again.fence();
    },
  },
  {
    name: "what the program sees of the handshake",
    async run(t) {
      const alice = await received(t);
      t.transcript.mask(alice.offset, "<offset>");
      const again = await open(t, "alice", { ...back(alice, {}), token: 1 });
      again.ws.text('421["handshake"]');
      await again.recv();
    },
  },
  ...refused.map(([name, changes]) => ({
    name,
    async run(t) {
      const alice = await received(t);
      const changed = typeof changes === "function" ? changes(alice) : changes;
      const again = await open(t, "other", back(alice, changed));
      t.log(`same id: ${again.sid === alice.sid}, same private id: ${again.pid === alice.pid}`);
      await again.fence();
    },
  })),
];
