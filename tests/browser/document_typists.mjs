/* Twenty people who type at random into one document, over connections that are slow and break at random, until all have typed
 * enough; then all must have the same text, with every keystroke in it once.
 *
 *   node document_typists.mjs [RUNS]             so many runs (default: 100) against a server of its own
 *   node document_typists.mjs [RUNS] cluster     against two, one that keeps the documents and a relay, with Redis between them
 */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "./redis.mjs";
import { ExampleServer, scale } from "./server.mjs";
import { difference } from "../../examples/document/public/ot.js";
import { Session } from "../../examples/document/public/session.js";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(path.join(root, "examples/common/package.json"));
const { WebSocket } = createRequire(require.resolve("engine.io-client"))("ws");

const PEOPLE = 20;
const EDITS = 25;
const LIMIT_MS = 30000 * scale;
const LETTERS = ["a", "b", "ä", "€", "😀", "\n"];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const below = (limit) => Math.floor(Math.random() * limit);

/* A WebSocket whose messages take a while, in both directions, but keep their order. What is under way when it closes is lost. */
class SlowWebSocket {
    readyState = 0;

    constructor(url)
    {
        const socket = new WebSocket(url);
        let inwards = Promise.resolve();
        this.socket = socket;
        this.outwards = Promise.resolve();
        socket.on("open", () => (this.readyState = 1));
        socket.on("error", () => {});
        socket.on("message", (data) => {
            inwards = inwards.then(() => pause(below(15))).then(() => this.onmessage?.({ data: String(data) }));
        });
        socket.on("close", (code) => {
            this.readyState = 3;
            this.onclose?.({ code });
        });
    }

    send(text)
    {
        this.outwards = this.outwards.then(() => pause(below(15))).then(() => this.socket.readyState === 1 && this.socket.send(text));
    }

    /* As when a cable is pulled, or half of the time as when a network goes silently: then the server hears of the end late, and what
     * was sent before may reach it after the next connection. */
    close()
    {
        this.readyState = 3;
        if (below(2) === 0) {
            this.socket.terminate();
        } else {
            setTimeout(() => this.socket.terminate(), 100);
        }
    }
}

/* Its keystrokes are told from all others by a number each: «7.3» was somebody's fourth. */
function type(session, typed, number)
{
    const before = Array.from(session.text);
    const at = below(before.length + 1);
    if (below(4) === 0 && at < before.length && LETTERS.includes(before[at])) {
        const after = [...before.slice(0, at), ...before.slice(at + 1)].join("");
        session.edit(difference(session.text, after));
        return;
    }
    const inside = before.slice(0, at).lastIndexOf("«") > before.slice(0, at).lastIndexOf("»");
    if (!inside) {
        const stroke = `«${number}.${typed.count++}»`;
        const text = LETTERS[below(LETTERS.length)] + stroke;
        session.edit(difference(session.text, [...before.slice(0, at), text, ...before.slice(at)].join(""), at + Array.from(text).length));
    }
}

async function typist(session, typed, number)
{
    session.connect();
    await until(() => session.live, "nobody answers");
    while (typed.count < EDITS) {
        await pause(below(20));
        type(session, typed, number);
        if (below(12) === 0) {
            session.drop(below(60));
        }
        session.point(below(5), below(5));
    }
}

async function until(holds, complaint)
{
    for (const end = Date.now() + LIMIT_MS; !holds();) {
        assert.ok(Date.now() < end, complaint);
        await pause(10);
    }
}

/* servers: the first one keeps the documents; people are at all of them in turn. */
export async function run(servers, name)
{
    const urls = servers.map((server) => `${server.url.replace("http", "ws")}ws/docs/${name}`);
    const sessions = Array.from({ length: PEOPLE }, (_, number) =>
        new Session({ url: urls[number % urls.length], key: `${name}-${number}`, name: `Typist ${number}`, WebSocket: SlowWebSocket }));
    const typed = sessions.map(() => ({ count: 0 }));
    try {
        await Promise.all(sessions.map((session, number) => typist(session, typed[number], number)));
        const [first] = sessions;
        await until(() => sessions.every((each) => each.settled && each.revision === first.revision), "they don't come to rest");
        check(sessions, typed);
        for (const url of urls) {
            await checkNewcomer(url, first.text);
        }
        return first.revision;
    } finally {
        sessions.forEach((session) => session.close());
    }
}

function check(sessions, typed)
{
    const text = sessions[0].text;
    sessions.forEach((session, number) => assert.equal(session.text, text, `typist ${number} has another text`));
    const strokes = text.match(/«\d+\.\d+»/g).sort();
    const expected = typed.flatMap(({ count }, number) => Array.from({ length: count }, (_, i) => `«${number}.${i}»`)).sort();
    assert.deepEqual(strokes, expected, "a keystroke is missing or there twice");
}

async function checkNewcomer(url, text)
{
    const session = new Session({ url, key: "newcomer", name: "Newcomer", WebSocket: SlowWebSocket });
    session.connect();
    await until(() => session.live, "a newcomer is told nothing");
    session.close();
    assert.equal(session.text, text, "the server has another text");
}

export async function startCluster()
{
    const redis = new Redis();
    if (!await redis.start()) {
        return null;
    }
    const servers = ["0", "1"].map((relay) => new ExampleServer("document", ["--redis", redis.url, "--relay", relay]));
    for (const server of servers) {
        await server.start();
    }
    return { redis, servers };
}

async function main(runs, cluster)
{
    const { redis, servers } = cluster ? await startCluster() : { servers: [new ExampleServer("document")] };
    try {
        if (!cluster) {
            await servers[0].start();
        }
        for (let i = 1; i <= runs; i++) {
            console.log(`run ${i}: the same text after ${await run(servers, `run-${i}`)} operations`);
        }
        for (const server of servers) {
            await server.stop();
        }
        console.log(`${runs} passed`);
    } finally {
        servers.forEach((server) => server.kill());
        redis?.stop();
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    await main(Number(process.argv[2] ?? 100), process.argv[3] === "cluster");
}
