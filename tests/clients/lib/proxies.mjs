// nginx and HAProxy with the configurations of docs/deployment.md, in which only addresses and file names are replaced.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { certificate } from "../../interop/lib/certificate.mjs";
import { ownChild } from "../../wire/lib/children.mjs";
import { within } from "../../wire/lib/wait.mjs";

const PAGE = new URL("../../../docs/deployment.md", import.meta.url);

// The first block of code below that heading.
function blockUnder(heading) {
  const page = readFileSync(PAGE, "utf8");
  const [block] = page.slice(page.indexOf(`## ${heading}\n`)).match(/^ {4}.*\n(?:(?: {4}.*)?\n)*/m);
  return block.replace(/^ {4}/gm, "");
}

// Every replacement must find something to replace: the page and the test would part ways otherwise.
function replaced(text, replacements) {
  return replacements.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`docs/deployment.md has no "${from}"`);
    return result.replaceAll(from, to);
  }, text);
}

export async function freePort() {
  const probe = net.createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const nginx = {
  name: "nginx",
  program: "/usr/sbin/nginx",
  upstream: ({ port, unix }) => (unix ? `unix:${unix}` : `127.0.0.1:${port}`),
  configure: ({ folder, ports, upstreams, cert, key }) => {
    const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((each) => `${each}_temp_path ${folder}/${each};`).join(" ");
    const preamble = `user root; daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr warn; events {}\n`;
    const log = `log_format protocols '$server_protocol $request_method $uri $status'; access_log ${folder}/access protocols;\n`;
    const block = replaced(blockUnder("Behind nginx"), [
      ["listen 80;", `listen 127.0.0.1:${ports.plain};`],
      ["listen 443 ", `listen 127.0.0.1:${ports.tls} `],
      ["/etc/ssl/example.pem", cert],
      ["/etc/ssl/example.key", key],
      ["127.0.0.1:3000", upstreams[0]],
      ["127.0.0.1:3001", upstreams[1]],
    ]);
    writeFileSync(`${folder}/conf`, `${preamble}http { ${places}\n${log}${block}}\n`);
    return ["-p", folder, "-c", `${folder}/conf`, "-e", "stderr"];
  },
  log: ({ folder }) => readFileSync(`${folder}/access`, "utf8"),
};

const haproxy = {
  name: "HAProxy",
  program: "/usr/sbin/haproxy",
  upstream: ({ port, unix }) => unix ?? `127.0.0.1:${port}`,
  configure: ({ folder, ports, upstreams, cert, key }) => {
    writeFileSync(`${folder}/both.pem`, readFileSync(cert, "utf8") + readFileSync(key, "utf8"));
    const block = replaced(blockUnder("Behind HAProxy"), [
      ["bind :80", `bind 127.0.0.1:${ports.plain}`],
      ["bind :443", `bind 127.0.0.1:${ports.tls}`],
      ["/etc/ssl/example.pem", `${folder}/both.pem`],
      ["127.0.0.1:3000", upstreams[0]],
      ["127.0.0.1:3001", upstreams[1]],
      ["mode http", 'mode http\n    log stdout format raw local0 info\n    log-format "%HV %HM %HP %ST"'],
    ]);
    writeFileSync(`${folder}/conf`, `${block}\n`);
    return ["-db", "-f", `${folder}/conf`];
  },
  log: ({ output }) => output,
};

export const PROXIES = [nginx, haproxy];

// Whether something accepts connections there, by trying until it does.
function listening(port) {
  return new Promise((resolve) => {
    const attempt = () => {
      const socket = net.connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(socket.destroy()));
      socket.once("error", () => setTimeout(attempt, 50));
    };
    attempt();
  });
}

export class ProxyProcess {
  // Two servers behind it, as in the configuration: { port } or { unix } each.
  constructor(kind, servers) {
    Object.assign(this, { kind, servers, output: "" });
  }

  static isInstalled(kind) {
    return !spawnSync(kind.program, ["-v"], { stdio: "ignore" }).error;
  }

  async start() {
    this.folder = mkdtempSync(path.join(tmpdir(), "sio-proxy-"));
    this.ports = { plain: await freePort(), tls: await freePort() };
    const args = this.kind.configure({ ...this, ...certificate(), upstreams: this.servers.map(this.kind.upstream) });
    this.child = ownChild(spawn(this.kind.program, args, { stdio: ["ignore", "pipe", "pipe"] }));
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", (chunk) => (this.output += chunk));
    this.exited = new Promise((resolve) => this.child.once("close", (code) => resolve(code)));
    const died = this.exited.then((code) => {
      throw new Error(`${this.kind.name} ended with ${code}\n${this.output}`);
    });
    died.catch(() => {});
    for (const port of Object.values(this.ports)) await within(Promise.race([listening(port), died]), `${this.kind.name} to listen`, 15000);
    return this;
  }

  // What it logged: a line a request, beginning with the protocol.
  log() {
    return this.kind.log(this);
  }

  async stop() {
    this.child.kill("SIGTERM");
    await within(this.exited, `${this.kind.name} to end`, 5000).catch(() => this.child.kill("SIGKILL"));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
