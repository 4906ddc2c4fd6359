/* Runs the chat server under test: starts it on a loopback port, stops it, starts it again on the same one. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

const START_MS = 10000;
const STOP_MS = 10000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

export const buildDir = path.resolve(process.env.top_builddir ?? root);

async function freePort()
{
    const probe = net.createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address();
    probe.close();
    await once(probe, "close");
    return port;
}

export class ChatServer {
    constructor()
    {
        this.command = process.env.CHAT_COMMAND ?? path.join(buildDir, "examples/chat/chat");
        this.output = "";
    }

    async start()
    {
        this.port ??= await freePort();
        this.url = `http://127.0.0.1:${this.port}/`;
        const [program, ...args] = this.command.split(" ").filter(Boolean);
        this.child = spawn(program, [...args, "--host", "127.0.0.1", "--port", String(this.port)],
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
            throw new Error(`the chat server ended with ${signal ?? `status ${code}`}`);
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
            const timer = setTimeout(() => reject(new Error("the chat server does not listen")), START_MS);
            this.child.once("error", reject);
            this.child.once("exit", (code) => reject(new Error(`the chat server ended with status ${code}`)));
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
