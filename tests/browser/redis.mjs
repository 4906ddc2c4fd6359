/* A Redis of the tests' own, on a free port. */

import { spawn } from "node:child_process";
import { freePort, scale } from "./server.mjs";

const START_MS = 10000 * scale;

export class Redis {
    /* False: none is installed. */
    async start()
    {
        this.port = await freePort();
        this.url = `redis://127.0.0.1:${this.port}`;
        this.child = spawn("redis-server", ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            { stdio: ["ignore", "pipe", "ignore"] });
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error("redis-server is not ready")), START_MS);
            const settle = (started) => {
                clearTimeout(timer);
                resolve(started);
            };
            this.child.once("error", () => settle(false));
            this.child.stdout.on("data", (chunk) => /Ready to accept connections/.test(chunk) && settle(true));
        });
    }

    stop()
    {
        this.child?.kill("SIGKILL");
    }
}
