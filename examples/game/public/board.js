/* The game on the page: board, seats, clock, what is going on. Draws what it is given; knows no network. */

import { avatar, byId, el, plural, replaceText } from "/common/dom.js";

const COLUMNS = 7;
const ROWS = 6;
const TICK_MS = 200;

const columns = [];
let clockEnds = 0;
let clockLasts = 1;

/* onColumn(column): somebody chose it. */
export function init(onColumn)
{
    for (let column = 0; column < COLUMNS; column++) {
        const cells = Array.from({ length: ROWS }, () => el("span", { className: "cell" }, el("i")));
        const button = el("button", { type: "button", className: "column", onclick: () => onColumn(column) }, ...cells);
        button.addEventListener("keydown", (event) => onKey(event, column));
        columns.push({ button, cells: cells.reverse() }); /* the lowest first, as the server counts */
        byId("board").append(button);
    }
    document.addEventListener("keydown", (event) => {
        const plain = !event.ctrlKey && !event.altKey && !event.metaKey && event.target.tagName !== "INPUT";
        if (plain && /^[1-7]$/.test(event.key) && !byId("game").hidden) {
            onColumn(Number(event.key) - 1);
        }
    });
    setInterval(showClock, TICK_MS);
}

function onKey(event, column)
{
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
        columns[(column + step + COLUMNS) % COLUMNS].button.focus();
        event.preventDefault();
    }
}

/* seat: ours, or -1 as a spectator. here: whether there is a connection. */
export function render(game, seat, turnMs, here)
{
    const mine = here && game.status === "playing" && game.turn === seat;
    byId("board").classList.toggle("mine", mine);
    byId("board").dataset.side = game.turn;
    columns.forEach((column, index) => renderColumn(column, index, game, mine));
    [0, 1].forEach((number) => renderSeat(number, game, seat));
    replaceText(byId("status"), describe(game, seat));
    byId("game").dataset.result = game.status === "over" ? result(game, seat) : "";
    replaceText(byId("spectators"), game.spectators > 0 ? plural(game.spectators, "spectator", "spectators") : "");
    clockEnds = game.leftMs > 0 && game.status === "playing" ? performance.now() + game.leftMs : 0;
    clockLasts = turnMs;
    showClock();
}

function renderColumn({ button, cells }, column, game, mine)
{
    let filled = 0;
    cells.forEach((cell, row) => {
        const index = row * COLUMNS + column;
        const piece = game.board[index];
        filled += piece !== ".";
        cell.dataset.piece = piece;
        cell.classList.toggle("last", index === game.last);
        cell.classList.toggle("won", game.line.includes(index));
        cell.style.setProperty("--fall", ROWS - row);
    });
    const full = filled === ROWS;
    button.disabled = false;
    button.setAttribute("aria-disabled", String(!mine || full));
    button.ariaLabel = `Column ${column + 1}, ${full ? "full" : `${filled} of ${ROWS} filled`}${describePieces(cells)}`;
}

function describePieces(cells)
{
    const names = cells.map((cell) => ({ 0: "first", 1: "second" })[cell.dataset.piece]).filter(Boolean);
    return names.length > 0 ? `; from below: ${names.join(", ")}` : "";
}

function renderSeat(number, game, seat)
{
    const node = byId(`seat-${number}`);
    const player = game.seats[number];
    const name = player?.name ?? "Open seat";
    node.dataset.seat = number;
    node.classList.toggle("turn", game.status === "playing" && game.turn === number);
    node.classList.toggle("winner", game.winner === number);
    const note = el("span", { className: "muted" }, seatNote(player, number === seat, game));
    node.replaceChildren(
        el("span", { className: "piece", ariaHidden: "true" }, el("i")),
        el("span", { className: "who" }, el("bdi", { className: "name" }, name), note),
        ...(player ? [avatar(player.name)] : []));
}

function seatNote(player, isMe, game)
{
    if (!player) {
        return "waiting for somebody";
    }
    if (!player.seated) {
        return "has left";
    }
    if (!player.here) {
        return "connection lost…";
    }
    if (player.rematch) {
        return "wants another game";
    }
    return isMe ? "you" : game.status === "waiting" ? "ready" : "";
}

function result(game, seat)
{
    if (game.winner === null) {
        return "draw";
    }
    return seat < 0 ? "seen" : game.winner === seat ? "won" : "lost";
}

export function describe(game, seat)
{
    const name = (number) => game.seats[number]?.name ?? "Somebody";
    if (game.status === "waiting") {
        return "Waiting for somebody to join. Send them the invitation, or stay a moment.";
    }
    if (game.status === "playing") {
        return game.turn === seat ? "Your turn: choose a column." : `${name(game.turn)} is thinking…`;
    }
    if (game.winner === null) {
        return "The board is full: a draw.";
    }
    const loser = name(1 - game.winner);
    const how = { line: "four in a row", time: `${1 - game.winner === seat ? "your" : `${loser}’s`} time is up`, left: `${loser} has left` }[game.end];
    return game.winner === seat ? `You have won: ${how}.` : `${name(game.winner)} has won: ${how}.`;
}

function showClock()
{
    const left = Math.max(0, clockEnds - performance.now());
    byId("clock").classList.toggle("running", clockEnds > 0);
    byId("clock").classList.toggle("hurry", clockEnds > 0 && left < 10000);
    replaceText(byId("clock-text"), clockEnds > 0 ? `${Math.ceil(left / 1000)} s` : "");
    byId("clock-bar").firstElementChild.style.setProperty("--left", clockEnds > 0 ? Math.min(1, left / clockLasts) : 0);
}

export const focusBoard = () => columns[Math.floor(COLUMNS / 2)].button.focus();
