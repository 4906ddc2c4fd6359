// The rows of the matrix: each published client, how its driver is started, and what it can't do, by no fault of the server.
//   legacy   speaks protocol 4 over Engine.IO 3
//   parser   which servers it needs
//   lacks    abilities that scenarios ask for (lib/scenarios.mjs), with the reason
//   cannot   whole scenarios, or one over one transport ("scenario/transport"), with the reason
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const built = process.env.SIO_CLIENTS_BUILD || path.join(folder, "../../build/clients");
const drivers = path.join(folder, "drivers");

const NO_TIMEOUTS = { "ack timeout": "the client has no timeout for acknowledgements; only the server's is tried" };
const MSGPACK = { 2: "msgpack-parser-2", 3: "msgpack-parser-3" };

function javascript(version, { parser = "default", ...more } = {}) {
  const legacy = parseInt(version) < 3;
  const module = parser === "msgpack" ? [MSGPACK[legacy ? 2 : 3]] : [];
  const title = `JavaScript ${version}${parser === "msgpack" ? ", MessagePack" : ""}`;
  const command = [process.execPath, path.join(drivers, "node.cjs"), `client-${version}`, ...module];
  const id = `js-${version}${parser === "msgpack" ? "-msgpack" : ""}`;
  return { id, title, command, legacy, parser, lacks: version === "4.8" ? {} : NO_TIMEOUTS, ...more };
}

function browser(version, bundle, { parser = "default", ...more } = {}) {
  const title = `Chromium, ${version}${parser === "msgpack" ? ", MessagePack" : ""}`;
  const command = [process.execPath, path.join(drivers, "browser.mjs"), `client-${version}`, bundle];
  const id = `chromium-${version}${parser === "msgpack" ? "-msgpack" : ""}`;
  const lacks = version === "4.8" ? {} : NO_TIMEOUTS;
  return { id, title, command, legacy: parseInt(version) < 3, parser, lacks, ...more };
}

const SHUT_DOWN = { "shutdown, reconnect/polling": "the client takes the server's close packet for its own end and doesn't reconnect" };

function python(id, title, interpreter, kind, more) {
  return { id: `python-${id}-${kind}`, title: `Python ${title}, ${kind}`, command: [interpreter, path.join(drivers, "client.py"), kind], cannot: SHUT_DOWN, ...more };
}

const NO_CLOSING = "the client doesn't answer the server's close frame and notices its end only by the ping timeout, 45 s later";

function java(version, more) {
  const classes = path.join(built, `java-${version}`);
  const command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-cp", `${classes}/classes:${classes}/jars/*`, "Driver"];
  const cannot = version.startsWith("2") ? { "shutdown, reconnect/websocket": NO_CLOSING, "shutdown, reconnect/upgrade": NO_CLOSING } : {};
  return { id: `java-${version}`, title: `Java ${version}`, build: `java-${version}`, command, cannot, legacy: version.startsWith("1"), ...more };
}

const venv = path.join(built, "python/bin/python");

export const CLIENTS = [
  javascript("1.7"),
  javascript("2.5"),
  javascript("3.1"),
  javascript("4.0"),
  javascript("4.8"),
  javascript("2.5", { parser: "msgpack" }),
  javascript("3.1", { parser: "msgpack" }),
  javascript("4.8", { parser: "msgpack" }),
  browser("2.5", "socket.io.js"),
  browser("3.1", "socket.io.js"),
  browser("4.8", "socket.io.js"),
  browser("4.8", "socket.io.msgpack.min.js", { parser: "msgpack" }),
  python("debian", "(Debian's)", "/usr/bin/python3", "sync"),
  python("debian", "(Debian's)", "/usr/bin/python3", "asyncio"),
  python("pypi", "5.18", venv, "sync", { build: "python" }),
  python("pypi", "5.18", venv, "asyncio", { build: "python" }),
  java("1.0.2"),
  java("2.1.2"),
  { id: "rust", title: "Rust rust_socketio 0.6", build: "rust", command: [path.join(built, "rust/debug/driver")] },
  { id: "go", title: "Go zishang520 3.0", build: "go", command: [path.join(built, "go/driver")] },
].map((row) => ({ legacy: false, parser: "default", lacks: {}, cannot: {}, ...row }));

// Who is in a room with everybody, by parser: one of each generation, the newest last.
export const PARTNERS = { default: ["js-2.5", "js-3.1", "js-4.8"], msgpack: ["js-2.5-msgpack", "js-3.1-msgpack", "js-4.8-msgpack"] };

export const TRANSPORTS = ["polling", "websocket", "upgrade"];

export const buildCommand = (name) => [path.join(folder, "build-driver.sh"), name, built];
