// The scenario application on Node's socket.io: what twin.c is compared with.
//   node reference.mjs --port 0      prints "listening on PORT"
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Server } from "socket.io";
import { adapterOf } from "./lib/adapters.mjs";
import { installApplication } from "./lib/application.mjs";
import { parseOptions, serverOptions } from "./lib/options.mjs";

const flags = parseOptions(process.argv.slice(2));
const notFound = (_req, res) => res.writeHead(404).end();
const http = flags["tls-cert"]
  ? createTlsServer({ cert: readFileSync(flags["tls-cert"]), key: readFileSync(flags["tls-key"]) }, notFound)
  : createServer(notFound);
const io = new Server(http, serverOptions(flags));
if (flags.adapter) io.adapter(await adapterOf(flags));
installApplication(io, { hooks: flags.hooks, engine: flags.engine });

const address = flags.unix ? { path: flags.unix } : { port: Number(flags.port), host: flags.host };
http.listen(address, () => {
  console.log(`listening on ${flags.unix || http.address().port}`);
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
