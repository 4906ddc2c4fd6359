/* The chat example in a real browser, as two people would use it: one at a desk, one on a phone. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, PHONE, TIMEOUT_MS, gone, hasText, sees, shot } from "./browser.mjs";
import { ExampleServer } from "./server.mjs";

const server = new ExampleServer("chat");
const browser = new Browser();
let ann, ben;

before(async () => {
    await server.start();
    await browser.start();
    ann = await browser.open(server.url);
    ben = await browser.open(server.url, PHONE);
});

after(async () => {
    await browser.stop();
    server.kill();
});

const bubble = (page, text) => page.locator(".message", { has: page.getByText(text, { exact: true }) }).first();

async function join(page, nick)
{
    await page.fill("#welcome-nick", nick);
    await page.click("#welcome-join");
}

async function say(page, text)
{
    await page.fill("#draft", text);
    await page.click("#send");
    await page.locator('.message.own[data-status="sent"]', { hasText: text }).first().waitFor();
}

/* On a phone the rooms are behind a button. */
async function chooseRoom(page, name)
{
    if (await page.locator("#open-rooms").isVisible()) {
        await page.click("#open-rooms");
    }
    await page.click(`#rooms-panel [data-room="${name}"]`);
    await hasText(page, "#room-title", `#${name}`);
}

test("two people join and see each other", async () => {
    await sees(ben, "#welcome-link", "Connected");
    await shot(ben, "chat-phone-welcome");
    await shot(ann, "chat-desktop-welcome");
    await join(ann, "Ann");
    await hasText(ann, "#room-title", "#lobby");
    await join(ben, "Ben");
    await hasText(ben, "#room-title", "#lobby");
    await sees(ann, ".notice", "Ben joined");
    await hasText(ann, "#room-subtitle", "2 people here");
    await sees(ann, "#people .person", "Ben");
    await hasText(ben, "#room-subtitle", "2 people here");
});

test("the connection becomes a WebSocket", async () => {
    await sees(ann, "#link-text", "WebSocket");
});

test("a taken nickname is refused", async () => {
    const other = await browser.open(server.url);
    await join(other, "ann");
    await sees(other, "#welcome-error", "taken");
    assert.equal(await other.locator("#chat").isVisible(), false);
    await join(other, "Cleo");
    await sees(ann, ".notice", "Cleo joined");
    await other.context().close();
    await sees(ann, ".notice", "Cleo left");
    await hasText(ann, "#room-subtitle", "2 people here");
});

test("a typing notice comes and goes, and the message arrives", async () => {
    await ann.locator("#draft").pressSequentially("Good");
    await sees(ben, "#typing.active", "Ann is typing…");
    await say(ann, "Good morning! Did the seeds arrive?");
    await bubble(ben, "Good morning! Did the seeds arrive?").waitFor();
    await ben.locator("#typing:not(.active)").waitFor({ state: "attached" });
    assert.equal(await ben.locator(".message .author").first().textContent(), "Ann");
});

test("a link becomes a link", async () => {
    await say(ben, "They did: https://example.com/seeds?id=7. Tomatoes, basil, two kinds of beans.");
    const link = ann.locator("#log a");
    await link.waitFor();
    assert.equal(await link.getAttribute("href"), "https://example.com/seeds?id=7");
});

test("rooms are separate, and the other one counts what is unread", async () => {
    await ann.fill("#room-name", "Green House");
    await ann.press("#room-name", "Enter");
    await hasText(ann, "#room-title", "#green-house");
    assert.equal(await ann.locator(".message").count(), 0);
    await say(ben, "One question:");
    await say(ben, "shall we sow on Saturday?");
    await hasText(ann, '[data-room="lobby"] .badge', "2");
    await ann.waitForFunction(() => document.title.startsWith("(2)"));
    await chooseRoom(ann, "lobby");
    await sees(ann, ".unread-divider", "New messages");
    await gone(ann, '[data-room="lobby"] .badge', "2");
    await say(ann, "Saturday is good.\nI bring the soil, you bring the labels?");
});

test("history is there after a reload, and the name is kept", async () => {
    await ben.reload();
    await bubble(ben, "Good morning! Did the seeds arrive?").waitFor();
    await bubble(ben, "shall we sow on Saturday?").waitFor();
    await hasText(ben, "#my-nick", "Ben");
    await sees(ann, ".notice", "Ben reconnected");
    await hasText(ann, "#room-subtitle", "2 people here");
    await say(ben, "Deal!");
    await bubble(ann, "Deal!").waitFor();
});

test("pictures of a conversation", async () => {
    await ann.locator("#draft").pressSequentially("See you");
    await sees(ben, "#typing.active", "Ann is typing…");
    await shot(ben, "chat-phone-conversation");
    await ben.click("#open-rooms");
    await ben.locator("#rooms-panel.open").waitFor();
    await shot(ben, "chat-phone-rooms");
    await ben.keyboard.press("Escape");
    await ben.click("#open-people");
    await sees(ben, "#people .person", "Ann");
    await shot(ben, "chat-phone-people");
    await ben.click("#people-panel [data-close-panel]");
    await shot(ann, "chat-desktop-conversation");
    await ann.emulateMedia({ colorScheme: "dark" });
    await shot(ann, "chat-desktop-dark");
    await ann.emulateMedia({ colorScheme: "light" });
    await ben.emulateMedia({ colorScheme: "dark" });
    await shot(ben, "chat-phone-dark");
    await ben.emulateMedia({ colorScheme: "light" });
});

test("markup stays text, in names and messages, and text beyond ASCII arrives whole", async () => {
    const markup = '<img src=x onerror="document.title=1"> & <b>bold</b> 🌱 Grüße \u2028 日本';
    const mallory = await browser.open(server.url);
    await join(mallory, "<b>Mallory</b>");
    await chooseRoom(mallory, "green-house");
    await chooseRoom(ann, "green-house");
    await say(mallory, markup);
    await bubble(ann, markup).waitFor();
    await sees(ann, "#people .person", "<b>Mallory</b>");
    assert.equal(await ann.locator("#log img, #log b, #people b").count(), 0);
    await mallory.context().close();
    await sees(ann, ".notice", "<b>Mallory</b> left");
    await chooseRoom(ann, "lobby");
});

test("a server restart: the state is shown, nothing written meanwhile is lost", async () => {
    await server.stop();
    await sees(ann, "#banner", "Reconnecting");
    await ann.fill("#draft", "See you on Saturday!");
    await ann.press("#draft", "Enter");
    await ann.locator('.message.own[data-status="pending"]', { hasText: "See you on Saturday!" }).waitFor();
    await shot(ann, "chat-desktop-reconnecting");
    await shot(ben, "chat-phone-reconnecting");
    await server.start();
    // The button goes when the page has reconnected by itself meanwhile.
    for (const page of [ben, ann]) await page.evaluate(() => document.getElementById("reconnect").click());
    await ann.locator('.message.own[data-status="sent"]', { hasText: "See you on Saturday!" }).waitFor();
    await ann.locator("#banner").waitFor({ state: "hidden" });
    await bubble(ben, "See you on Saturday!").waitFor();
    assert.equal(await ben.getByText("See you on Saturday!", { exact: true }).count(), 1);
    await bubble(ben, "Good morning! Did the seeds arrive?").waitFor();
});

test("a refused message says so and can be sent again", async () => {
    // Within the page: on a slow machine keys would not come quickly enough to be refused.
    await ann.evaluate(() => {
        for (let i = 0; i < 24; i++) {
            document.getElementById("draft").value = `quick ${i}`;
            document.getElementById("composer").requestSubmit();
        }
    });
    const failed = ann.locator('.message[data-status="failed"]').first();
    await failed.waitFor();
    await shot(ann, "chat-desktop-failed");
    const text = await failed.locator(".bubble").textContent();
    const entry = ann.locator(".message", { has: ann.getByText(text, { exact: true }) });
    const deadline = Date.now() + TIMEOUT_MS;
    while ((await entry.getAttribute("data-status")) !== "sent") {
        assert.ok(Date.now() < deadline, "the message cannot be sent again");
        await entry.getByRole("button", { name: "Retry" }).click();
        await entry.and(ann.locator(':not([data-status="pending"])')).waitFor();
    }
    await bubble(ben, text).waitFor();
});

test("a duplicated tab takes over, the first one says why it stopped", async () => {
    const first = await browser.open(server.url);
    await join(first, "Dora");
    await hasText(first, "#room-title", "#lobby");
    const second = await browser.open(server.url, undefined, await first.evaluate(() => ({ ...sessionStorage })));
    await hasText(second, "#my-nick", "Dora");
    await bubble(second, "See you on Saturday!").waitFor();
    await sees(first, "#welcome-error", "another window");
    await say(second, "Two windows are one too many.");
    await bubble(ben, "Two windows are one too many.").waitFor();
    await first.context().close();
    await second.context().close();
    await sees(ben, ".notice", "Dora left");
});

test("leaving is noticed, and the page comes back to its door", async () => {
    await ann.click("#sign-out");
    await ann.locator("#welcome").waitFor();
    await sees(ben, ".notice", "Ann left");
    await hasText(ben, "#room-subtitle", "1 person here");
});

test("nothing complained, and the server ends cleanly", async () => {
    assert.deepEqual(browser.complaints, []);
    await server.stop();
});
