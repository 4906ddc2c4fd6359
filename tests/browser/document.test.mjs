/* The document example: its operations in JavaScript, twenty typists in Node, and Ann at a desk with Ben on a phone in a browser. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { apply, compose, difference, lengthOf, transform } from "../../examples/document/public/ot.js";
import { Browser, DESK, PHONE, hasText, sees, shot } from "./browser.mjs";
import { run, startCluster } from "./document_typists.mjs";
import { ExampleServer } from "./server.mjs";
import { Wire } from "./wire.mjs";

const RUNS = 3;
const server = new ExampleServer("document");
const wire = new Wire(server);
const browser = new Browser();
let ann, ben;

before(async () => {
    await server.start();
    await wire.start();
    await browser.start();
    ann = await browser.open(`${server.url}#minutes`, DESK);
    ben = await browser.open(`${wire.url}#minutes`, PHONE);
});

after(async () => {
    await browser.stop();
    wire.stop();
    server.kill();
});

/* ---- Operations ---- */

const below = (limit) => Math.floor(Math.random() * limit);
const randomText = (length) => Array.from({ length }, () => ["a", "b", "ä", "€", "😀"][below(5)]).join("");

function randomOp(text)
{
    const op = [];
    for (let left = lengthOf(text); left > 0;) {
        const count = 1 + below(left);
        if (below(3) === 0) {
            op.push(randomText(1 + below(3)));
        }
        op.push(below(3) === 0 ? -count : count);
        left -= count;
    }
    return below(3) === 0 ? [...op, randomText(1)] : op;
}

test("transformed operations lead to the same text, composed ones to that of both", () => {
    for (let i = 0; i < 2000; i++) {
        const text = randomText(below(30));
        const [a, b] = [randomOp(text), randomOp(text)];
        const one = apply(text, a);
        const both = apply(one, transform(b, a, false));
        assert.equal(both, apply(apply(text, b), transform(a, b, true)));
        const c = randomOp(one);
        assert.equal(apply(text, compose(a, c)), apply(one, c));
        /* Past two operations, or past what they are together: the same. */
        assert.equal(apply(apply(one, c), transform(transform(b, a, false), c, false)),
            apply(apply(text, compose(a, c)), transform(transform(b, a, false), c, false)));
        const found = difference(text, both, below(30));
        assert.equal(found ? apply(text, found) : text, both);
    }
});

test("a difference is where the caret says", () => {
    assert.deepEqual(difference("aaa", "aaaa", 2), [1, "a", 2]);
    assert.deepEqual(difference("aaaa", "aaa", 1), [1, -1, 2]);
    assert.equal(difference("a", "a"), null);
});

for (let i = 1; i <= RUNS; i++) {
    test(`twenty typists end with the same text (${i} of ${RUNS})`, () => run([server], `typists-${i}`));
}

test("twenty typists at two servers with Redis between them, too", async (t) => {
    const cluster = await startCluster();
    if (!cluster) {
        t.skip("no redis-server");
        return;
    }
    try {
        await run(cluster.servers, "typists");
        for (const each of cluster.servers) {
            await each.stop();
        }
    } finally {
        cluster.servers.forEach((each) => each.kill());
        cluster.redis.stop();
    }
});

/* ---- In a browser ---- */

async function enter(page, name)
{
    await page.fill("#welcome-name", name);
    await page.click("#welcome-enter");
    await hasText(page, "#state", "Saved");
}

const hasValue = (page, value) => page.waitForFunction((wanted) => document.querySelector("#editor").value === wanted, value);
const caretTo = (page, at) => page.locator("#editor").evaluate((editor, position) => editor.setSelectionRange(position, position), at);

test("two write in one document and see each other", async () => {
    await shot(ben, "document-phone-welcome");
    await enter(ann, "Ann");
    await enter(ben, "Ben");
    await sees(ann, "#people", "Ben");
    await ann.locator("#editor").pressSequentially("Minutes of the meeting\n\nPresent: Ann 😀");
    await hasValue(ben, "Minutes of the meeting\n\nPresent: Ann 😀");
    await ben.locator("#editor").focus();
    await caretTo(ben, 0);
    await ben.locator("#editor").pressSequentially("Draft. ");
    await hasValue(ann, "Draft. Minutes of the meeting\n\nPresent: Ann 😀");
});

test("each sees the other's cursor, and keeps their own place", async () => {
    await sees(ann, ".cursor", "Ben");
    await sees(ben, ".cursor", "Ann");
    await ann.locator("#editor").pressSequentially(" and Ben");
    await hasValue(ben, "Draft. Minutes of the meeting\n\nPresent: Ann 😀 and Ben");
    assert.equal(await ben.locator("#editor").evaluate((editor) => editor.selectionStart), 7);
    await ben.waitForFunction(() => document.querySelector(".cursor").previousSibling.textContent.endsWith("and Ben"));
    await shot(ann, "document-desktop");
    await shot(ben, "document-phone");
});

test("what both write while one is cut off comes together", async () => {
    wire.pull();
    await sees(ben, "#state", "Offline");
    await caretTo(ben, 5);
    await ben.locator("#editor").pressSequentially(" 2");
    await shot(ben, "document-phone-offline");
    await ann.locator("#editor").pressSequentially(", Cleo");
    await sees(ann, "#state", "Saved");
    wire.plug();
    const text = "Draft 2. Minutes of the meeting\n\nPresent: Ann 😀 and Ben, Cleo";
    await hasValue(ann, text);
    await hasValue(ben, text);
    await hasText(ben, "#state", "Saved");
});

test("a late comer sees everything; what is cut away is gone for all", async () => {
    const late = await browser.open(`${server.url}#minutes`, PHONE);
    await enter(late, "Cleo");
    await hasValue(late, "Draft 2. Minutes of the meeting\n\nPresent: Ann 😀 and Ben, Cleo");
    await late.locator("#editor").evaluate((editor) => editor.setSelectionRange(0, 9));
    await late.locator("#editor").press("Delete");
    await hasValue(ann, "Minutes of the meeting\n\nPresent: Ann 😀 and Ben, Cleo");
    await late.context().close();
    await ann.waitForFunction(() => !document.querySelector("#people").textContent.includes("Cleo"));
});

/* ---- What no page would send ---- */

/* The messages that came, and the code it was closed with. */
const raw = (messages) => ann.evaluate((texts) => new Promise((resolve) => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/docs/raw`);
    const came = [];
    socket.onopen = () => texts.forEach((text) => socket.send(text));
    socket.onmessage = ({ data }) => came.push(JSON.parse(data));
    socket.onclose = ({ code }) => resolve({ came, code });
}), messages);

test("a plain client gets along with operation and revision alone", async () => {
    const { came } = await raw(['{"type":"op","op":["hello"],"revision":0}', '{"type":"op","op":[5," you"],"revision":1}',
        '{"type":"op","op":["oh "],"revision":1}', "end"]);
    assert.deepEqual(came.map(({ type, revision }) => [type, revision]), [["doc", 0], ["ack", 1], ["ack", 2], ["ack", 3]]);
    assert.equal((await raw(["end"])).came[0].text, "oh hello you");
});

test("what isn't an operation closes the connection, and nobody else's", async () => {
    for (const text of ["1", "{", '{"type":"op"}', '{"type":"op","op":[1e9],"revision":3}', '{"type":"op","op":[-99],"revision":3}',
        '{"type":"op","op":["x"],"revision":99}', '{"type":"op","op":["x"],"revision":-1}', '{"type":"op","op":"x","revision":3}',
        '{"type":"op","op":[{}],"revision":3}', '{"type":"nothing"}']) {
        assert.equal((await raw([text])).code, 1008, text);
    }
    assert.equal((await raw(["x".repeat(300000)])).code, 1009);
    await hasText(ann, "#state", "Saved");
});

test("no page complains, and the server ends cleanly", async () => {
    await server.stop();
    await sees(ann, "#state", "Offline");
    assert.deepEqual(browser.complaints, []);
});
