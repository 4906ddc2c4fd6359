// allowRequest: whom it is asked about, and answers that come later.
export const transports = ["raw"];
export const servers = ["--hooks"];

const POLLING = "EIO=4&transport=polling";
const WEBSOCKET = "EIO=4&transport=websocket";

// Starts a handshake that the program holds, answers it, and shows what came of it. null: accepted.
async function answered(t, answer, begin) {
  const outcome = begin();
  await t.observer.report("handshake held");
  t.observer.emit("answer handshake", answer);
  await outcome;
  await t.observer.fence();
  await t.observer.reported("connection error");
}

const polled = (t, answer) => answered(t, answer, () => t.http("GET", { path: `${t.path}/?${POLLING}&hold=1` }));
const upgraded = (t, answer) =>
  answered(t, answer, async () => {
    const ws = await t.ws("raw", { query: `${WEBSOCKET}&hold=1` });
    if (ws.ws.open) await ws.join();
  });

export const cases = [
  {
    name: "a session is not asked about again",
    async run(t) {
      const session = await t.polling("raw");
      session.query += "&refuse=no";
      await session.join();
      const ws = await t.ws("ws", { query: `${WEBSOCKET}&sid=${session.sid}&refuse=no` });
      ws.send("2probe");
      await ws.recv();
      ws.send("5");
      await ws.fence();
    },
  },
  ...[
    ["accepted later", null],
    ["refused later", ""],
    ["refused later, with a message", "too late for that"],
  ].flatMap(([name, answer]) => [
    { name, run: (t) => polled(t, answer) },
    { name: `upgrade: ${name}`, run: (t) => upgraded(t, answer) },
  ]),
  ...[null, "no"].map((answer) => ({
    name: `gone before the answer: ${answer === null ? "accepted" : "refused"}`,
    async run(t) {
      const { HttpConnection, requestBytes } = await import("../../wire/lib/rawhttp.mjs");
      const connection = await HttpConnection.open(t.target);
      connection.write(requestBytes({ path: `${t.path}/?${POLLING}&hold=1` }));
      await t.observer.report("handshake held");
      connection.close();
      await t.observer.fence();
      await t.observer.fence();
      t.observer.emit("answer handshake", answer);
      await t.observer.fence();
      await t.http("GET", { path: `${t.path}/?${POLLING}` });
    },
  })),
];
