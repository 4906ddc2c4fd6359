// JavaScript clients of all generations and browsers through nginx and HAProxy, as docs/deployment.md recommends them: over HTTP and TLS,
// over HTTP/2, and from the proxy over a Unix socket; by every transport.
//   node proxies.mjs [--only TEXT]
// SIO_TWIN is the scenario program (default: ../interop/twin).
import { parseArgs } from "node:util";
import { ours } from "../interop/lib/server.mjs";
import { CLIENTS, TRANSPORTS } from "./lib/clients.mjs";
import { Context, outcome } from "./lib/context.mjs";
import { Driver, Missing } from "./lib/driver.mjs";
import { Partners } from "./lib/partners.mjs";
import { PROXIES, ProxyProcess } from "./lib/proxies.mjs";
import { Reporter } from "./lib/reporter.mjs";
import { SCENARIOS } from "./lib/scenarios.mjs";
import { Server } from "./lib/servers.mjs";

const NODE_CLIENTS = ["js-2.5", "js-3.1", "js-4.8"];
const BROWSERS = ["chromium-2.5", "chromium-3.1", "chromium-4.8"];

// How clients come to the proxy, and the proxy to the servers.
const WAYS = [
  { name: "HTTP", port: "plain", clients: NODE_CLIENTS },
  { name: "TLS", port: "tls", clients: NODE_CLIENTS },
  { name: "HTTP/2", port: "tls", clients: BROWSERS, http2: true },
  { name: "a Unix socket from the proxy", port: "plain", clients: NODE_CLIENTS, unix: true },
];

const SCHEMES = { plain: "http", tls: "https" };

const { values: options } = parseArgs({ options: { only: { type: "string", default: "" } } });
const reporter = new Reporter();
const partners = new Partners();
const scenarios = SCENARIOS.filter((scenario) => !scenario.restarts && !scenario.server);

// One client over one transport: all scenarios in a row, the first failure ends them.
async function session(driver, row, server, way, transport) {
  const context = new Context({ row, driver, server, transport, more: { insecure: way.port === "tls" } });
  context.partners = await partners.join(server, "default", { insecure: way.port === "tls" });
  try {
    for (const scenario of scenarios) {
      await scenario.run(context).catch((error) => {
        throw new Error(`${scenario.name}: ${error.stack}`);
      });
    }
  } finally {
    context.close();
    for (const partner of context.partners) partner.disconnect();
  }
}

async function client(id, server, way, title) {
  const row = CLIENTS.find((each) => each.id === id);
  const driver = new Driver(row.title, row.command);
  const titles = TRANSPORTS.map((transport) => [transport, `${title}: ${row.title} over ${transport}`]).filter(([, each]) => each.includes(options.only));
  if (titles.length === 0) return;
  try {
    await driver.start();
  } catch (error) {
    for (const [, each] of titles) reporter.report(error instanceof Missing ? "skipped" : "failed", each, error.message);
    return;
  }
  const play = async ([transport, each]) => {
    const { error } = await outcome(session(driver, row, server, way, transport));
    reporter.report(error ? "failed" : "passed", each, error && `${error.message}\n${server.process.stderr}`);
  };
  await Promise.all(titles.map(play));
  await driver.stop();
}

// The proxy sends one address always to the same of them.
async function startServers(way) {
  const servers = [];
  for (let i = 0; i < 2; i++) servers.push(await new Server(ours(), "main", "default").start(way.unix ? ["--unix"] : []));
  return servers;
}

async function through(kind, way) {
  const title = `${kind.name}, ${way.name}`;
  const servers = await startServers(way);
  const proxy = await new ProxyProcess(kind, servers.map((server) => server.process.target)).start();
  const [server] = servers;
  server.url = `${SCHEMES[way.port]}://127.0.0.1:${proxy.ports[way.port]}`;
  await server.observe({ insecure: way.port === "tls" });
  for (const id of way.clients) await client(id, server, way, title);
  if (way.http2 && !options.only) checkProtocol(proxy, title);
  const complaints = [];
  for (const each of servers) complaints.push(await each.stop());
  await proxy.stop();
  reporter.report(complaints.some(Boolean) ? "failed" : "passed", `${title}: the servers end cleanly`, complaints.join("\n"));
}

function checkProtocol(proxy, title) {
  const spoken = new Set(proxy.log().split("\n").map((line) => line.split(" ")[0]));
  reporter.report(spoken.has("HTTP/2.0") ? "passed" : "failed", `${title}: it is spoken`, [...spoken].join(" "));
}

async function all(kind) {
  for (const way of WAYS) {
    const title = `${kind.name}, ${way.name}`;
    if (ProxyProcess.isInstalled(kind)) {
      await through(kind, way).catch((error) => reporter.report("failed", title, error.stack));
      continue;
    }
    for (const id of way.clients) for (const transport of TRANSPORTS) reporter.report("skipped", `${title}: ${id} over ${transport}`, `no ${kind.program}`);
  }
}

await Promise.all(PROXIES.map(all));
await partners.stop();
process.exit(reporter.end());
