/* Calls over a plain WebSocket: what Socket.IO's acknowledgements give, written out. */

export class CallError extends Error {
    constructor(code, message)
    {
        super(message);
        this.code = code;
    }
}

const RETRY_MS = 1000;
const RETRY_MAX_MS = 10000;

export class WsClient {
    #calls = new Map(); /* by id: { resolve, reject } */
    #lastId = 0;
    #retryMs = RETRY_MS;

    /* methods: what the server may call here; onState(online): the connection comes and goes */
    constructor(url, methods, onState)
    {
        Object.assign(this, { url, methods, onState });
        this.#connect();
    }

    /* Throws a CallError: of the server's, or "timeout", "cancelled", "offline". */
    async call(method, params, { timeoutMs, signal } = {})
    {
        if (this.socket.readyState !== WebSocket.OPEN) {
            throw new CallError("offline", "There is no connection.");
        }
        const id = ++this.#lastId;
        const giveUp = (code, message) => {
            this.#send({ type: "cancel", id });
            this.#settle(id, (call) => call.reject(new CallError(code, message)));
        };
        const onAbort = () => giveUp("cancelled", "Cancelled here.");
        const timer = setTimeout(() => giveUp("timeout", "No answer in time."), timeoutMs);
        signal?.addEventListener("abort", onAbort);
        try {
            return await new Promise((resolve, reject) => {
                this.#calls.set(id, { resolve, reject });
                this.#send({ type: "call", id, method, params, timeoutMs });
            });
        } finally {
            clearTimeout(timer);
            signal?.removeEventListener("abort", onAbort);
        }
    }

    #connect()
    {
        this.socket = new WebSocket(this.url);
        this.socket.onopen = () => {
            this.#retryMs = RETRY_MS;
            this.onState(true);
        };
        this.socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
        this.socket.onclose = () => {
            this.onState(false);
            for (const id of [...this.#calls.keys()]) {
                this.#settle(id, (call) => call.reject(new CallError("offline", "The connection was lost.")));
            }
            setTimeout(() => this.#connect(), this.#retryMs);
            this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MAX_MS);
        };
    }

    #send(message)
    {
        if (this.socket.readyState === WebSocket.OPEN) {
            this.socket.send(JSON.stringify(message));
        }
    }

    /* A call is settled once: an answer that comes too late finds nobody. */
    #settle(id, how)
    {
        const call = this.#calls.get(id);
        this.#calls.delete(id);
        if (call) {
            how(call);
        }
    }

    #receive(message)
    {
        if (message.type === "call") {
            this.#serve(message);
        } else if (message.type === "result") {
            this.#settle(message.id, (call) => call.resolve(message.result));
        } else {
            this.#settle(message.id, (call) => call.reject(new CallError(message.code, message.message)));
        }
    }

    async #serve({ id, method, params })
    {
        try {
            if (!Object.hasOwn(this.methods, method)) {
                throw new CallError("unknown", "The page has no such method.");
            }
            this.#send({ type: "result", id, result: await this.methods[method](params) });
        } catch (error) {
            this.#send({ type: "error", id, code: error.code ?? "failed", message: error.message });
        }
    }
}
