/* Clients in this page that give the server something to do: each sends messages to its group and measures how long the answer
 * takes, which it tells with the next one. */

const TICK_MS = 50;
const WAITING_MAX = 20; /* of one client: a slow server is not buried */

export class Load {
    #clients = [];
    #due = 0;
    #last = 0;
    #timer = 0;

    /* onChange(): how many are connected has changed, or one was refused. */
    constructor(onChange)
    {
        this.onChange = onChange;
        this.error = "";
    }

    get connected()
    {
        return this.#clients.filter(({ socket }) => socket.connected).length;
    }

    get running()
    {
        return this.#clients.length > 0;
    }

    /* auth: as the page's own */
    start(count, perSecond, auth)
    {
        this.stop();
        this.error = "";
        this.perSecond = perSecond;
        for (let i = 0; i < count; i++) {
            this.#clients.push(this.#client(auth));
        }
        this.#last = performance.now();
        this.#timer = setInterval(() => this.#tick(), TICK_MS);
    }

    stop()
    {
        clearInterval(this.#timer);
        this.#clients.splice(0).forEach(({ socket }) => socket.off().disconnect());
        this.#due = 0;
        this.onChange();
    }

    #client(auth)
    {
        const client = { socket: io("/load", { forceNew: true, transports: ["websocket"], auth }), waiting: 0, trip: null };
        client.socket.on("connect", this.onChange);
        client.socket.on("disconnect", () => {
            client.waiting = 0;
            this.onChange();
        });
        client.socket.on("connect_error", (error) => {
            this.error = error.message;
            this.onChange();
        });
        return client;
    }

    /* As many messages as the time since the last tick asks for, spread over the clients. */
    #tick()
    {
        const now = performance.now();
        this.#due += Math.min(now - this.#last, 1000) / 1000 * this.perSecond * this.#clients.length;
        this.#last = now;
        for (; this.#due >= 1; this.#due--) {
            const client = this.#clients[Math.floor(Math.random() * this.#clients.length)];
            if (client.socket.connected && client.waiting < WAITING_MAX) {
                send(client);
            }
        }
    }
}

function send(client)
{
    const sent = performance.now();
    const data = "x".repeat(20 + Math.floor(Math.random() * 400));
    client.waiting++;
    client.socket.emit("work", client.trip === null ? {} : { trip: client.trip }, data, () => {
        client.waiting--;
        client.trip = performance.now() - sent;
    });
    client.trip = null;
}
