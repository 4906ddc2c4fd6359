// The rows of the matrix: each published client, how its driver is started, and what it can't do, by no fault of the server.
//   legacy   speaks protocol 4 over Engine.IO 3
//   parser   which servers it needs
//   lacks    abilities that scenarios ask for (lib/scenarios.mjs), with the reason
//   nodeFails  scenarios in which Node's server fails, with the reason; ours must pass them all the same
//   reconnects  always tries again
//   restless  a disconnected client keeps a processor busy
//   cannot   whole scenarios, or one over one transport ("scenario/transport"), with the reason
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const built = process.env.SIO_CLIENTS_BUILD || path.join(folder, "../../build/clients");
const drivers = path.join(folder, "drivers");

const OLD_PARSER = "the parser of its time (2.2): today's (3.0), on Node's server as well, takes its events and acknowledgements, but no bytes, CONNECT or DISCONNECT";
const OLD_MSGPACK = Object.fromEntries(
  ["middleware refusal", "binary both ways", "1 MB message", "namespace", "client disconnect"].map((name) => [name, OLD_PARSER]),
);
const MANGLED = { "polling in Unicode": "over polling the client encodes texts twice, which comes back right but reaches others wrong; the room speaks ASCII" };
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
  const cannot = { "shutdown, reconnect/websocket": NO_CLOSING, "shutdown, reconnect/upgrade": NO_CLOSING };
  const legacy = version.startsWith("1");
  const lacks = legacy ? { ...NO_TIMEOUTS, "refusal with data": "the client drops refusals with data; those with a message alone are tried" } : {};
  return { id: `java-${version}`, title: `Java ${version}`, build: `java-${version}`, command, cannot, lacks, legacy, ...more };
}

const ONLY_WHILE_IDLE = { polling: "over polling the client sends nothing while a poll is pending" };
const GO_LACKS = {
  "answer at once": "the client loses an answer to CONNECT that comes before it listens, and connects again after the server's connectTimeout",
  "refusal message": "the client doesn't tell the message of a refusal without data",
};

const BYTES_ALONE = "the client sends and receives bytes only as a single argument";
const RUST_LACKS = {
  answer: "the client can't answer the server's events",
  "ack timeout": "the client doesn't tell that an acknowledgement is late; only the server's is tried",
  "nested bytes": BYTES_ALONE,
  "binary ack": BYTES_ALONE,
  "any bytes": "the client takes a byte 0x1e in what it receives for a separator, and closes",
  "refusal data": "the client tells refusals as a text",
  "ping timeout": "the client takes long to notice; only the server's part is tried",
};

const FORGOTTEN = { "ping timeout/upgrade": "Node's server forgets the heartbeat of such clients when they upgrade; only ours is tried" };

const venv = path.join(built, "python/bin/python");

export const CLIENTS = [
  javascript("1.7", { lacks: { ...NO_TIMEOUTS, ...MANGLED } }),
  javascript("2.5"),
  javascript("3.1"),
  javascript("4.0"),
  javascript("4.8"),
  javascript("2.5", { parser: "msgpack", cannot: OLD_MSGPACK }),
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
  { id: "rust", title: "Rust rust_socketio 0.6", build: "rust", command: [path.join(built, "rust/debug/driver")], lacks: RUST_LACKS, cannot: SHUT_DOWN, restless: true },
  { id: "go", title: "Go zishang520 3.0", build: "go", command: [path.join(built, "go/driver")], cannot: ONLY_WHILE_IDLE, lacks: GO_LACKS, reconnects: true },
].map((row) => ({ legacy: false, parser: "default", reconnects: false, restless: false, lacks: {}, cannot: {}, nodeFails: row.legacy ? FORGOTTEN : {}, ...row }));

// Who is in a room with everybody, by parser: one of each generation, the newest last.
export const PARTNERS = { default: ["js-2.5", "js-3.1", "js-4.8"], msgpack: ["js-2.5-msgpack", "js-3.1-msgpack", "js-4.8-msgpack"] };

export const TRANSPORTS = ["polling", "websocket", "upgrade"];

export const buildCommand = (name) => [path.join(folder, "build-driver.sh"), name, built];
