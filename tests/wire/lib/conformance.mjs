// The conformance program as a child process.
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { ownChild } from "./children.mjs";
import { within } from "./wait.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const BUILT = path.join(here, "../../../examples/conformance/conformance");

export class Conformance {
  constructor(options) {
    this.options = options;
    this.engineOnly = options.includes("--engine-only");
    this.path = this.engineOnly ? "/engine.io" : "/socket.io";
    this.stderr = "";
  }

  get isReference() {
    return /conformance_reference\.mjs/.test(process.env.SIO_CONFORMANCE || "");
  }

  async start() {
    const [program, ...rest] = (process.env.SIO_CONFORMANCE || BUILT).split(" ");
    const args = [...rest, "--port", "0", "--host", "127.0.0.1", ...this.options];
    this.child = ownChild(spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] }));
    this.child.stderr.on("data", (chunk) => (this.stderr = (this.stderr + chunk).slice(-20000)));
    this.exited = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => resolve(code ?? signal));
      this.child.once("error", resolve);
    });
    const line = new Promise((resolve) => {
      readline.createInterface({ input: this.child.stdout }).once("line", resolve);
    });
    const died = this.exited.then((how) => {
      throw new Error(`the server ended (${how}) before it listened\n${this.stderr}`);
    });
    const said = await within(Promise.race([line, died]), "the server to listen", 15000);
    died.catch(() => {});
    const port = /(\d+)\D*$/.exec(said);
    if (!port) throw new Error(`no port in ${JSON.stringify(said)}`);
    this.target = { port: Number(port[1]) };
    return this;
  }

  // Resolves to a complaint, or to null when it left as it should.
  async stop() {
    const crashed = this.child.exitCode !== null || this.child.signalCode !== null;
    this.child.kill("SIGTERM");
    try {
      const how = await within(this.exited, "the server to end after SIGTERM", 10000);
      return how === 0 && !crashed ? null : `ended${crashed ? " by itself" : ""} with ${how}\n${this.stderr}`;
    } catch (error) {
      this.child.kill("SIGKILL");
      return `${error.message}\n${this.stderr}`;
    }
  }
}
