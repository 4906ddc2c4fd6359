/* One file on its way from the server: asked for part by part, as fast as parts arrive; checked by its hash, then saved. No DOM but for the
 * saving. */

import { ask, Refusal } from "/common/connection.js";
import { Sha256 } from "./sha256.js";

export class Download {
    state = "waiting"; /* waiting | receiving | done | failed | cancelled */
    sent = 0;          /* bytes that are here */
    error = "";

    /* file: as the server lists it. onChange(download): state or progress has changed */
    constructor(file, onChange)
    {
        this.file = file;
        this.name = file.name;
        this.size = file.size;
        this.onChange = onChange;
        this.parts = [];
        this.hash = new Sha256();
    }

    get active()
    {
        return ["waiting", "receiving"].includes(this.state);
    }

    #set(state, error = "")
    {
        this.state = state;
        this.error = error;
        if (!this.active) {
            this.parts = [];
        }
        this.onChange(this);
    }

    cancel()
    {
        if (this.active) {
            this.#set("cancelled");
        }
    }

    /* Gets it, or what is missing of it; after a lost connection it is called again. */
    async run(socket, limits)
    {
        const connection = socket.id;
        try {
            this.#set("receiving");
            await this.#receive(socket, limits);
            if (this.active) {
                this.#check();
            }
        } catch (error) {
            if (!this.active) {
                return;
            }
            const interrupted = !socket.connected || socket.id !== connection || !(error instanceof Refusal);
            this.#set(interrupted ? "waiting" : "failed", interrupted ? "" : error.message);
            if (interrupted && socket.connected && socket.id === connection) {
                socket.disconnect().connect();
            }
        }
    }

    /* Several questions are on their way at a time; answers come in the order of the questions. */
    async #receive(socket, { chunk, window })
    {
        const asked = [];
        let next = this.sent;
        while (this.sent < this.size && this.active) {
            for (; next < this.size && asked.length < window; next += chunk) {
                const answer = this.#ask(socket, next);
                answer.catch(() => {}); /* it is looked at in its turn */
                asked.push(answer);
            }
            const bytes = await asked.shift();
            this.parts.push(bytes);
            this.hash.add(bytes);
            this.sent += bytes.length;
            this.onChange(this);
        }
    }

    async #ask(socket, offset)
    {
        const { bytes } = await ask(socket, "read", { id: this.file.id, offset });
        return new Uint8Array(bytes);
    }

    #check()
    {
        if (this.hash.end() !== this.file.sha256) {
            this.#set("failed", "The file arrived damaged. Try again.");
            return;
        }
        save(new Blob(this.parts, { type: "application/octet-stream" }), this.name);
        this.#set("done");
    }
}

function save(blob, name)
{
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
