/* The dashboard example in a real browser: charts of a server under load, at a desk and on a phone; batches as they arrive; pauses; who
 * may look; what no page would send. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, PHONE, TIMEOUT_MS, askRaw, hasText, sees, shot } from "./browser.mjs";
import { ExampleServer } from "./server.mjs";
import { Wire } from "./wire.mjs";

const server = new ExampleServer("dashboard", ["--load-clients", "30"]);
const closed = new ExampleServer("dashboard", ["--token", "open sesame"]);
const wire = new Wire(server);
const browser = new Browser();
let desk, phone;

before(async () => {
    await server.start();
    await wire.start();
    await browser.start();
    desk = await browser.open(server.url, { viewport: { width: 1280, height: 900 } });
    phone = await browser.open(wire.url, PHONE);
});

after(async () => {
    await browser.stop();
    wire.stop();
    server.kill();
    closed.kill();
});

const tile = (page, label) => page.locator(".tile", { hasText: label }).locator("dd");

async function setRange(page, id, value)
{
    await page.locator(`#${id}`).fill(String(value));
}

async function startLoad(page, clients, perSecond)
{
    await setRange(page, "load-clients", clients);
    await setRange(page, "load-rate", perSecond);
    await page.click("#load-toggle");
}

/* How many pixels of a chart have its line's colour. */
const inked = (page, chart, color) =>
    page.evaluate(([index, name]) => {
        const canvas = document.querySelectorAll("canvas")[index];
        const probe = document.createElement("canvas").getContext("2d");
        probe.fillStyle = getComputedStyle(canvas).getPropertyValue(name);
        probe.fillRect(0, 0, 1, 1);
        const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
            count += data[i + 3] > 250 && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 24;
        }
        return count;
    }, [chart, color]);

async function until(condition, what)
{
    const deadline = Date.now() + TIMEOUT_MS;
    while (!(await condition())) {
        assert.ok(Date.now() < deadline, what);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

/* Batches of a socket of its own, until enough(batches); batches carry the server's time. */
const collect = (page, { items, ms }) =>
    page.evaluate(({ items, ms }) => new Promise((resolve) => {
        const socket = io({ forceNew: true, transports: ["websocket"] });
        const batches = [];
        socket.on("batch", (batch) => {
            batches.push(batch);
            const count = batches.reduce((sum, each) => sum + each.items.length, 0);
            if (count >= items && batch.at - batches[0].at >= ms) {
                socket.disconnect();
                resolve(batches);
            }
        });
        socket.on("connect", () => socket.emit("watch", () => {}));
    }), { items, ms });

test("the page connects and draws the server's counters", async () => {
    await sees(desk, ".link-state", "WebSocket");
    await until(async () => (await tile(desk, "Clients").textContent()) === "2", "two clients");
    assert.equal(await desk.locator("canvas").count(), 6);
    await until(async () => (await inked(desk, 2, "--one")) > 20, "a line in the chart of clients");
    assert.match(await desk.locator("canvas").nth(2).getAttribute("aria-label"), /^Clients: all 2, on long-polling/);
});

test("what happens appears as it happens", async () => {
    const other = await browser.open(server.url);
    await sees(desk, "#activity [data-kind=connected]", "polling");
    await sees(desk, "#activity [data-kind=upgraded]", "websocket");
    await sees(other, ".link-state", "WebSocket");
    await other.context().close();
    await sees(desk, "#activity [data-kind=closed]", "transport close");
    assert.equal((await fetch(`${server.url}socket.io/?EIO=9&transport=polling`)).status, 400);
    await sees(desk, "#activity [data-kind=refused]", "Unsupported protocol version");
});

test("a quiet server sends one message per sample, not more", async () => {
    const batches = await collect(desk, { items: 5, ms: 1000 });
    for (const batch of batches.slice(1, -1)) {
        assert.ok(batch.items.length <= 3, `${batch.items.length} items at once`);
    }
    batches.slice(1).forEach((batch, i) => assert.equal(batch.number, batches[i].number + 1));
});

test("the load is seen on both pages", async () => {
    await startLoad(desk, 10, 10);
    await sees(desk, "#load-state", "10 clients connected.");
    await until(async () => (await tile(phone, "Clients").textContent()) === "12", "12 clients");
    await until(async () => /\d ms/.test(await tile(phone, "Round trip").textContent()), "round trips");
    for (const page of [desk, phone]) {
        await until(async () => (await inked(page, 0, "--one")) > 50 && (await inked(page, 0, "--two")) > 50, "messages in and out");
        await until(async () => (await inked(page, 3, "--two")) > 20, "dots of round trips");
    }
});

test("under load: 50 ms or 100 items, whichever comes first", async () => {
    await setRange(desk, "load-rate", 20);
    const hose = await browser.open(server.url);
    await hose.evaluate(() => {
        const sockets = Array.from({ length: 16 }, () => io("/load", { forceNew: true, transports: ["websocket"] }));
        globalThis.hose = setInterval(() => sockets.forEach((socket) => {
            for (let i = 0; i < 9; i++) { /* 180 a second of each: within the limit; 144 at once: more than a batch */
                socket.emit("work", { trip: 1 }, "x");
            }
        }), 50);
    });
    const batches = await collect(desk, { items: 1500, ms: 1000 });
    await hose.context().close();
    const sizes = batches.map((batch) => batch.items.length);
    assert.ok(Math.max(...sizes) <= 100, `${Math.max(...sizes)} items in a message`);
    assert.ok(sizes.includes(100), "some are full");
    for (let i = 1; i < batches.length; i++) {
        const waited = batches[i].at - batches[i - 1].at;
        assert.ok(waited >= 49 || sizes[i] === 100, `${sizes[i]} items after ${waited} ms`);
    }
});

test("pictures", async () => {
    await setRange(desk, "load-rate", 12);
    await desk.evaluate(() => scrollTo(0, 0));
    await desk.locator("canvas").first().hover({ position: { x: 330, y: 80 } });
    await sees(desk, ".tip", "s ago");
    await shot(desk, "dashboard-desktop-load");
    await desk.locator("#counters summary").click();
    await sees(desk, "#counters-body", "packets in");
    await desk.locator("#counters").scrollIntoViewIfNeeded();
    await shot(desk, "dashboard-desktop-counters");
    await desk.evaluate(() => scrollTo(0, 0));
    await desk.emulateMedia({ colorScheme: "dark" });
    await desk.mouse.move(5, 5);
    await shot(desk, "dashboard-desktop-dark");
    await desk.emulateMedia({ colorScheme: "light" });
    await shot(phone, "dashboard-phone-load");
    await phone.locator("#activity").evaluate((list) => list.scrollIntoView());
    await shot(phone, "dashboard-phone-below");
});

test("a hidden page is sent nothing, and is whole again when it is seen", async () => {
    const hide = (page, hidden) => page.evaluate((value) => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
        document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    await hide(phone, true);
    await phone.locator("#charts.stale").waitFor();
    await until(async () => (await askRaw(desk, [["pause"]]))[0].viewers === 1, "the server knows of one viewer only");
    await hide(phone, false);
    await phone.locator("#charts:not(.stale)").waitFor();
    await until(async () => (await askRaw(desk, [["pause"]]))[0].viewers === 2, "both watch again");
});

test("the button pauses, too", async () => {
    await desk.click("#pause");
    await hasText(desk, "#pause", "Resume");
    await until(async () => (await askRaw(desk, [["pause"]]))[0].viewers === 1, "the server sends it nothing");
    await desk.click("#pause");
    await desk.locator("#charts:not(.stale)").waitFor();
});

test("after a lost connection the last minute is there again", async () => {
    wire.pull();
    await sees(phone, "#banner", "Reconnecting");
    await shot(phone, "dashboard-phone-offline");
    wire.plug();
    await phone.evaluate(() => document.getElementById("reconnect").click());
    await phone.locator("#banner").waitFor({ state: "hidden" });
    await until(async () => (await inked(phone, 0, "--one")) > 50, "the line is drawn again");
});

test("more load than the server allows is refused, and the page says so", async () => {
    await desk.click("#load-toggle");
    await startLoad(desk, 40, 1);
    await sees(desk, "#load-error", "enough load already");
    await sees(desk, "#load-state", "30 clients connected.");
    await desk.click("#load-toggle");
    await until(async () => (await tile(desk, "Clients").textContent()) === "2", "they have gone");
});

test("what no page would send is refused", async () => {
    const trips = [60001, 1e300, "1", [], {}, true].map((trip) => ["work", { trip }, "x"]);
    const answers = await askRaw(desk, [["work"], ["work", null], ["work", 7], ...trips, ["work", { trip: -1 }], ["work", { trip: 1 }], ["work", {}, null]],
        { namespace: "/load" });
    assert.deepEqual(answers.map((answer) => answer?.ok === true ? "ok" : answer?.code), [...Array(9).fill("invalid"), "ok", "ok", "ok"]);
    const [again] = await askRaw(desk, [["watch", "junk"], ["watch"], ["pause"], ["pause"]]);
    assert.equal(again.ok, true);
    assert.equal(again.history[0].length, again.fields.length + 1);
    assert.ok(again.history.length <= 300);
    const flooded = await desk.evaluate(() => new Promise((resolve) => {
        const socket = io({ forceNew: true, reconnection: false, transports: ["websocket"] });
        socket.on("disconnect", resolve);
        socket.on("connect", () => {
            for (let i = 0; i < 1000; i++) {
                socket.emit("pause");
            }
        });
    }));
    assert.match(flooded, /transport/);
});

test("with a token only those who know it look", async () => {
    await closed.start();
    const guest = await browser.open(closed.url);
    await guest.locator("#door").waitFor();
    assert.equal(await guest.locator("#dashboard").isVisible(), false);
    await guest.fill("#token", "open barley");
    await guest.press("#token", "Enter");
    await sees(guest, "#token-error", "not the token");
    await shot(guest, "dashboard-desktop-door");
    const refused = await guest.evaluate(() => new Promise((resolve) => {
        io("/load", { forceNew: true, reconnection: false, transports: ["websocket"] }).on("connect_error", (error) => resolve(error.message));
    }));
    assert.equal(refused, "not authorized");
    await guest.fill("#token", "open sesame");
    await guest.press("#token", "Enter");
    await guest.locator("#dashboard").waitFor();
    await until(async () => (await tile(guest, "Clients").textContent()) !== "–", "counters");
    await startLoad(guest, 3, 1);
    await sees(guest, "#load-state", "3 clients connected.");
    await guest.context().close();
    await closed.stop();
});

test("nothing complained, and the server ends cleanly under load", async () => {
    await startLoad(desk, 10, 20);
    await sees(desk, "#load-state", "10 clients connected.");
    await server.stop();
    assert.deepEqual(browser.complaints, []);
});
