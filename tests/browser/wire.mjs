/* A cable between pages and a server that a test can pull out: pages open wire.url instead of the server's. */

import { once } from "node:events";
import net from "node:net";

export class Wire {
    #pairs = new Set();
    left = Infinity;

    constructor(server)
    {
        this.target = server;
    }

    async start()
    {
        this.plugged = true;
        this.listener = net.createServer((client) => this.#join(client)).listen(0, "127.0.0.1");
        await once(this.listener, "listening");
        this.url = `http://127.0.0.1:${this.listener.address().port}/`;
    }

    #join(client)
    {
        if (!this.plugged) {
            client.destroy();
            return;
        }
        const server = net.connect(this.target.port, "127.0.0.1");
        const pair = [client, server];
        this.#pairs.add(pair);
        for (const [from, to] of [[client, server], [server, client]]) {
            from.on("error", () => {});
            from.on("close", () => {
                to.destroy();
                this.#pairs.delete(pair);
            });
            from.on("data", (bytes) => this.#passed(bytes.length));
            from.pipe(to);
        }
    }

    #passed(length)
    {
        this.left -= length;
        if (this.left <= 0) {
            this.pull();
        }
    }

    /* As pull(), by itself, when so many bytes more have passed, in both directions together. */
    pullAfter(bytes)
    {
        this.left = bytes;
    }

    /* Connections end at once, new ones are refused. */
    pull()
    {
        this.plugged = false;
        this.left = Infinity;
        this.#pairs.forEach((pair) => pair.forEach((end) => end.destroy()));
    }

    plug()
    {
        this.plugged = true;
    }

    stop()
    {
        this.pull();
        this.listener?.close();
    }
}
