// What answers say about the connection they came over, and whether it goes on.
import { HttpConnection, requestBytes } from "../../wire/lib/rawhttp.mjs";

export const transports = ["raw"];

const POLLING = "/socket.io/?EIO=4&transport=polling";

async function exchange(t, label, bytes, options) {
  const connection = await HttpConnection.open(t.target);
  t.raws.push({ destroy: () => connection.close() });
  connection.write(bytes);
  const response = await connection.response(options);
  t.closeLater(POLLING, response);
  const said = response.headers.filter(([name]) => name === "connection" || name === "keep-alive");
  t.log(`${label}: ${response.status} ${JSON.stringify(said)}`);
  return connection;
}

const get = (path, headers) => requestBytes({ path, headers });

async function goesOn(t, connection) {
  connection.write(get("/socket.io/?EIO=4"));
  t.log(`then ${(await connection.response()).status}`);
}

export const cases = [
  {
    name: "handshakes, polls, refusals",
    async run(t) {
      const session = await t.polling("raw");
      await goesOn(t, await exchange(t, "handshake", get(POLLING)));
      await goesOn(t, await exchange(t, "POST", requestBytes({ method: "POST", path: session.url, body: "40" })));
      await goesOn(t, await exchange(t, "GET", get(session.url)));
      await goesOn(t, await exchange(t, "refusal", get("/socket.io/?EIO=4")));
      await goesOn(t, await exchange(t, "elsewhere", get("/elsewhere")));
    },
  },
  {
    name: "asked to close",
    async run(t) {
      for (const [label, path] of [["handshake", POLLING], ["refusal", "/socket.io/?EIO=4"], ["elsewhere", "/elsewhere"]]) {
        const connection = await exchange(t, label, get(path, { Connection: "close" }));
        t.log(`then ${(await connection.readToEnd()).length} bytes`);
      }
    },
  },
  {
    name: "HTTP/1.0",
    async run(t) {
      const connection = await exchange(t, "plain", `GET ${POLLING} HTTP/1.0\r\n\r\n`);
      t.log(`then ${(await connection.readToEnd()).length} bytes`);
      const kept = await exchange(t, "keep-alive", `GET ${POLLING} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
      t.log(`open: ${!kept.ended}`);
    },
  },
];
