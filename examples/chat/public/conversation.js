/* One room as this page knows it: its members, its entries, what is unread, who is typing.
 * No DOM and no network; chat.js feeds it and hands it to the views. */

import { randomKey } from "/common/storage.js";

const KEPT_ENTRIES = 500;
const TYPING_LASTS_MS = 4000;
const QUICK_RETURN_MS = 60000;

const byName = (a, b) => a.localeCompare(b);
const identity = (from, key) => `${from}\n${key}`;

export class Conversation {
    constructor(name)
    {
        this.name = name;
        this.members = [];
        this.entries = [];
        this.unread = 0;
        this.firstUnread = null;
        this.draft = "";
        this.synced = false;
        this.typing = new Map();
        this.known = new Map();
    }

    /* Joined, or joined again after an interruption: the server's history is the record, but what it
     * does not have (unsent messages, or everything after it restarted) stays. Returns what was news. */
    sync(reply)
    {
        this.members = [...reply.members].sort(byName);
        const news = reply.history.filter((message) => !this.confirm(message));
        news.forEach((message) => this.#add(this.#fromServer(message)));
        this.entries.sort((a, b) => sortTime(a) - sortTime(b));
        const missed = this.synced ? news.length : 0;
        if (missed > 0) {
            this.#countUnread(this.known.get(identity(news[0].from, news[0].key)), missed);
        }
        this.synced = true;
        return missed;
    }

    addOwn(from, text)
    {
        const entry = { kind: "message", key: randomKey(), from, text, at: Date.now(), status: "pending" };
        this.#add(entry);
        this.firstUnread = null;
        return entry;
    }

    /* The server has this message. False when we have never seen it. */
    confirm(message)
    {
        const entry = this.known.get(identity(message.from, message.key));
        if (!entry) {
            return false;
        }
        Object.assign(entry, { id: message.id, at: message.at, status: "sent", error: "" });
        return true;
    }

    receive(message, isRead)
    {
        if (this.confirm(message)) {
            return null;
        }
        const entry = this.#fromServer(message);
        this.#add(entry);
        this.stopTyping(message.from);
        if (!isRead) {
            this.#countUnread(entry, 1);
        }
        return entry;
    }

    discard(entry)
    {
        this.entries = this.entries.filter((other) => other !== entry);
        this.known.delete(identity(entry.from, entry.key));
    }

    pending()
    {
        return this.entries.filter((entry) => entry.status === "pending");
    }

    markRead()
    {
        this.unread = 0;
    }

    memberJoined({ nick, at })
    {
        if (this.members.includes(nick)) {
            return;
        }
        this.members.push(nick);
        this.members.sort(byName);
        const last = this.entries.at(-1);
        if (last?.what === "left" && last.nick === nick && at - last.at < QUICK_RETURN_MS) {
            Object.assign(last, { what: "returned", text: `${nick} reconnected`, at });
            return;
        }
        this.#add({ kind: "notice", what: "joined", nick, at, text: `${nick} joined` });
    }

    memberLeft({ nick, at })
    {
        this.members = this.members.filter((member) => member !== nick);
        this.stopTyping(nick);
        this.#add({ kind: "notice", what: "left", nick, at, text: `${nick} left` });
    }

    /* A typing notice can get lost, so each one ends by itself. */
    startTyping(nick, onEnd)
    {
        this.stopTyping(nick);
        const timer = setTimeout(() => {
            this.typing.delete(nick);
            onEnd();
        }, TYPING_LASTS_MS);
        this.typing.set(nick, timer);
    }

    stopTyping(nick)
    {
        clearTimeout(this.typing.get(nick));
        this.typing.delete(nick);
    }

    #countUnread(entry, count)
    {
        if (this.unread === 0) {
            this.firstUnread = entry;
        }
        this.unread += count;
    }

    #fromServer({ id, key, from, text, at })
    {
        return { kind: "message", id, key, from, text, at, status: "sent" };
    }

    #add(entry)
    {
        this.entries.push(entry);
        if (entry.kind === "message") {
            this.known.set(identity(entry.from, entry.key), entry);
        }
        while (this.entries.length > KEPT_ENTRIES) {
            const oldest = this.entries.shift();
            this.known.delete(identity(oldest.from, oldest.key));
        }
    }
}

/* What has not left yet will come after all that has. */
function sortTime(entry)
{
    return entry.status === "pending" ? Infinity : entry.at;
}
