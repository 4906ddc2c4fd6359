/* One person's side of a shared document: the text as edited here, what the server hasn't confirmed yet, and the connection. No
 * page, so that Node can be such a person too. ../README.md has the messages.
 *
 * At most one operation is on its way (`sent`); what is typed meanwhile is gathered in `waiting`. The server's text is always
 * ours without these two. */

import { apply, compose, transform, transformIndex } from "./ot.js";

const RETRY_MS = 300;
const RETRY_MAX_MS = 5000;
const ANSWER_MS = 10000; /* a server, or the one behind it, that says nothing for so long is tried again */

export class Session {
    text = "";
    revision = -1; /* none yet */
    sent = null;
    waiting = null;
    peers = new Map(); /* number: { name, start, end }, positions in our text */
    live = false;
    #epoch = "";
    #sequence = 0;
    #attempts = 0;
    #ended = false;
    #held = null;

    /* options: url (of the document's endpoint), key (a secret for this session alone), name, WebSocket (the class), and to be told:
     * onText(op) of somebody else's change, null for all of the text; onState(), onPeers() */
    constructor(options)
    {
        Object.assign(this, { onText() {}, onState() {}, onPeers() {} }, options);
    }

    /* Nothing of ours is unknown to the server, and it can tell us. */
    get settled()
    {
        return this.live && !this.sent;
    }

    connect()
    {
        clearTimeout(this.timer);
        const query = new URLSearchParams({ client: this.key, name: this.name });
        if (this.revision >= 0) {
            query.set("revision", this.revision);
            query.set("epoch", this.#epoch);
        }
        const socket = new this.WebSocket(`${this.url}?${query}`);
        this.socket = socket;
        socket.onmessage = ({ data }) => socket === this.socket && this.#arrived(JSON.parse(data));
        socket.onclose = ({ code }) => socket === this.socket && this.#lost(code);
        socket.onerror = () => {}; /* onclose follows */
        this.#expectAnswer();
    }

    #expectAnswer()
    {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.drop(), this.answerMs ?? ANSWER_MS);
    }

    /* Lets go of the connection, and comes back with a new one after a while. */
    drop(delay = 0)
    {
        const socket = this.socket;
        this.socket = null;
        socket?.close();
        this.#retry(delay);
    }

    close()
    {
        this.#ended = true;
        clearTimeout(this.timer);
        const socket = this.socket;
        this.socket = null;
        socket?.close();
    }

    /* A change made here, of the whole of our text. */
    edit(op)
    {
        this.text = apply(this.text, op);
        this.#movePeers(op);
        if (this.sent) {
            this.waiting = this.waiting ? compose(this.waiting, op) : op;
        } else {
            this.#begin(op);
        }
        this.onState();
    }

    /* Where our cursor is: only said while settled, for positions in text that others don't have yet mean nothing to them. */
    point(start, end)
    {
        if (this.settled) {
            this.#send({ type: "cursor", start, end, revision: this.revision });
        }
    }

    /* While held, what the server tells waits: our text changes by our own edits only. */
    hold(on)
    {
        const held = this.#held ?? [];
        this.#held = on ? held : null;
        if (!on) {
            held.forEach(([socket, message]) => socket === this.socket && this.#receive(message));
        }
    }

    #arrived(message)
    {
        if (this.#held) {
            this.#held.push([this.socket, message]);
        } else {
            this.#receive(message);
        }
    }

    #begin(op)
    {
        this.sent = op;
        this.#sequence++;
        this.#sendOperation();
    }

    #sendOperation()
    {
        if (this.live && this.sent) {
            this.#send({ type: "op", op: this.sent, revision: this.revision, sequence: this.#sequence });
            this.#expectAnswer();
        }
    }

    #send(message)
    {
        if (this.live && this.socket?.readyState === 1) {
            this.socket.send(JSON.stringify(message));
        }
    }

    #lost(code)
    {
        this.socket = null;
        clearTimeout(this.timer);
        if (code === 4004) {
            this.live = false;
            this.replaced = true; /* this session goes on elsewhere */
            this.onState();
        } else {
            this.#retry(Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** this.#attempts++) * (0.5 + Math.random() / 2));
        }
    }

    #retry(delay)
    {
        this.live = false;
        this.onState();
        if (!this.#ended) {
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.connect(), delay);
        }
    }

    #receive(message)
    {
        const handlers = { doc: this.#onDocument, history: this.#onHistory, op: this.#onOperation, ack: this.#onAck,
            cursor: this.#onCursor, join: this.#onPeer, leave: this.#onLeave };
        /* Through a relay what happens now may come before what has happened so far, which then includes it. */
        if (this.live || message.type === "doc" || message.type === "history") {
            handlers[message.type]?.call(this, message);
        }
    }

    #onDocument({ text, revision, epoch, peers })
    {
        this.sent = this.waiting = null;
        Object.assign(this, { text, revision });
        this.#epoch = epoch;
        this.onText(null);
        this.#enter(peers);
    }

    /* What was applied while we were away; our own operation may be among it, and then only its acknowledgement was lost. */
    #onHistory({ ops, peers })
    {
        for (const { op, sequence } of ops) {
            this.revision++;
            if (sequence === this.#sequence && this.sent) {
                this.#confirmed();
            } else {
                this.#applyForeign(op);
            }
        }
        this.#enter(peers);
        this.#sendOperation();
    }

    #enter(peers)
    {
        clearTimeout(this.timer);
        this.live = true;
        this.#attempts = 0;
        this.peers.clear();
        peers.forEach((peer) => this.#show(peer));
        this.onPeers();
        this.onState();
    }

    /* Something was lost on the way to us: with a new connection the server tells it. */
    #follows(revision)
    {
        if (revision === this.revision + 1) {
            this.revision = revision;
            return true;
        }
        this.drop();
        return false;
    }

    #onOperation({ op, revision })
    {
        if (this.#follows(revision)) {
            this.#applyForeign(op);
        }
    }

    #onAck({ revision })
    {
        if (this.#follows(revision)) {
            this.#confirmed();
            this.onState();
        }
    }

    #confirmed()
    {
        const next = this.waiting;
        clearTimeout(this.timer);
        this.sent = this.waiting = null;
        if (next) {
            this.#begin(next);
        }
    }

    /* Past what is on its way and what waits, both of which have to be sent, or will be understood, as made after it. */
    #applyForeign(op)
    {
        for (const own of ["sent", "waiting"]) {
            if (this[own]) {
                const before = this[own];
                this[own] = transform(before, op, false);
                op = transform(op, before, true);
            }
        }
        this.text = apply(this.text, op);
        this.#movePeers(op);
        this.onText(op);
    }

    /* ---- The others ---- */

    #movePeers(op)
    {
        for (const peer of this.peers.values()) {
            if (peer.start !== undefined) {
                peer.start = transformIndex(peer.start, op);
                peer.end = transformIndex(peer.end, op);
            }
        }
    }

    /* Positions come as of the server's text. */
    #show({ peer, name, start, end })
    {
        for (const own of [this.sent, this.waiting]) {
            if (own && start !== undefined) {
                start = transformIndex(start, own);
                end = transformIndex(end, own);
            }
        }
        this.peers.set(peer, { name, start, end });
    }

    #onCursor(message)
    {
        if (message.revision === this.revision) {
            this.#show(message);
            this.onPeers();
        }
    }

    #onPeer(message)
    {
        this.#show(message);
        this.onPeers();
    }

    #onLeave({ peer })
    {
        this.peers.delete(peer);
        this.onPeers();
    }
}
