// The conformance program on Node's packages: lets tests/wire be checked against the reference.
//   SIO_CONFORMANCE="node tests/interop/conformance_reference.mjs" node tests/wire/run.mjs
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { Server } from "socket.io";
import { parseOptions, serverOptions } from "./lib/options.mjs";

const args = process.argv.slice(2);
const engineOnly = args.includes("--engine-only");
const flags = parseOptions(args.filter((arg) => arg !== "--engine-only"));
const options = serverOptions(flags);
const http = createServer((_req, res) => res.writeHead(404).end());

if (engineOnly) {
  const { attach } = createRequire(createRequire(import.meta.url).resolve("socket.io"))("engine.io");
  attach(http, options).on("connection", (socket) => socket.on("data", (data) => socket.send(data)));
} else {
  const io = new Server(http, options);
  io.on("connection", (socket) => {
    socket.emit("auth", socket.handshake.auth);
    socket.on("message", (...all) => socket.emit("message-back", ...all));
    socket.on("message-with-ack", (...all) => all.pop()(...all));
  });
  io.of("/custom").on("connection", (socket) => socket.emit("auth", socket.handshake.auth));
}

http.listen(Number(flags.port), flags.host, () => console.log(`listening on ${http.address().port}`));
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
