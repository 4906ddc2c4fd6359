/* The rpc example in a real browser: every call over both connections, and what no page would send. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, PHONE, TIMEOUT_MS, askRaw, sees, shot } from "./browser.mjs";
import { ExampleServer } from "./server.mjs";

const SIDES = ["ws", "ack"];
const server = new ExampleServer("rpc");
const browser = new Browser();
let page, phone;

before(async () => {
    await server.start();
    await browser.start();
    page = await browser.open(server.url);
    phone = await browser.open(server.url, PHONE);
    for (const each of [page, phone]) {
        await online(each);
    }
});

after(async () => {
    await browser.stop();
    server.kill();
});

async function online(on)
{
    for (const side of SIDES) {
        await sees(on, `#${side}-state[data-link=online]`, "Connected");
    }
}

/* The newest call of each side is in that state, with that text. */
async function ended(on, state, text)
{
    for (const side of SIDES) {
        await sees(on, `#${side}-calls .call:first-child[data-state=${state}] .outcome`, text);
    }
}

const newest = (on, side) => on.locator(`#${side}-calls .call`).first();

test("a result, both ways, with how long it took", async () => {
    await page.fill("#a", "40");
    await page.fill("#b", "2.5");
    await page.click("#add");
    await ended(page, "ok", /^42\.5$/);
    for (const side of SIDES) {
        assert.match(await newest(page, side).locator(".time").textContent(), /^\d+\.\d ms$/);
    }
    await page.fill("#text", "Grüße \u{1f680} \"<b>\"");
    await page.click("#echo");
    await ended(page, "ok", '{"text":"Grüße \u{1f680} \\"<b>\\""}');
});

test("errors have a code and a message", async () => {
    await page.click("#fail");
    await ended(page, "failed", "failed: This method fails");
    await page.click("#unknown");
    await ended(page, "unknown", "no such method");
    await page.fill("#ms", "-1");
    await page.click("#sleep");
    await ended(page, "invalid", "How many milliseconds");
});

test("the server calls the page", async () => {
    await phone.click("#ask");
    await ended(phone, "ok", '{"width":390,"height":844,"language":"en-GB"}');
});

test("a call that takes too long ends by its time limit", async () => {
    await page.fill("#ms", "60000");
    await page.fill("#timeout", "100");
    await page.click("#sleep");
    await ended(page, "timeout", "timeout: ");
    await page.fill("#timeout", "30000");
});

test("a call is cancelled, another one is not held up by it", async () => {
    await page.click("#sleep");
    await page.click("#add");
    await ended(page, "ok", "42.5");
    for (const side of SIDES) {
        await page.locator(`#${side}-calls`).getByRole("button", { name: "Cancel sleep" }).click();
        await sees(page, `#${side}-calls .call[data-state=cancelled]`, "Cancelled here");
    }
    assert.equal(await page.locator(".call[data-state=waiting]").count(), 0);
});

test("a hundred at once: each answer finds its call", async () => {
    await page.click("#burst");
    await ended(page, "ok", "100 of 100 answers are right");
});

test("pictures, and nothing wider than the screen", async () => {
    await phone.click("#add");
    await ended(phone, "ok", "5");
    await phone.click("#fail");
    await ended(phone, "failed", "failed");
    await page.click("#sleep");
    await sees(page, "#ack-calls .call[data-state=waiting]", "…");
    await shot(page, "rpc-desktop");
    await page.emulateMedia({ colorScheme: "dark" });
    await shot(page, "rpc-desktop-dark");
    await shot(phone, "rpc-phone");
    for (const each of [page, phone]) {
        assert.equal(await each.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    }
});

/* Sends messages over a plain WebSocket, until as many answers have come. */
const raw = (messages, count) => page.evaluate(({ messages, count, timeout }) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}/ws/rpc`);
    const answers = [];
    setTimeout(() => reject(new Error(`only ${JSON.stringify(answers)}`)), timeout);
    socket.onopen = () => messages.forEach((each) => socket.send(typeof each === "string" ? each : JSON.stringify(each)));
    socket.onmessage = ({ data }) => {
        answers.push(JSON.parse(data));
        if (answers.length === count) {
            socket.close();
            resolve(answers);
        }
    };
}), { messages, count, timeout: TIMEOUT_MS });

test("the wire: what is no call is refused, each call is answered once", async () => {
    const call = (id, method, more = {}) => ({ type: "call", id, method, ...more });
    const bad = ["no JSON", "[]", "7", { type: "nonsense" }, { type: 7 }, { type: "call" }, call(undefined, "add"), call(null, "add"), call(1, 7)];
    const answers = await raw([
        ...bad,
        { type: "cancel", id: 99 }, { type: "cancel" }, { type: "result", id: 1 }, { type: "result", id: {} }, { type: "error", id: -1 },
        call({}, "echo"), call("x".repeat(65), "echo"), call(2.5, "echo"), call(1, "echo", { timeoutMs: -1 }),
        call(1, "echo", { timeoutMs: 30001 }),
        call("s", "sleep", { params: { ms: 60000 }, timeoutMs: 30000 }), call("s", "echo"), { type: "cancel", id: "s" }, { type: "cancel", id: "s" },
        call("late", "sleep", { params: { ms: 60000 }, timeoutMs: 1 }),
    ], bad.length + 8);
    assert.deepEqual(answers.slice(0, bad.length).map(({ id, code }) => [id, code]), bad.map(() => [null, "invalid"]));
    assert.deepEqual(answers.slice(bad.length).map(({ id, code }) => [id, code]), [
        [null, "invalid"], [null, "invalid"], [null, "invalid"], [1, "invalid"], [1, "invalid"], ["s", "duplicate"], ["s", "cancelled"],
        ["late", "timeout"],
    ]);
});

test("the wire: the server's own call takes the page's answer or refusal, once", async () => {
    const answers = await raw([
        { type: "call", id: "ask", method: "ask" }, { type: "error", id: 1, message: "Not now." }, { type: "result", id: 1, result: 1 },
        { type: "call", id: "ask", method: "ask" }, { type: "result", id: 2, result: [2] },
        { type: "call", id: "ask", method: "ask", timeoutMs: 50 },
    ], 6);
    assert.deepEqual(answers.map(({ type, id, message, result, code }) => [type, id, code ?? message ?? result]), [
        ["call", 1, undefined], ["error", "ask", "failed"], ["call", 2, undefined], ["result", "ask", [2]], ["call", 3, undefined],
        ["error", "ask", "timeout"],
    ]);
});

test("Socket.IO: what no page would send is refused, too many calls are", async () => {
    const answers = await askRaw(page, [
        ["add"], ["add", null], ["add", { a: "1", b: 2 }], ["echo"], ["echo", [1], {}], ["echo", 1, 7], ["echo", 1, { id: {} }],
        ["echo", 1, { timeoutMs: "1" }], ["__proto__"],
    ]);
    assert.deepEqual(answers.map((answer) => answer?.ok ? "ok" : answer?.code), [
        "invalid", "invalid", "invalid", "ok", "ok", "invalid", "invalid", "invalid", "unknown",
    ]);
    const codes = await page.evaluate(async () => {
        const socket = io({ forceNew: true });
        const replies = Array.from({ length: 201 }, () => socket.emitWithAck("sleep", { ms: 60000 }, { timeoutMs: 1000 }));
        const all = (await Promise.all(replies)).map(({ code }) => code);
        socket.disconnect();
        return all;
    });
    assert.equal(codes.filter((code) => code === "busy").length, 1);
    assert.equal(codes.filter((code) => code === "timeout").length, 200);
});

test("a server that ends in the middle of calls, and is back", async () => {
    await page.click("#sleep");
    await sees(page, "#ws-calls .call:first-child[data-state=waiting]", "…");
    await server.stop();
    await ended(page, "offline", "offline: ");
    await page.click("#add");
    await ended(page, "offline", "There is no connection");
    await server.start();
    await online(page);
    await page.click("#add");
    await ended(page, "ok", "42.5");
});

test("nothing complained, and the server ends cleanly", async () => {
    assert.deepEqual(browser.complaints, []);
    await server.stop();
});
