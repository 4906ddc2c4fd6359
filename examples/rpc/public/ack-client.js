/* Calls over Socket.IO: ids, time limits and reconnecting are the client library's; cancelling is an event of our own. */

import { CallError } from "./ws-client.js";

export class AckClient {
    #lastId = 0;

    constructor(socket, methods, onState)
    {
        this.socket = socket;
        socket.on("connect", () => onState(true));
        socket.on("disconnect", () => onState(false));
        for (const [name, method] of Object.entries(methods)) {
            socket.on(name, async (reply) => reply(await method()));
        }
    }

    async call(method, params, { timeoutMs, signal } = {})
    {
        if (!this.socket.connected) {
            throw new CallError("offline", "There is no connection."); /* or it would be queued until there is one */
        }
        const id = ++this.#lastId;
        const reply = await Promise.race([this.#answer(method, params, { id, timeoutMs }), this.#cancelled(id, signal)]);
        if (!reply.ok) {
            throw new CallError(reply.code, reply.message);
        }
        return reply.result;
    }

    async #answer(method, params, options)
    {
        try {
            return await this.socket.timeout(options.timeoutMs).emitWithAck(method, params, options);
        } catch {
            this.socket.emit("cancel", options.id);
            return this.socket.connected ? { ok: false, code: "timeout", message: "No answer in time." }
                                         : { ok: false, code: "offline", message: "The connection was lost." };
        }
    }

    #cancelled(id, signal)
    {
        return new Promise((resolve) => signal?.addEventListener("abort", () => {
            this.socket.emit("cancel", id);
            resolve({ ok: false, code: "cancelled", message: "Cancelled here." });
        }));
    }
}
