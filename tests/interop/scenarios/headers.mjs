// Cookies and headers set by hooks, on each kind of answer.
export const transports = ["raw"];

async function answers(t) {
  const session = await t.polling("raw");
  await session.sayPost("40", "POST");
  await session.sayGet();
  await session.sayPost("x", "octet-stream", { headers: { "Content-Type": "application/octet-stream" } });
  await t.http("error", { path: "/socket.io/?EIO=4" });
  const ws = await t.ws("ws");
  t.log(`ws ${headersOf(ws)}`);
  const other = await t.polling("other");
  const upgrade = await t.ws("upgrade", { query: `EIO=4&transport=websocket&sid=${other.sid}` });
  t.log(`upgrade ${headersOf(upgrade)}`);
  upgrade.send("5");
}

const LEFT_OUT = new Set(["connection", "upgrade", "sec-websocket-accept"]);

function headersOf({ ws }) {
  const shown = ws.response.headers.filter(([key]) => !LEFT_OUT.has(key));
  return `${ws.response.status} ${shown.map(([key, value]) => `${key}: ${value}`).join(" | ")}`;
}

export const cases = [
  { name: "plain", run: answers },
  { name: "hooks", options: ["--hooks"], run: answers },
  { name: "cookie", options: ["--cookie", "io"], run: answers },
  {
    name: "cookie with attributes, and hooks",
    options: ["--hooks", "--cookie", "sid", "--cookie-path", "/app", "--cookie-max-age", "60", "--cookie-same-site", "strict"],
    run: answers,
  },
  { name: "cookie with all attributes", options: ["--cookie", "a", "--cookie-all"], run: answers },
  {
    name: "one name several times",
    options: ["--hooks"],
    async run(t) {
      const session = await t.polling("raw", { query: "EIO=4&transport=polling&many=1" });
      await session.sayPost("40");
      await session.sayGet();
    },
  },
  {
    name: "subprotocols: the first offered is taken",
    async run(t) {
      for (const offered of ["chat", "one, two", "two,one", 'a, "b"', ""]) {
        const ws = await t.ws("ws", { headers: { "Sec-WebSocket-Protocol": offered } });
        if (ws.ws.open) t.log(`${JSON.stringify(offered)}: ${headersOf(ws)}`);
      }
    },
  },
  {
    name: "compression offered: not taken",
    async run(t) {
      const ws = await t.ws("ws", { headers: { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" } });
      t.log(headersOf(ws));
      await ws.join();
      ws.send(`42["echo","${"x".repeat(2000)}"]`);
      await ws.recv();
    },
  },
];
