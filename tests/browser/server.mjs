/* Runs an example's server: starts it on a loopback port, stops it, starts it again on the same one.
 *
 *   NAME_COMMAND     the server to test, for the example "name"; gets --host and --port added (default: the built
 *                    examples/name/name)
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const scale = Number(process.env.SIO_TEST_TIME_SCALE ?? 1);
const START_MS = 10000 * scale;
const STOP_MS = 10000 * scale;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

export const buildDir = path.resolve(process.env.top_builddir ?? root);

export async function freePort()
{
    const probe = net.createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address();
    probe.close();
    await once(probe, "close");
    return port;
}

export class ExampleServer {
    /* args: further options of the program */
    constructor(name, args = [])
    {
        const program = name.replaceAll("-", "_");
        this.name = name;
        this.command = process.env[`${program.toUpperCase()}_COMMAND`] ??
            path.join(buildDir, "examples", name, program);
        this.args = args;
        this.output = "";
    }

    async start()
    {
        this.port ??= await freePort();
        this.url = `http://127.0.0.1:${this.port}/`;
        const [program, ...before] = this.command.split(" ").filter(Boolean);
        this.child = spawn(program, [...before, "--host", "127.0.0.1", "--port", String(this.port), ...this.args],
            { stdio: ["ignore", "pipe", "inherit"] });
        await this.#listening();
    }

    /* SIGTERM must be enough, and the end clean: a crash or a leak report at exit fails the test. */
    async stop()
    {
        const ended = once(this.child, "exit");
        this.child.kill("SIGTERM");
        const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_MS);
        const [code, signal] = await ended;
        clearTimeout(timer);
        if (code !== 0) {
            throw new Error(`${this.name} ended with ${signal ?? `status ${code}`}`);
        }
    }

    kill()
    {
        if (this.child?.exitCode === null) {
            this.child.kill("SIGKILL");
        }
    }

    #listening()
    {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`${this.name} does not listen`)), START_MS);
            this.child.once("error", reject);
            this.child.once("exit", (code) => reject(new Error(`${this.name} ended with status ${code}`)));
            this.child.stdout.on("data", (chunk) => {
                this.output += chunk;
                if (/listening/.test(chunk)) {
                    clearTimeout(timer);
                    resolve();
                }
            });
        });
    }
}
