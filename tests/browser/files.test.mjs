/* The files example in a real browser: up and down at a desk and on a phone whose connection is pulled in the middle, a server that is
 * started anew in the middle, limits, names, and what no page would send. */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Browser, PHONE, TIMEOUT_MS, askRaw, hasText, sees, shot } from "./browser.mjs";
import { ExampleServer } from "./server.mjs";
import { Wire } from "./wire.mjs";

const MB = 1000000;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sio-files-"));
const server = new ExampleServer("files", ["--dir", folder, "--file-mb", "5", "--quota-mb", "17", "--count", "14"]);
const wire = new Wire(server);
const browser = new Browser();
const big = randomBytes(3 * MB + 123);
const sources = fs.mkdtempSync(path.join(os.tmpdir(), "sio-sources-"));
let desk, phone;

before(async () => {
    await server.start();
    await wire.start();
    await browser.start();
    desk = await browser.open(server.url);
    phone = await browser.open(wire.url, PHONE);
    await sees(phone, ".link-state", "WebSocket");
});

after(async () => {
    await browser.stop();
    wire.stop();
    server.kill();
    [folder, sources].forEach((each) => fs.rmSync(each, { recursive: true, force: true }));
});

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/* Small files with any name. */
const chooseMade = (page, ...files) => page.setInputFiles("#choose", files.map(([name, buffer]) => ({ name, buffer, mimeType: "text/plain" })));

/* Large ones, from the disk. */
const choose = (page, ...files) => page.setInputFiles("#choose", files.map(([name, bytes]) => {
    const file = path.join(sources, name);
    fs.writeFileSync(file, bytes);
    return file;
}));
const transfer = (page, name, state) => page.locator(`.transfer[data-state=${state}]`, { hasText: name }).first().waitFor();
const onDisk = () => fs.readdirSync(folder);

async function download(page, name)
{
    const [event] = await Promise.all([
        page.waitForEvent("download", { timeout: TIMEOUT_MS }),
        page.getByRole("button", { name: `Download ${name}`, exact: true }).click(),
    ]);
    return { name: event.suggestedFilename(), bytes: fs.readFileSync(await event.path()) };
}

/* Bytes in binary messages that a page sends or gets from now on. */
function count(page, event)
{
    const counted = { bytes: 0 };
    page.on("websocket", (socket) => socket.on(event, ({ payload }) => (counted.bytes += typeof payload === "string" ? 0 : payload.length)));
    return counted;
}

test("the page's hash is SHA-256, however the bytes are cut", async () => {
    const lengths = [0, 1, 55, 56, 63, 64, 65, 127, 128, 1000, 100000];
    const digests = await desk.evaluate(async (lengths) => {
        const { Sha256 } = await import("/sha256.js");
        return lengths.map((length) => {
            const hash = new Sha256();
            for (let at = 0; at < length;) {
                const end = Math.min(length, at + 1 + at % 97);
                hash.add(Uint8Array.from({ length: end - at }, (_, i) => (at + i) % 251));
                at = end;
            }
            return hash.end();
        });
    }, lengths);
    assert.deepEqual(digests, lengths.map((length) => sha256(Uint8Array.from({ length }, (_, i) => i % 251))));
});

test("files go up, everybody sees them, and come down as they were", async () => {
    await shot(phone, "files-phone-empty");
    await choose(desk, ["Report.pdf", big], ["notes.txt", "Milk\nBread\n"]);
    await transfer(desk, "Report.pdf", "done");
    await transfer(desk, "notes.txt", "done");
    await sees(phone, ".file", "Report.pdf");
    await sees(phone, ".file", "notes.txt");
    await sees(phone, ".file", "3.0 MB");
    const report = await download(phone, "Report.pdf");
    assert.equal(report.name, "Report.pdf");
    assert.equal(sha256(report.bytes), sha256(big));
    assert.equal((await download(desk, "notes.txt")).bytes.toString(), "Milk\nBread\n");
    await sees(phone, ".transfer", "checked");
    assert.equal(onDisk().filter((name) => name.endsWith(".part")).length, 0);
});

test("names are cleaned, and stay text", async () => {
    const names = {
        "<img src=x onerror=alert(1)>.txt": "_img src=x onerror=alert(1)_.txt",
        "\u202egpj.exe": "gpj.exe",
        "CON.txt": "_CON.txt",
        [`${"long ".repeat(40)}.tar.gz`]: `${"long ".repeat(40).slice(0, 117)}.gz`,
        "Grüße 🌱.txt": "Grüße 🌱.txt",
    };
    for (const [given, clean] of Object.entries(names)) {
        await chooseMade(desk, [given, Buffer.from(given)]);
        await phone.locator(".file .name").getByText(clean, { exact: true }).waitFor();
    }
    assert.equal(await desk.locator("#files img").count(), 0);
    for (const clean of Object.values(names).slice(0, 4)) {
        await desk.getByRole("button", { name: `Delete ${clean}`, exact: true }).click();
        await phone.getByRole("button", { name: `Download ${clean}`, exact: true }).waitFor({ state: "detached" });
    }
});

test("an empty file is a file", async () => {
    await choose(desk, ["empty.bin", ""]);
    await transfer(desk, "empty.bin", "done");
    assert.equal((await download(phone, "empty.bin")).bytes.length, 0);
});

test("an upload goes on after a lost connection, from where it was", async () => {
    await phone.reload();
    const sent = count(phone, "framesent");
    await sees(phone, ".link-state", "WebSocket");
    wire.pullAfter(MB);
    await choose(phone, ["Holiday.mp4", big]);
    await sees(phone, ".transfer[data-state=waiting]", "Interrupted at");
    await sees(phone, "#banner", "Reconnecting");
    await shot(phone, "files-phone-interrupted");
    const part = onDisk().find((name) => name.endsWith(".part"));
    assert.ok(fs.statSync(path.join(folder, part)).size > MB / 4, "what has arrived is kept");
    wire.plug();
    await phone.evaluate(() => document.getElementById("reconnect").click());
    await transfer(phone, "Holiday.mp4", "done");
    assert.ok(sent.bytes < big.length + MB, `${sent.bytes} bytes for a file of ${big.length}`);
    assert.equal(sha256((await download(desk, "Holiday.mp4")).bytes), sha256(big));
});

test("so does a download", async () => {
    await phone.reload();
    const received = count(phone, "framereceived");
    await sees(phone, ".link-state", "WebSocket");
    wire.pullAfter(MB);
    const downloaded = download(phone, "Report.pdf");
    await sees(phone, ".transfer[data-state=waiting]", "Interrupted at");
    wire.plug();
    await phone.evaluate(() => document.getElementById("reconnect").click());
    assert.equal(sha256((await downloaded).bytes), sha256(big));
    assert.ok(received.bytes < big.length + MB, `${received.bytes} bytes for a file of ${big.length}`);
});

test("an upload goes on after the server was started anew", async () => {
    wire.pullAfter(2 * MB);
    await choose(phone, ["Holiday 2.mp4", big]);
    await sees(phone, ".transfer[data-state=waiting]", "Interrupted at");
    await server.stop();
    await sees(desk, "#banner", "Reconnecting");
    await server.start();
    wire.plug();
    for (const page of [desk, phone]) {
        await page.evaluate(() => document.getElementById("reconnect").click());
        await page.locator("#banner").waitFor({ state: "hidden" });
    }
    await transfer(phone, "Holiday 2.mp4", "done");
    await sees(desk, ".file", "Holiday 2.mp4");
    await sees(desk, ".file", "Report.pdf");
    assert.equal(sha256((await download(desk, "Holiday 2.mp4")).bytes), sha256(big));
});

test("what is cancelled is gone", async () => {
    wire.pullAfter(MB);
    await choose(phone, ["Mistake.mp4", big]);
    await sees(phone, ".transfer[data-state=waiting]", "Interrupted at");
    wire.plug();
    await phone.evaluate(() => document.getElementById("reconnect").click());
    await phone.getByRole("button", { name: "Cancel Mistake.mp4" }).click();
    await phone.locator(".transfer", { hasText: "Mistake.mp4" }).waitFor({ state: "detached" });
    const deadline = Date.now() + TIMEOUT_MS;
    while (onDisk().some((name) => name.endsWith(".part"))) {
        assert.ok(Date.now() < deadline, "the server has deleted it");
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
});

test("only who has uploaded a file can delete it", async () => {
    assert.equal(await phone.getByRole("button", { name: "Delete Report.pdf" }).count(), 0);
    await desk.getByRole("button", { name: "Delete Report.pdf" }).click();
    await phone.getByRole("button", { name: "Download Report.pdf" }).waitFor({ state: "detached" });
});

test("limits: size, room", async () => {
    await choose(desk, ["huge.iso", Buffer.alloc(6 * MB)]);
    await sees(desk, "#error", "huge.iso is larger than 5.0 MB");
    await choose(desk, ["a.iso", Buffer.alloc(5 * MB, 1)]);
    await transfer(desk, "a.iso", "done");
    await choose(desk, ["b.iso", Buffer.alloc(5 * MB, 2)], ["c.iso", Buffer.alloc(5 * MB, 3)]);
    await transfer(desk, "b.iso", "done");
    await transfer(desk, "c.iso", "failed");
    await sees(desk, ".transfer[data-state=failed]", "no room");
    await sees(desk, "#limits", "1.0 MB of room left");
});

test("pictures", async () => {
    await desk.getByRole("button", { name: "Clear" }).click();
    await desk.evaluate(() => scrollTo(0, 0));
    await phone.evaluate(() => scrollTo(0, 0));
    await shot(desk, "files-desktop");
    await shot(phone, "files-phone");
    await desk.emulateMedia({ colorScheme: "dark" });
    await shot(desk, "files-desktop-dark");
    await desk.emulateMedia({ colorScheme: "light" });
});

test("what no page would send is refused, and changes nothing", async () => {
    await desk.getByRole("button", { name: "Delete a.iso" }).click();
    await sees(desk, "#limits", "6.0 MB of room left");
    const key = "k".repeat(24);
    const file = { key, name: "x.bin", type: "a/b", size: 100 };
    const before = onDisk().sort();
    const answers = await askRaw(desk, [
        ["chunk", { key, offset: 0 }, { $bytes: 10 }],
        ["begin", { ...file, key: "short" }],
        ["begin", { ...file, key: "k".repeat(65) }],
        ["begin", { ...file, size: -1 }],
        ["begin", { ...file, size: 2 ** 62 }],
        ["begin", { ...file, size: 1.5 }],
        ["begin", { ...file, name: null }],
        ["begin", "junk"],
        ["begin", file],
        ["begin", { ...file, size: 200 }],
        ["chunk", { key, offset: 0 }, "text"],
        ["chunk", { key, offset: 0 }],
        ["chunk", { key, offset: -1 }, { $bytes: 10 }],
        ["chunk", { key, offset: 10 }, { $bytes: 10 }],
        ["chunk", { key, offset: 0 }, { $bytes: 101 }],
        ["chunk", { key, offset: 0 }, { $bytes: 0 }],
        ["chunk", { key, offset: 0 }, { $bytes: 60 }],
        ["chunk", { key, offset: 0 }, { $bytes: 60 }],
        ["finish", { key, sha256: "0".repeat(64) }],
        ["chunk", { key, offset: 60 }, { $bytes: 40 }],
        ["chunk", { key, offset: 100 }, { $bytes: 1 }],
        ["finish", { key, sha256: "short" }],
        ["finish", { key, sha256: "0".repeat(64) }],
        ["finish", { key, sha256: "0".repeat(64) }],
        ["read", { id: "../../etc/passwd", offset: 0 }],
        ["read", { id: key, offset: 0 }],
        ["read", { id: 7, offset: "0" }],
        ["remove", { key: "l".repeat(24) }],
        ["remove", {}],
    ]);
    assert.deepEqual(answers.map((answer) => answer?.ok === true ? "ok" : answer?.code), [
        "gone", "invalid", "invalid", "full", "full", "invalid", "invalid", "invalid", "ok", "changed", "invalid", "invalid", "offset",
        "offset", "offset", "offset", "ok", "offset", "offset", "ok", "offset", "invalid", "hash", "gone", "gone", "gone", "invalid",
        "gone", "gone",
    ]);
    assert.deepEqual(onDisk().sort(), before);
});

test("somebody else's upload can neither be written to nor be read", async () => {
    const key = "m".repeat(24);
    const [begun, written] = await askRaw(desk, [["begin", { key, name: "mine", type: "", size: 20 }], ["chunk", { key, offset: 0 }, { $bytes: 10 }]]);
    assert.equal(written.received, 10);
    const answers = await askRaw(phone, [
        ["read", { id: begun.id, offset: 0 }],
        ["chunk", { key, offset: 10 }, { $bytes: 10 }],
        ["finish", { key, sha256: "0".repeat(64) }],
        ["remove", { key }],
    ]);
    assert.deepEqual(answers.map((answer) => answer.ok || answer.code), ["gone", "taken", "taken", true]);
});

test("who doesn't wait for answers is refused", async () => {
    const result = await desk.evaluate(async () => {
        const socket = io({ forceNew: true });
        const ask = (...event) => socket.timeout(8000).emitWithAck(...event);
        const key = "n".repeat(24);
        const keys = Array.from({ length: 9 }, (_, i) => `${i}`.repeat(24));
        const begun = [];
        for (const each of keys) {
            begun.push((await ask("begin", { key: each, name: "n", type: "", size: 1 })).code ?? "ok");
        }
        for (const each of keys.slice(0, 8)) {
            await ask("remove", { key: each });
        }
        await ask("begin", { key, name: "n", type: "", size: 4000000 });
        const chunks = await Promise.all(Array.from({ length: 100 }, (_, i) =>
            ask("chunk", { key, offset: i * 20000 }, new Uint8Array(20000)).then((answer) => answer.code ?? "ok")));
        await ask("remove", { key });
        const many = await Promise.all(Array.from({ length: 100 }, () => ask("list").then((answer) => answer.code ?? "ok")));
        socket.disconnect();
        return { begun, chunks, many };
    });
    assert.deepEqual(result.begun, [...Array(8).fill("ok"), "full"]);
    /* A disk may be as fast as the browser; else the first refused is over the window, and those behind it don't fit any more. */
    const over = result.chunks.findIndex((code) => code !== "ok");
    if (over >= 0) {
        assert.ok(over >= 16, `the window is 16, not ${over}`);
        assert.equal(result.chunks[over], "window");
        assert.ok(result.chunks.slice(over + 1).every((code) => code === "offset" || code === "window"));
    }
    assert.ok(result.many.includes("rate"), "lists are not for free");
});

test("nothing complained, and the server ends cleanly in the middle of an upload", async () => {
    const begun = await desk.evaluate(async () => {
        const socket = io({ forceNew: true, transports: ["websocket"], reconnection: false });
        const key = "z".repeat(24);
        const { ok } = await socket.timeout(8000).emitWithAck("begin", { key, name: "last", type: "", size: 4000000 });
        for (let i = 0; i < 16; i++) {
            socket.emit("chunk", { key, offset: i * 200000 }, new Uint8Array(200000), () => {});
        }
        return ok;
    });
    assert.equal(begun, true);
    await server.stop();
    assert.deepEqual(browser.complaints, []);
});
