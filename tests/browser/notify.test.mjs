/* The notify example in a real browser: Ann in two tabs and on a phone, Ben; tokens; two servers on one Redis, notified from outside. */

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Redis, freePort } from "../cluster/lib/redis.mjs";
import { emitterOf } from "../interop/lib/adapters.mjs";
import { Browser, PHONE, TIMEOUT_MS, sees, shot } from "./browser.mjs";
import { ExampleServer, buildDir } from "./server.mjs";

const run = promisify(execFile);
const SECRET = "a secret of the tests that is long enough";
process.env.NOTIFY_SECRET = SECRET;

const server = new ExampleServer("notify");
if (/without libjwt/.test(spawnSync(server.command, ["--port", "0"], { encoding: "utf8", timeout: 10000 }).stderr)) {
    test("notify", { skip: "built without libjwt" });
} else {
    scenarios();
}

/* A token as anybody could make one; `key` signs it. */
function token(claims, { alg = "HS256", key = SECRET } = {})
{
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg, typ: "JWT" })}.${part(claims)}`;
    const hash = alg === "HS512" ? "sha512" : "sha256";
    return `${text}.${alg === "none" ? "" : createHmac(hash, key).update(text).digest("base64url")}`;
}

const seconds = () => Math.floor(Date.now() / 1000);

async function signIn(page, name)
{
    await page.fill("#welcome-name", name);
    await page.press("#welcome-name", "Enter");
    await sees(page, "#me", name);
    await sees(page, ".topbar .link-state[data-link=online]", "Connected");
    await page.waitForFunction(() => /^\d+ s$/.test(document.getElementById("left").textContent));
}

async function send(page, how, fields, result = "Sent.")
{
    await page.selectOption("#how", how);
    for (const [id, text] of Object.entries(fields)) {
        await page.fill(`#${id}`, text);
    }
    await page.click("#send-form .primary");
    await sees(page, "#result", result);
}

const titles = (page) => page.locator(".note-title").allTextContents();

/* Waits for a last notification to everybody, and asserts what came before it, the newest first. */
async function heard(sender, expected)
{
    const mark = `mark ${performance.now()}`;
    await send(sender, "toAll", { title: mark });
    for (const [page, wanted] of expected) {
        await sees(page, ".note-title", mark);
        const all = await titles(page);
        assert.equal(all[0], mark);
        assert.deepEqual(all.slice(1, 1 + wanted.length), wanted);
        assert.ok(all.length === 1 + wanted.length || all[1 + wanted.length].startsWith("mark "), all.join(", "));
    }
}

/* What becomes of connections with these tokens: "connected", or why not. */
const tried = (page, tokens) => page.evaluate((list) => Promise.all(list.map((each) => new Promise((resolve) => {
    const socket = io({ forceNew: true, reconnection: false, transports: ["websocket"], auth: each === undefined ? {} : { token: each } });
    socket.on("connect", () => resolve("connected") || socket.disconnect());
    socket.on("connect_error", (error) => resolve(`${error.message} ${error.data?.code}`));
}))), tokens);

function scenarios()
{
    const browser = new Browser();
    const hasty = new ExampleServer("notify", ["--token-seconds", "3"]);
    let ann, tab, phone, ben;

    before(async () => {
        await server.start();
        await browser.start();
        ann = await browser.open(server.url);
        phone = await browser.open(server.url, PHONE);
        ben = await browser.open(server.url);
    });

    after(async () => {
        await browser.stop();
        server.kill();
        hasty.kill();
    });

    test("people sign in; a second tab is signed in by itself", async () => {
        await shot(phone, "notify-phone-welcome");
        await ann.fill("#welcome-name", "a b");
        await ann.press("#welcome-name", "Enter");
        await sees(ann, "#welcome-error", "up to 32");
        await signIn(ann, "ann");
        await signIn(phone, "ann");
        await signIn(ben, "ben");
        tab = await ann.context().newPage();
        tab.setDefaultTimeout(TIMEOUT_MS);
        await tab.goto(server.url);
        await sees(tab, ".topbar .link-state[data-link=online]", "Connected");
        await sees(tab, "#me", "ann");
    });

    test("to a user: all tabs and devices, and nobody else", async () => {
        await send(ben, "toUser", { "to-user": "ann", title: "Lunch?" });
        await heard(ben, [[ann, ["Lunch?"]], [tab, ["Lunch?"]], [phone, ["Lunch?"]], [ben, []]]);
        await sees(ann, "#unread", "2");
    });

    test("read in one tab, read in all", async () => {
        await phone.locator(".note", { hasText: "Lunch?" }).getByRole("button").click();
        for (const page of [ann, tab, phone]) {
            await sees(page, "#unread", "1");
            assert.equal(await page.locator(".note.new", { hasText: "Lunch?" }).count(), 0);
        }
    });

    test("to topics: who follows them, once each, but not the excepted user", async () => {
        for (const [page, topics] of [[ann, ["news", "orders"]], [phone, ["orders"]], [ben, ["news"]]]) {
            for (const topic of topics) {
                await page.locator(`#topics input[value=${topic}]`).check();
            }
        }
        await heard(ann, [[ann, []]]);
        await heard(phone, [[phone, []]]);
        await send(ben, "toRoom", { "to-topic": "news", title: "one" });
        await send(ben, "toRoomExcept", { "to-topic": "news", "to-user": "ann", title: "not ann" });
        await send(ben, "toRooms", { "to-topic": "orders, news", title: "both" });
        await send(ben, "toRoom", { "to-topic": "deploys", title: "nobody" });
        await heard(ben, [[ann, ["both", "one"]], [tab, []], [phone, ["both"]], [ben, ["both", "not ann", "one"]]]);
        await ann.locator("#topics input[value=news]").uncheck();
        await heard(ann, [[ann, []]]);
        await send(ben, "toRoom", { "to-topic": "news", title: "two" });
        await heard(ben, [[ann, []], [ben, ["two"]]]);
    });

    test("to a user, with answers: all of them, or those that came in time", async () => {
        await send(ben, "toUserWithAck", { "to-user": "ann", "to-timeout": "7000", title: "Fire drill" }, "3 of 3 answered.");
        await phone.locator("#answer").uncheck();
        await send(ben, "toUserWithAck", { "to-user": "ann", "to-timeout": "500", title: "Again" }, "2 of 3 answered in time.");
        await send(ben, "toUserWithAck", { "to-user": "nobody", "to-timeout": "500", title: "Again" }, "0 of 0 answered.");
    });

    test("pictures, and nothing wider than the screen", async () => {
        await shot(ann, "notify-desktop");
        await shot(phone, "notify-phone");
        await ben.emulateMedia({ colorScheme: "dark" });
        await shot(ben, "notify-desktop-dark");
        for (const page of [ann, phone]) {
            assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
        }
    });

    test("only a token of ours that is still good lets anybody in", async () => {
        const good = { sub: "eve", exp: seconds() + 60 };
        assert.deepEqual(await tried(ben, [
            token(good), undefined, 7, "", "a.b.c", token(good, { key: "another secret of the same length here" }), token(good, { alg: "none" }),
            token(good, { alg: "HS512" }), token({ sub: "eve", exp: seconds() - 1 }), token({ sub: "eve" }), token({ exp: good.exp }),
            token({ sub: "Eve:x", exp: good.exp }), token({ sub: "e".repeat(33), exp: good.exp }), token({ sub: "eve", exp: 1e17 }),
        ]), ["connected", ...Array(13).fill("unauthorized token")]);
    });

    test("what no page would send is refused", async () => {
        const codes = await ben.evaluate(async (auth) => {
            const socket = io({ forceNew: true, transports: ["websocket"], auth });
            const title = "x";
            const codes = [];
            for (const event of [
                ["toUser"], ["toUser", { title }], ["toUser", { user: "a:b", title }], ["toUser", { user: "ann", title: "" }],
                ["toUser", { user: "ann", title: "x".repeat(201) }], ["toRooms", { topics: [], title }], ["toRooms", { topics: ["a", "*"], title }],
                ["toRooms", { topics: Array(9).fill("a"), title }], ["toRoomExcept", { topic: "a", title }],
                ["toUserWithAck", { user: "ann", title }], ["toUserWithAck", { user: "ann", title, timeoutMs: 30001 }], ["subscribe", { topic: "" }],
                ["read", {}], ["refresh", { token: "a.b.c" }],
            ]) {
                codes.push((await socket.emitWithAck(...event)).code);
            }
            const flood = await Promise.all(Array.from({ length: 30 }, () => socket.emitWithAck("toUser", { user: "nobody", title })));
            codes.push(flood.some(({ code }) => code === "rate"));
            socket.disconnect();
            return codes;
        }, { token: token({ sub: "eve", exp: seconds() + 600 }) });
        assert.deepEqual(codes, [...Array(12).fill("invalid"), "rate", "token", true]);
    });

    test("a token that expires disconnects; a newer one of the same user keeps the connection", async () => {
        const [short, long, other] = [["eve", 3], ["eve", 600], ["ann", 600]].map(([sub, left]) => token({ sub, exp: seconds() + left }));
        const seen = await ben.evaluate(async ({ short, long, other }) => {
            const open = (auth) => new Promise((resolve) => {
                const socket = io({ forceNew: true, transports: ["websocket"], auth: { token: auth } });
                socket.on("connect", () => resolve(socket));
            });
            const [ends, stays] = await Promise.all([open(short), open(short)]);
            const { id } = stays;
            const refused = await stays.emitWithAck("refresh", { token: other });
            const refreshed = await stays.emitWithAck("refresh", { token: long });
            const reason = await new Promise((resolve) => ends.on("disconnect", resolve));
            const session = await stays.emitWithAck("session");
            return { reason, same: stays.id === id, code: refused.code, left: refreshed.leftMs > 60000, user: session.user };
        }, { short, long, other });
        assert.deepEqual(seen, { reason: "io server disconnect", same: true, code: "token", left: true, user: "eve" });
    });

    test("the page refreshes by itself, or says that the session has expired", async () => {
        await hasty.start();
        const page = await browser.open(hasty.url);
        await signIn(page, "cleo");
        await page.evaluate(() => {
            window.drops = 0;
            new MutationObserver(() => { window.drops += document.getElementById("banner").hidden ? 0 : 1; })
                .observe(document.getElementById("banner"), { attributes: true });
        });
        /* Refreshed at least twice: the time left has grown twice. */
        await page.waitForFunction(() => {
            const left = parseInt(document.getElementById("left").textContent, 10);
            window.grown = (window.grown ?? 0) + (left > (window.before ?? left) ? 1 : 0);
            window.before = left;
            return window.grown >= 2;
        }, undefined, { polling: 50 });
        assert.equal(await page.evaluate(() => window.drops), 0);
        await page.locator("#auto").uncheck();
        await sees(page, "#banner", "Your session has expired.");
        await page.click("#reconnect");
        await page.locator("#banner").waitFor({ state: "hidden" });
        await page.context().close();
        await hasty.stop();
    });

    test("two servers on one Redis: from the other's users, sio-emit, redis-cli and Node's emitter", async () => {
        const redis = await new Redis(await freePort()).start();
        const servers = [1, 2].map(() => new ExampleServer("notify", ["--redis", redis.url]));
        let client, emitter;
        try {
            await Promise.all(servers.map((each) => each.start()));
            const [dora, emil] = await Promise.all(servers.map((each) => browser.open(each.url)));
            await signIn(dora, "dora");
            await signIn(emil, "emil");
            const told = (title) => sees(dora, ".note-title", title);

            await send(emil, "toUser", { "to-user": "dora", title: "from the other server" });
            await told("from the other server");
            await send(emil, "toUserWithAck", { "to-user": "dora", "to-timeout": "7000", title: "across" }, "1 of 1 answered.");
            await run(path.join(buildDir, "tools/sio-emit"),
                ["--redis", redis.url, "--to", "user:dora", "notification", JSON.stringify({ title: "by sio-emit", from: "shell" })]);
            await told("by sio-emit");
            const data = ["notification", { title: "by redis-cli" }];
            await redis.cli("publish", "socket.io#/#", JSON.stringify({ type: 2, nsp: "/", data, rooms: ["user:dora"] }));
            await told("by redis-cli");
            ({ client, emitter } = await emitterOf(redis.url, "socket.io", "/"));
            emitter.to("user:dora").emit("notification", { title: "by Node" });
            await told("by Node");
            assert.deepEqual((await titles(dora)).reverse(), ["from the other server", "across", "by sio-emit", "by redis-cli", "by Node"]);
            assert.deepEqual(await titles(emil), []);
            await Promise.all([dora, emil].map((page) => page.context().close()));
            await Promise.all(servers.map((each) => each.stop()));
        } finally {
            servers.forEach((each) => each.kill());
            await client?.quit();
            await redis.kill();
        }
    });

    test("nothing complained, and the server ends cleanly", async () => {
        assert.deepEqual(browser.complaints, []);
        await server.stop();
    });
}
