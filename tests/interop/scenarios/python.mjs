// Python's stock client, synchronous and asyncio, over polling and WebSocket and the upgrade between them.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { within } from "../../wire/lib/wait.mjs";

export const transports = ["polling", "websocket"];

const script = fileURLToPath(new URL("../python_client.py", import.meta.url));
const interpreter = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const MISSING = 77;

async function runPython(...args) {
  const child = spawn(interpreter, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => (output[name] += chunk));
  const ended = new Promise((resolve) => {
    child.on("close", (code) => resolve(code));
    child.on("error", () => resolve(MISSING));
  });
  try {
    return { code: await within(ended, "the Python client", 30000), ...output };
  } finally {
    child.kill("SIGKILL");
  }
}

const client = (kind) => async (t) => {
  const { code, stdout, stderr } = await runPython(t.url, kind, t.transport);
  if (code === MISSING) t.skip("python3-socketio is not installed");
  t.log(stdout.trimEnd());
  if (code !== 0) throw new Error(`the Python client ended with ${code}: ${stderr}`);
};

export const cases = [
  { name: "synchronous client", run: client("sync") },
  { name: "asyncio client", run: client("asyncio") },
];
