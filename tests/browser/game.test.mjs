/* The game example in a real browser: Ann at a desk, Ben on a phone behind a cable that can be pulled, Cleo looking on. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, PHONE, askRaw, hasText, sees, shot } from "./browser.mjs";
import { ExampleServer } from "./server.mjs";
import { Wire } from "./wire.mjs";

const server = new ExampleServer("game", ["--turn-seconds", "600"]);
const hasty = new ExampleServer("game", ["--turn-seconds", "2"]);
const wire = new Wire(server);
const browser = new Browser();
let ann, ben, cleo;

before(async () => {
    await server.start();
    await wire.start();
    await browser.start();
    ann = await browser.open(server.url);
    ben = await browser.open(wire.url, PHONE);
    cleo = await browser.open(server.url);
});

after(async () => {
    await browser.stop();
    wire.stop();
    server.kill();
    hasty.kill();
});

async function enter(page, name)
{
    await page.fill("#welcome-name", name);
    await page.click("#welcome-enter");
    await hasText(page, "#title", "Lobby");
}

/* Column by column from 1 on, each by who is given beside it; waits until everybody sees it. */
async function play(moves, pages = [ann, ben, cleo])
{
    for (const [page, column] of moves) {
        const count = await page.locator('.cell:not([data-piece="."])').count();
        await page.locator("#board.mine").waitFor();
        await page.locator(".column").nth(column - 1).click();
        for (const other of pages) {
            await other.waitForFunction((n) => document.querySelectorAll('.cell:not([data-piece="."])').length > n, count);
        }
    }
}

const pieces = (page) => page.locator(".cell").evaluateAll((cells) => cells.map((cell) => cell.dataset.piece).join(""));

test("people come in and see who is there", async () => {
    await shot(ben, "game-phone-welcome");
    await enter(ann, "Ann");
    await enter(ben, "Ben");
    await enter(cleo, "Cleo");
    await sees(ann, "#online", "3 people are here.");
    await sees(ann, "#no-games", "No games yet");
    await sees(ann, ".topbar .link-state", "WebSocket");
});

test("a taken name is refused", async () => {
    const other = await browser.open(server.url);
    await other.fill("#welcome-name", "ann");
    await other.click("#welcome-enter");
    await sees(other, "#welcome-error", "taken");
    await other.context().close();
});

test("one creates a game, another joins it from the lobby, a third watches", async () => {
    await ann.click("#create");
    await sees(ann, "#status", "Waiting for somebody");
    await sees(ben, ".game-line", "Ann");
    await shot(ben, "game-phone-lobby");
    await shot(ann, "game-desktop-waiting");
    await ben.getByRole("button", { name: "Join Ann" }).click();
    await sees(ann, "#status", "Your turn");
    await sees(ben, "#status", "Ann is thinking");
    await sees(cleo, ".game-line", "Ben");
    await shot(cleo, "game-desktop-lobby");
    await cleo.getByRole("button", { name: "Watch Ann and Ben" }).click();
    await hasText(ann, "#spectators", "1 spectator");
    await sees(cleo, "#title", "spectator");
});

test("moves are seen by all, the clock runs for who is to move", async () => {
    await play([[ann, 4], [ben, 4], [ann, 3], [ben, 5]]);
    assert.equal(await pieces(cleo), await pieces(ann));
    await ann.locator("#seat-0.turn").waitFor();
    await sees(ann, "#clock.running", " s");
    await sees(cleo, "#status", "Ann is thinking");
});

test("by the keyboard alone", async () => {
    await ann.locator(".column").nth(3).focus();
    await ann.keyboard.press("ArrowLeft");
    await ann.keyboard.press("ArrowLeft");
    await ann.keyboard.press("Enter");
    await sees(ben, "#status", "Your turn");
    assert.match(await ben.locator(".column").nth(1).getAttribute("aria-label"), /^Column 2, 1 of 6 filled/);
    await ben.keyboard.press("7");
    await sees(ann, "#status", "Your turn");
});

test("clicking out of turn, twice, or as a spectator moves nothing", async () => {
    const was = await pieces(ann);
    for (const page of [ben, cleo]) {
        await page.locator(".column").first().click({ force: true });
        await page.keyboard.press("1");
    }
    assert.equal(await pieces(ann), was);
    await ann.evaluate(() => {
        document.querySelectorAll(".column")[5].click();
        document.querySelectorAll(".column")[5].click();
    });
    await sees(ben, "#status", "Your turn");
    assert.equal((await pieces(ben)).replaceAll(".", "").length, 7);
});

test("the page reloaded in a running game is in it again", async () => {
    const was = await pieces(ben);
    await ben.reload();
    await sees(ben, "#status", "Your turn");
    assert.equal(await pieces(ben), was);
    await ben.locator("#board.mine").waitFor();
});

test("a lost connection: the others see it, the seat is kept, the player comes back to it", async () => {
    wire.pull();
    await sees(ann, "#seat-1", "connection lost");
    await sees(cleo, "#seat-1", "connection lost");
    await ben.locator("#banner").waitFor();
    assert.equal(await ben.locator("#board.mine").count(), 0);
    await shot(ben, "game-phone-offline");
    wire.plug();
    await ben.evaluate(() => document.getElementById("reconnect").click());
    await ben.locator("#banner").waitFor({ state: "hidden" });
    await ben.locator("#board.mine").waitFor();
    await ann.waitForFunction(() => !document.getElementById("seat-1").textContent.includes("lost"));
    await play([[ben, 5]]);
});

test("what no page would send is refused, and changes nothing", async () => {
    const was = await pieces(ann);
    const id = new URL(ann.url()).hash.slice(1);
    const token = "x".repeat(24);
    const stranger = await browser.open(server.url);
    const answers = await askRaw(stranger, [
        ["move", { move: 8, column: 0 }],
        ["create", {}],
        ["hello", { name: "Ann", token }],
        ["hello", { name: "a\u202eb" }],
        ["hello", { name: "x".repeat(21) }],
        ["hello", { name: "Mallory", token: "y".repeat(65) }],
        ["hello", null],
        ["hello", { name: "Mallory", token }],
        ["hello", { name: "Other", token }],
        ["move", { move: 8, column: 0 }],
        ["join", { game: id }],
        ["join", { game: "no such" }],
        ["watch", { game: 7 }],
        ["watch", { game: id }],
        ["move", { move: 8, column: 0 }],
        ["rematch", {}],
        ["create", {}],
    ]);
    assert.deepEqual(answers.map((answer) => answer?.ok === true ? "ok" : answer?.code), [
        "hello", "hello", "taken", "invalid", "invalid", "invalid", "invalid", "ok", "named", "seat", "taken",
        "gone", "gone", "ok", "seat", "seat", "busy",
    ]);
    assert.equal(await pieces(ann), was);
    await stranger.context().close();
});

test("a player cannot cheat either", async () => {
    const stranger = await browser.open(server.url);
    const cheat = [-1, 7, 2 ** 31, 2 ** 32, 2 ** 53, 0.5, "0", null, [], {}].map((column) => ["move", { move: 0, column }]);
    const results = await stranger.evaluate(async (cheats) => {
        const sockets = [io({ forceNew: true }), io({ forceNew: true })];
        const ask = (who, ...event) => sockets[who].timeout(5000).emitWithAck(...event);
        await ask(0, "hello", { name: "Eve", token: "e" });
        await ask(1, "hello", { name: "Mel", token: "m" });
        const { game } = await ask(0, "create", {});
        await ask(1, "join", { game: game.id });
        const codes = [];
        for (const cheat of cheats) {
            codes.push((await ask(0, ...cheat)).code);
        }
        codes.push((await ask(1, "move", { move: 0, column: 0 })).code); /* not her turn */
        codes.push((await ask(0, "move", { move: 1, column: 0 })).code); /* a turn ahead */
        codes.push((await ask(0, "move", { move: 0, column: 0 })).ok);
        codes.push((await ask(0, "move", { move: 0, column: 0 })).ok); /* sent again: the same answer, no second piece */
        codes.push((await ask(1, "move", { move: 0, column: 0 })).code); /* somebody else's move is not hers */
        codes.push((await ask(0, "rematch", {})).code);
        const flood = await Promise.all(Array.from({ length: 20 }, () => ask(1, "rematch", {})));
        codes.push(flood.filter((answer) => answer.code === "rate").length > 0);
        const seen = new Promise((resolve) => sockets[0].on("game", resolve));
        sockets[1].disconnect();
        const { board } = await seen;
        await ask(0, "leave", {});
        sockets[0].disconnect();
        return { codes, board };
    }, cheat);
    assert.deepEqual(results.codes, [...Array(5).fill("column"), ...Array(5).fill("invalid"), "turn", "turn", true, true, "turn", "rematch", true]);
    assert.equal(results.board, `0${".".repeat(41)}`);
    await stranger.context().close();
});

test("a client that sends far too much is disconnected", async () => {
    const stranger = await browser.open(server.url);
    const ended = await stranger.evaluate(() => new Promise((resolve) => {
        const socket = io({ forceNew: true, reconnection: false, transports: ["websocket"] });
        socket.on("disconnect", resolve);
        socket.on("connect", () => {
            for (let i = 0; i < 500; i++) {
                socket.emit("move", {});
            }
        });
    }));
    assert.match(ended, /transport/);
    await stranger.context().close();
});

test("four in a row wins, and both may want another game", async () => {
    await play([[ann, 3], [ben, 7], [ann, 3], [ben, 7], [ann, 3]]);
    await sees(ann, "#status", "You have won: four in a row.");
    await sees(ben, "#status", "Ann has won: four in a row.");
    await sees(cleo, "#status", "Ann has won");
    assert.equal(await cleo.locator(".cell.won").count(), 4);
    await shot(ann, "game-desktop-won");
    await shot(ben, "game-phone-lost");
    await ben.click("#rematch");
    await sees(ann, "#seat-1", "wants another game");
    await ann.click("#rematch");
    await sees(ben, "#status", "Your turn"); /* who was second begins */
    assert.equal((await pieces(cleo)).replaceAll(".", ""), "");
});

test("pictures of a game", async () => {
    await play([[ben, 4], [ann, 4], [ben, 3], [ann, 5], [ben, 5], [ann, 3], [ben, 6], [ann, 2], [ben, 3]]);
    await ann.emulateMedia({ colorScheme: "dark" });
    await shot(ann, "game-desktop-dark");
    await ann.emulateMedia({ colorScheme: "light" });
    await shot(ann, "game-desktop-playing");
    await shot(ben, "game-phone-playing");
    await shot(cleo, "game-desktop-spectator");
});

test("who leaves a running game has lost it, and spectators are sent back when nobody is left", async () => {
    await ben.click("#back");
    await hasText(ben, "#title", "Lobby");
    await sees(ann, "#status", "You have won: Ben has left.");
    assert.equal(await ann.locator("#rematch").isVisible(), false);
    await ann.click("#back");
    await hasText(cleo, "#title", "Lobby");
    await sees(cleo, "#lobby-error", "left that game");
    await sees(cleo, "#no-games", "No games yet");
});

test("an invitation leads into the game", async () => {
    await ann.click("#create");
    await sees(ann, "#status", "Waiting");
    const guest = await browser.open(ann.url());
    await guest.fill("#welcome-name", "Dora");
    await guest.click("#welcome-enter");
    await sees(guest, "#status", "Ann is thinking");
    await sees(ann, "#status", "Your turn");
    await guest.context().close();
    await sees(ann, "#seat-1", "connection lost");
    await ann.click("#back");
    await hasText(ann, "#title", "Lobby");
    await sees(ann, "#no-games", "No games yet"); /* Dora was away: nobody is left */
});

test("a server restart: everybody is back in the lobby", async () => {
    await ann.click("#create");
    await sees(ann, "#status", "Waiting");
    await server.stop();
    await sees(ann, "#banner", "Reconnecting");
    await server.start();
    for (const page of [ann, ben, cleo]) {
        await page.evaluate(() => document.getElementById("reconnect").click());
        await page.locator("#banner").waitFor({ state: "hidden" });
    }
    await sees(ann, "#lobby-error", "That game is over");
    await sees(ann, "#online", "3 people are here.");
});

test("who lets the time run out has lost", async () => {
    await hasty.start();
    const [fay, gil] = await Promise.all([browser.open(hasty.url), browser.open(hasty.url)]);
    await enter(fay, "Fay");
    await enter(gil, "Gil");
    await fay.click("#play"); /* no game waits: opens one */
    await sees(gil, ".game-line", "Fay");
    await gil.click("#play");
    await sees(fay, "#status", "time is up");
    await sees(gil, "#status", "You have won: Fay’s time is up.");
    await gil.context().close();
    await sees(fay, "#seat-1", "has left");
    await fay.context().close();
    await hasty.stop();
});

test("heartbeats come every 10 s", async () => {
    const answer = await (await fetch(`${server.url}socket.io/?EIO=4&transport=polling`)).text();
    const { pingInterval, pingTimeout } = JSON.parse(answer.slice(1));
    assert.deepEqual([pingInterval, pingTimeout], [10000, 5000]);
});

test("nothing complained, and the server ends cleanly with games running", async () => {
    await ann.click("#create");
    await ben.click("#play");
    await sees(ann, "#status", "Your turn");
    assert.deepEqual(browser.complaints, []);
    await server.stop();
});
