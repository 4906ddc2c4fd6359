// Starts one of the two servers, reads where it listens, and stops it again, noticing how it ended.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { ownChild } from "../../wire/lib/children.mjs";
import { within } from "../../wire/lib/wait.mjs";
import { certificate } from "./certificate.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

export const REFERENCE = { name: "reference", command: [process.execPath, path.join(here, "../reference.mjs")] };

export function ours() {
  const twin = process.env.SIO_TWIN || path.join(here, "../twin");
  return { name: "libsocketio", command: twin.split(" ") };
}

export class ServerProcess {
  constructor(kind, options = []) {
    this.kind = kind;
    this.options = options;
    this.stderr = "";
  }

  // "--unix" and "--tls" stand without values: a socket in a fresh directory, a certificate made for the run.
  arguments() {
    const values = { "--unix": () => this.makeUnixSocket(), "--tls": () => this.makeCertificate() };
    return ["--port", "0", ...this.options.flatMap((option) => values[option]?.() ?? [option])];
  }

  makeUnixSocket() {
    this.directory = mkdtempSync(path.join(tmpdir(), "sio-interop-"));
    this.unix = path.join(this.directory, "socket");
    return ["--unix", this.unix];
  }

  makeCertificate() {
    const { cert, key } = certificate();
    this.tls = true;
    return ["--tls-cert", cert, "--tls-key", key];
  }

  targetAt(where) {
    if (this.unix) return { unix: this.unix };
    const host = this.options.includes("--host") ? this.options[this.options.indexOf("--host") + 1] : "127.0.0.1";
    return { port: Number(where), host: host === "::" ? "127.0.0.1" : host, tls: this.tls };
  }

  async start() {
    const [program, ...rest] = this.kind.command;
    this.child = ownChild(spawn(program, [...rest, ...this.arguments()], { stdio: ["ignore", "pipe", "pipe"] }));
    this.exited = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => resolve({ code, signal }));
      this.child.once("error", (error) => resolve({ code: -1, signal: null, error }));
    });
    this.child.stderr.on("data", (chunk) => (this.stderr = (this.stderr + chunk).slice(-20000)));
    const lines = readline.createInterface({ input: this.child.stdout });
    const listening = new Promise((resolve) => {
      lines.on("line", (line) => /^listening on /.test(line) && resolve(line.slice("listening on ".length)));
    });
    const died = this.exited.then(({ error }) => {
      throw new Error(`${this.kind.name} ended before it listened: ${error ?? this.stderr}`);
    });
    const where = await within(Promise.race([listening, died]), `${this.kind.name} to listen`, 15000);
    died.catch(() => {});
    this.target = this.targetAt(where);
    return this;
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  // Resolves to a complaint, or to null when the server ended as it should: told by a signal, or told before.
  async stop({ endsItself = false } = {}) {
    const crashed = !this.running && !endsItself;
    if (!endsItself) this.child.kill("SIGTERM");
    let end;
    try {
      end = await within(this.exited, `${this.kind.name} to end`, 10000);
    } catch (error) {
      this.child.kill("SIGKILL");
      return `${error.message}\n${this.stderr}`;
    } finally {
      if (this.directory) rmSync(this.directory, { recursive: true, force: true });
    }
    if (crashed) return `${this.kind.name} ended by itself (${end.code ?? end.signal})\n${this.stderr}`;
    return end.code === 0 ? null : `${this.kind.name} ended with ${end.code ?? end.signal}\n${this.stderr}`;
  }
}
