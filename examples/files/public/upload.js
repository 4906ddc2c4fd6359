/* One file on its way to the server: announced, sent in parts, each acknowledged, checked by its hash. No DOM. */

import { ask, Refusal } from "/common/connection.js";
import { Sha256 } from "./sha256.js";

const BUSY_MS = 300;

export class Upload {
    state = "waiting"; /* waiting | sending | checking | done | failed | cancelled */
    sent = 0;          /* bytes that the server has */
    error = "";

    /* onChange(upload): state or progress has changed */
    constructor(file, key, onChange)
    {
        this.file = file;
        this.key = key;
        this.name = file.name;
        this.size = file.size;
        this.onChange = onChange;
        this.hash = new Sha256();
    }

    get active()
    {
        return ["waiting", "sending", "checking"].includes(this.state);
    }

    #set(state, error = "")
    {
        this.state = state;
        this.error = error;
        this.onChange(this);
    }

    cancel()
    {
        if (this.active) {
            this.#set("cancelled");
        }
    }

    /* Sends it, or what is missing of it; after a lost connection it is called again. limits: the server's { chunk, window } */
    async run(socket, limits)
    {
        const connection = socket.id;
        try {
            const place = await this.#begin(socket);
            if (!place.file) {
                await this.#hashUpTo(place.received);
                await this.#send(socket, limits, place.received);
            }
            if (this.active) {
                this.stored = place.file ?? (await this.#finish(socket)).file;
                this.sent = this.size;
                this.#set("done");
            }
        } catch (error) {
            if (!this.active) {
                return;
            }
            const interrupted = !socket.connected || socket.id !== connection || !(error instanceof Refusal || this.unreadable);
            this.#set(interrupted ? "waiting" : "failed", interrupted ? "" : error.message);
            if (interrupted && socket.connected && socket.id === connection) {
                socket.disconnect().connect(); /* no answer: the connection is not what it seems */
            }
        }
    }

    async #begin(socket)
    {
        for (;;) {
            try {
                return await ask(socket, "begin", { key: this.key, name: this.name, type: this.file.type, size: this.size });
            } catch (error) {
                if (error.code !== "busy") {
                    throw error;
                }
                await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
            }
        }
    }

    async #read(start, end)
    {
        try {
            return new Uint8Array(await this.file.slice(start, end).arrayBuffer());
        } catch {
            this.unreadable = true;
            throw new Error("The file can’t be read any more.");
        }
    }

    /* What the server has already still belongs to the hash. */
    async #hashUpTo(offset)
    {
        while (this.hash.length < offset && this.active) {
            this.hash.add(await this.#read(this.hash.length, Math.min(this.hash.length + 2 ** 20, offset)));
        }
    }

    /* As many parts at a time as the server takes; each is answered when it is on the disk. */
    async #send(socket, { chunk, window }, offset)
    {
        const waiting = new Set();
        this.sent = offset;
        this.#set("sending");
        while (offset < this.size && this.active) {
            const bytes = await this.#read(offset, Math.min(offset + chunk, this.size));
            if (this.hash.length === offset) {
                this.hash.add(bytes);
            }
            const answer = ask(socket, "chunk", { key: this.key, offset }, bytes).then(({ received }) => {
                this.sent = Math.max(this.sent, received);
                this.onChange(this);
                waiting.delete(answer);
            });
            answer.catch(() => {}); /* whoever waits for it next sees it */
            waiting.add(answer);
            offset += bytes.length;
            if (waiting.size >= window) {
                await Promise.race(waiting);
            }
        }
        await Promise.all(waiting);
    }

    #finish(socket)
    {
        this.#set("checking");
        this.sha256 ??= this.hash.end();
        return ask(socket, "finish", { key: this.key, sha256: this.sha256 });
    }
}
