// The client's files below the path, as serveClient serves them.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { request } from "../../wire/lib/rawhttp.mjs";

export const transports = ["raw"];

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), "../node_modules/socket.io/client-dist");
export const servers = ["--client-dir", folder];

const decode = { br: brotliDecompressSync, gzip: gunzipSync, deflate: inflateSync };

const get = (name, headers) => ({ path: `/socket.io/${name}`, headers });

async function files(t) {
  for (const name of [
    "socket.io.js",
    "socket.io.min.js",
    "socket.io.esm.min.js",
    "socket.io.msgpack.min.js",
    "socket.io.js.map",
    "socket.io.min.js.map",
    "socket.io.js?a=b",
  ]) {
    await t.http(name, get(name));
  }
}

export const cases = [
  { name: "files", run: files },
  { name: "with CORS", options: ["--cors-origin", "https://one.example"], run: files },
  {
    name: "encodings",
    async run(t) {
      const whole = (await request(t.target, get("socket.io.min.js"))).body;
      for (const accept of ["gzip", "deflate", "br", "gzip, br", "br;q=0.1, gzip", "*", "identity", "gzip;q=0", "x, deflate;q=0.5", "GZIP"]) {
        const { headers, body } = await request(t.target, get("socket.io.min.js", { "Accept-Encoding": accept }));
        const coding = headers.find(([name]) => name === "content-encoding")?.[1];
        const plain = coding ? decode[coding](body) : body;
        t.log(`${accept}: ${coding} ${plain.equals(whole)}`);
      }
    },
  },
  {
    name: "preflight",
    options: ["--cors-origin", "https://one.example"],
    run: (t) => t.http("OPTIONS", { method: "OPTIONS", ...get("socket.io.js", { Origin: "https://one.example" }) }),
  },
  {
    name: "not modified",
    async run(t) {
      const { headers } = await t.http("first", get("socket.io.js"));
      const etag = headers.find(([name]) => name === "etag")[1];
      for (const tag of [etag, `W/${etag}`, '"0.0.0"', `"0.0.0", ${etag}`, "*", etag.slice(1, -1)]) {
        const response = await t.http(`If-None-Match: ${tag}`, get("socket.io.js", { "If-None-Match": tag }));
        t.log(`${response.body.length}`);
      }
    },
  },
  {
    name: "other methods and names",
    async run(t) {
      await t.http("HEAD", { method: "HEAD", ...get("socket.io.js") });
      await t.http("POST", { method: "POST", body: "x", ...get("socket.io.js") });
      for (const name of ["socket.io.css", "../package.json", "socket.io.js/", "", "SOCKET.IO.JS", "socket.io.js%00"]) {
        await t.http(name, get(name));
      }
    },
  },
];
