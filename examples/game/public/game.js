/* Four in a row: who I am, where I am, what I ask the server for. The events are listed in ../README.md. */

import { ask, connect, reconnectNow, Refusal } from "/common/connection.js";
import { announce, byId, initials, paint, replaceText } from "/common/dom.js";
import { keep, kept, randomKey } from "/common/storage.js";
import * as board from "./board.js";
import * as lobby from "./lobby.js";

const KEY = "game.session";

/* The token lets this tab take its seat again, also after a reload. */
const session = { name: "", token: randomKey(), ...kept(() => sessionStorage, KEY) };
let socket = null;
let house = { online: 0, games: [] };
let game = null;
let seat = -1;
let turnMs = 30000;
let asking = false;

/* ---- Coming in, for the first time and after every interruption ---- */

async function enter()
{
    if (!session.name) {
        return;
    }
    const connection = socket.id;
    const link = linkedGame(); /* also how a spectator comes back */
    try {
        const hello = await ask(socket, "hello", { name: session.name, token: session.token });
        session.name = hello.name;
        keep(() => sessionStorage, KEY, session);
        keep(() => localStorage, KEY, session.name);
        turnMs = hello.turnMs;
        showPlace(hello);
        house = hello.lobby;
        lobby.render(house, choose);
        if (!game && link) {
            await followLink(link);
        }
    } catch (error) {
        if (socket.id !== connection) {
            return; /* interrupted: the next connection enters again */
        }
        if (error instanceof Refusal) {
            signOut(error.message);
        } else {
            socket.disconnect().connect();
        }
    }
}

/* http://host/#7 leads into game 7. */
const linkedGame = () => /^#(\d+)$/.exec(location.hash)?.[1];

async function followLink(id)
{
    const found = house.games.find((each) => each.id === id);
    await choose(id, found?.status === "waiting" ? "join" : "watch");
}

function signOut(error = "")
{
    Object.assign(session, { name: "", token: randomKey() });
    keep(() => sessionStorage, KEY, session);
    showPlace({ game: null });
    showWelcome(error);
    socket.disconnect().connect();
}

/* ---- What is on screen ---- */

function showWelcome(error = "")
{
    byId("house").hidden = true;
    byId("welcome").hidden = false;
    byId("welcome-enter").disabled = false;
    byId("welcome-name").value ||= kept(() => localStorage, KEY) ?? "";
    replaceText(byId("welcome-error"), error);
    byId("welcome-name").ariaInvalid = String(error !== "");
    byId("welcome-name").focus();
}

/* A place is what the server says where we are: { game, seat }, or in the lobby { game: null, lobby }. */
function showPlace(place)
{
    const moved = game?.id !== place.game?.id;
    game = place.game;
    seat = game ? place.seat : -1;
    byId("welcome").hidden = true;
    byId("house").hidden = false;
    byId("lobby").hidden = game !== null;
    byId("game").hidden = game === null;
    byId("back").hidden = game === null;
    byId("sign-out").hidden = game !== null;
    replaceText(byId("my-name"), session.name);
    replaceText(byId("my-avatar"), initials(session.name || "?"));
    paint(byId("my-avatar"), session.name);
    if (place.lobby) {
        house = place.lobby;
        lobby.render(house, choose);
    }
    showError("");
    if (moved && session.name) {
        history.replaceState(null, "", game ? `#${game.id}` : location.pathname);
        byId("title").focus();
    }
    showGame();
}

function showGame()
{
    if (!game) {
        replaceText(byId("title"), "Lobby");
        document.title = "Four in a row";
        return;
    }
    const text = board.describe(game, seat);
    const playable = seat >= 0 && game.status === "over" && game.seats.every((each) => each?.seated);
    replaceText(byId("title"), seat < 0 ? `Game ${game.id}, as a spectator` : `Game ${game.id}`);
    document.title = game.status === "playing" && game.turn === seat ? "Your turn! · Four in a row" : "Four in a row";
    board.render(game, seat, turnMs, socket.connected);
    byId("rematch").hidden = !playable;
    byId("rematch").disabled = playable && game.seats[seat].rematch;
    replaceText(byId("rematch"), byId("rematch").disabled ? "Waiting for the answer…" : "Play again");
    byId("copy-link").hidden = game.status !== "waiting";
    if (byId("announcer").textContent !== text) {
        announce(text);
    }
}

function showError(text)
{
    replaceText(byId(game ? "game-error" : "lobby-error"), text);
}

/* ---- Requests ---- */

/* One at a time: a second click while the first is on its way is not meant. */
async function request(event, payload, onAnswer = () => {})
{
    if (asking || !socket.connected) {
        return;
    }
    asking = true;
    try {
        onAnswer(await ask(socket, event, payload));
    } catch (error) {
        if (socket.connected) {
            showError(error instanceof Refusal ? error.message : "No answer from the server.");
        }
    } finally {
        asking = false;
    }
}

const choose = (id, what) => request(what, { game: id }, showPlace);

function playNow()
{
    const waiting = house.games.findLast((each) => each.status === "waiting");
    return waiting ? choose(waiting.id, "join") : request("create", {}, showPlace);
}

function move(column)
{
    if (game?.status === "playing" && game.turn === seat) {
        showError("");
        request("move", { move: game.moves, column });
    }
}

async function copyLink()
{
    try {
        await navigator.clipboard.writeText(location.href);
        replaceText(byId("copy-link"), "Copied");
    } catch {
        showError(`Send them this address: ${location.href}`); /* plain http has no clipboard */
    }
}

/* ---- What the server tells ---- */

function onGame(state)
{
    if (game?.id === state.id) {
        game = state;
        showGame();
    }
}

function onClosed({ game: id })
{
    if (game?.id === id) {
        showPlace({ game: null });
        showError("The players have left that game.");
    }
}

function onLobby(state)
{
    house = state;
    lobby.render(house, choose);
}

/* ---- Start ---- */

function listen()
{
    byId("welcome-form").addEventListener("submit", (event) => {
        event.preventDefault();
        session.name = byId("welcome-name").value.trim().replace(/\s+/g, " ");
        byId("welcome-enter").disabled = true;
        if (session.name) {
            enter();
        } else {
            showWelcome("Please choose a name.");
        }
    });
    byId("play").addEventListener("click", playNow);
    byId("create").addEventListener("click", () => request("create", {}, showPlace));
    byId("back").addEventListener("click", () => request("leave", {}, showPlace));
    byId("rematch").addEventListener("click", () => request("rematch", {}));
    byId("copy-link").addEventListener("click", copyLink);
    byId("sign-out").addEventListener("click", () => signOut());
    board.init(move);
}

function start()
{
    socket = connect();
    if (!socket) {
        return;
    }
    socket.on("connect", enter);
    socket.on("disconnect", (reason) => {
        showGame(); /* the board does not take moves now */
        if (reason === "io server disconnect" && session.name) {
            reconnectNow(socket);
        }
    });
    socket.on("game", onGame);
    socket.on("closed", onClosed);
    socket.on("lobby", onLobby);
    socket.on("replaced", () => signOut("You opened this game in another window."));
    listen();
    if (session.name) {
        showPlace({ game: null });
    } else {
        showWelcome();
    }
}

start();
