// perMessageDeflate and httpCompression: what is agreed on, and that everything arrives as it was sent.
import { createHash } from "node:crypto";
import { gunzipSync, inflateSync } from "node:zlib";
import { within } from "../../wire/lib/wait.mjs";
import WebSocket from "ws";

export const transports = ["raw"];

const digest = (data) => createHash("sha256").update(data).digest("hex").slice(0, 16);

const texts = ["", "short", "€".repeat(700), "hello ".repeat(1000), "x".repeat(200000)];

// The `ws` client compresses every message when its threshold is 0.
async function echoOver(t, perMessageDeflate) {
  const ws = new WebSocket(`${t.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate });
  const messages = [];
  let wake = () => {};
  ws.on("message", (data, isBinary) => {
    messages.push(isBinary ? `binary ${digest(data)}` : data.toString());
    wake();
  });
  t.raws.push({ destroy: () => ws.terminate() });
  const next = async () => {
    while (messages.length === 0) await within(new Promise((resolve) => (wake = resolve)), "a message");
    return messages.shift();
  };
  await within(new Promise((resolve, reject) => ws.once("open", resolve).once("error", reject)), "the connection");
  t.log(`agreed: ${JSON.stringify(ws.extensions)}`);
  await next();
  ws.send("40");
  await next();
  for (const text of texts) {
    const sent = `42["echo",${JSON.stringify(text)}]`;
    ws.send(sent);
    t.log(`${sent.length} characters: ${(await next()) === sent ? "back" : "NOT AS SENT"}`);
  }
  ws.send('451-["echo",{"_placeholder":true,"num":0}]');
  ws.send(Buffer.alloc(5000, "binary "));
  t.log(await next());
  t.log(await next());
  const closed = new Promise((resolve) => ws.once("close", resolve));
  ws.close();
  t.log(`closed: ${await within(closed, "the close")}`);
}

const offers = [
  "permessage-deflate",
  "permessage-deflate; client_max_window_bits",
  "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
  "permessage-deflate; server_max_window_bits=10",
  "permessage-deflate; server_max_window_bits=16",
  "permessage-deflate; unknown",
  "permessage-deflate; client_max_window_bits=8, permessage-deflate",
  "x-other",
  "x-other, permessage-deflate",
  "permessage-deflate;",
];

// Their order means nothing.
const parameters = (extension) => extension.split("; ").sort().join("; ");

async function agreements(t) {
  for (const offered of offers) {
    const ws = await t.ws("ws", { headers: { "Sec-WebSocket-Extensions": offered } });
    if (ws.ws.open) {
      const answer = ws.ws.response.headers.find(([key]) => key === "sec-websocket-extensions");
      t.log(`${offered} -> ${answer ? parameters(answer[1]) : "nothing"}`);
    }
  }
}

const decode = { gzip: gunzipSync, deflate: inflateSync };

async function pollWith(t, acceptEncoding, length, ...events) {
  const session = await t.polling("raw");
  await session.post("40");
  await session.get();
  await session.post((events.length ? events : ["echo"]).map((event) => `42["${event}","${"y".repeat(length)}"]`).join("\x1e"));
  const headers = acceptEncoding === undefined ? {} : { "Accept-Encoding": acceptEncoding };
  const response = await session.get({ headers });
  const coding = response.headers.find(([key]) => key === "content-encoding")?.[1];
  const body = coding ? decode[coding](response.body) : response.body;
  t.log(`${acceptEncoding}, ${length} ${events}: ${coding} ${digest(body)}`);
}

async function polls(t) {
  for (const accept of [undefined, "gzip", "deflate", "deflate, gzip", "gzip;q=0", "*", "br", "gzip;q=0.1, deflate;q=0.2", "gzip;q=", "gzip;q=a", "gzip;Q=0", "gzip;a=1;q=.2, deflate;q=.3", "gzip;q=.2, gzip;q=1, deflate;q=.5"]) {
    await pollWith(t, accept, 2000);
  }
  await pollWith(t, "gzip", 1000);
}

const deflates = ["on", "snct,cnct", "swb=10", "cwb=9", "swb=9,cwb=9,snct"];

export const cases = [
  { name: "polls", run: polls },
  {
    name: "polls, another threshold",
    options: ["--http-compression", "100"],
    async run(t) {
      for (const length of [10, 80, 90, 100, 2000]) await pollWith(t, "gzip", length);
    },
  },
  {
    name: "polls, never",
    options: ["--http-compression", "off"],
    run: (t) => pollWith(t, "gzip", 5000),
  },
  {
    name: "polls, compress(false)",
    async run(t) {
      await pollWith(t, "gzip", 2000, "compressed");
      await pollWith(t, "gzip", 2000, "compressed", "echo");
      await pollWith(t, "gzip", 2000, "echo", "compressed");
    },
  },
  { name: "nothing offered", options: ["--deflate", "on"], run: (t) => echoOver(t, false) },
  ...deflates.flatMap((deflate) => [
    { name: `agreements: ${deflate}`, options: ["--deflate", deflate], run: agreements },
    {
      name: `messages: ${deflate}`,
      options: ["--deflate", deflate],
      run: (t) => echoOver(t, { threshold: 0, clientMaxWindowBits: true }),
    },
  ]),
];
