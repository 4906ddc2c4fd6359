// Cross-origin headers: on answers, on errors, on preflights, on WebSocket handshakes.
export const transports = ["raw"];

const POLLING = "/socket.io/?EIO=4&transport=polling";
const ORIGIN = "https://one.example";

const preflight = {
  method: "OPTIONS",
  path: POLLING,
  headers: {
    Origin: ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "X-One, content-type",
  },
};

async function all(t) {
  await t.http("handshake", { path: POLLING, headers: { Origin: ORIGIN } });
  await t.http("handshake from elsewhere", { path: POLLING, headers: { Origin: "https://elsewhere.example" } });
  await t.http("handshake without Origin", { path: POLLING });
  await t.http("handshake from null", { path: POLLING, headers: { Origin: "null" } });
  await t.http("preflight", preflight);
  await t.http("preflight asking for nothing", { ...preflight, headers: { Origin: ORIGIN } });
  await t.http("preflight without Origin", { ...preflight, headers: {} });
  await t.http("preflight from elsewhere", { ...preflight, headers: { ...preflight.headers, Origin: "https://elsewhere.example" } });
  await t.http("preflight of nonsense", { ...preflight, path: "/socket.io/" });
  await t.http("preflight outside the path", { ...preflight, path: "/" });
  await t.http("error", { path: "/socket.io/?EIO=4", headers: { Origin: ORIGIN } });
  await t.http("unknown sid", { path: `${POLLING}&sid=abc`, headers: { Origin: ORIGIN } });
  await t.http("refused", { path: `${POLLING}&refuse=no`, headers: { Origin: ORIGIN } });
  await t.http("outside the path", { path: "/", headers: { Origin: ORIGIN } });
  const session = await t.polling("raw", { headers: { Origin: ORIGIN } });
  await session.sayPost("40", "POST", { headers: { Origin: ORIGIN } });
  await session.sayGet("GET", { headers: { Origin: ORIGIN } });
  await t.http("PUT", { method: "PUT", path: session.url, headers: { Origin: ORIGIN }, body: "" });
  await session.sayPost("x", "octet-stream", { headers: { Origin: ORIGIN, "Content-Type": "application/octet-stream" } });
  const ws = await t.ws("ws", { headers: { Origin: ORIGIN } });
  t.log(describeHandshake(ws));
  await ws.recv();
  const elsewhere = await t.ws("ws from elsewhere", { headers: { Origin: "https://elsewhere.example" } });
  t.log(describeHandshake(elsewhere));
  await t.ws("ws refused", { query: "EIO=4&transport=websocket&refuse=no", headers: { Origin: ORIGIN } });
}

const LEFT_OUT = new Set(["connection", "upgrade", "sec-websocket-accept"]);

function describeHandshake({ name, ws }) {
  const headers = ws.response.headers.filter(([key]) => !LEFT_OUT.has(key)).map(([key, value]) => `${key}: ${value}`);
  return `${name} ${ws.response.status} ${headers.join(" | ")}`;
}

const variants = [
  ["off", []],
  ["any", ["--cors-origin", "*"]],
  ["one string", ["--cors-origin", ORIGIN]],
  ["a list", ["--cors-origin", `${ORIGIN},https://two.example`]],
  ["a list of one", ["--cors-origin", `${ORIGIN},`]],
  ["a pattern", ["--cors-origin", "/^https://o.*e[.]example$/"]],
  ["a pattern that doesn't match", ["--cors-origin", "/^http://one/"]],
  ["texts and patterns", ["--cors-origin", "https://two.example,/[.]nowhere$/,/^https://(one|three)[.]/"]],
  ["a function of the origin", ["--cors-origin", "function"]],
  ["whatever comes", ["--cors-origin", "true"]],
  ["with credentials", ["--cors-origin", ORIGIN, "--cors-credentials"]],
  ["methods", ["--cors-origin", "*", "--cors-methods", "GET,POST"]],
  ["allowed headers", ["--cors-origin", "*", "--cors-allowed-headers", "x-one,x-two"]],
  ["preflights go on", ["--cors-origin", ORIGIN, "--cors-preflight-continue"]],
  ["another success status", ["--cors-origin", "*", "--cors-success-status", "200"]],
  ["no age", ["--cors-origin", ORIGIN, "--cors-max-age", "0"]],
  ["exposed headers and age", ["--cors-origin", ORIGIN, "--cors-exposed-headers", "x-a,x-b", "--cors-max-age", "600"]],
];

async function perRequest(t) {
  for (const wanted of ["none", "any", "own", "pattern", "fail"]) {
    const path = `${POLLING}&cors=${wanted}`;
    await t.http(`${wanted}: handshake`, { path, headers: { Origin: ORIGIN } });
    await t.http(`${wanted}: from elsewhere`, { path, headers: { Origin: "https://elsewhere.example" } });
    await t.http(`${wanted}: preflight`, { ...preflight, path });
    await t.http(`${wanted}: unknown sid`, { path: `${path}&sid=abc`, headers: { Origin: ORIGIN } });
    const ws = await t.ws(`${wanted}: ws`, { query: `EIO=4&transport=websocket&cors=${wanted}`, headers: { Origin: ORIGIN } });
    t.log(describeHandshake(ws));
  }
}

// Whoever decides may take their time: the body of a request waits as well.
async function decidedLater(t) {
  const session = await t.polling("raw");
  const path = `${POLLING}&cors=later`;
  const requests = {
    handshake: { path, headers: { Origin: ORIGIN } },
    preflight: { ...preflight, path },
    POST: { method: "POST", path: `${session.url}&cors=later`, headers: { Origin: ORIGIN }, body: "40" },
  };
  for (const [what, request] of Object.entries(requests)) {
    const answer = t.http(what, request);
    while ((await t.observer.ask("undecided")) === 0);
    t.observer.emit("answer cors");
    await answer;
  }
  await session.poll();
}

export const cases = [
  ...variants.map(([name, options]) => ({ name, options: [...options, "--hooks"], run: all })),
  { name: "a function of the request", options: ["--cors-function", "--hooks"], run: perRequest },
  { name: "a function that answers later", options: ["--cors-function"], run: decidedLater },
];
