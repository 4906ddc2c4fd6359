/* The list of games on the page. */

import { byId, el, icon, plural, replaceText } from "/common/dom.js";

/* onGame(id, "join" | "watch"): somebody wants to. */
export function render({ online, games }, onGame)
{
    const focused = document.activeElement?.dataset.game;
    replaceText(byId("online"), `${plural(online, "person is", "people are")} here.`);
    byId("games").replaceChildren(...games.map((game) => line(game, onGame)));
    byId("no-games").hidden = games.length > 0;
    if (focused) {
        byId("games").querySelector(`[data-game="${focused}"]`)?.focus();
    }
}

function line(game, onGame)
{
    const names = game.seats.filter(Boolean).map((seat) => seat.name);
    const waits = game.status === "waiting";
    const label = waits ? `Join ${names[0]}` : `Watch ${names.join(" and ")}`;
    const button = el("button", {
        type: "button", className: waits ? "big small" : "big small quiet", ariaLabel: label,
        onclick: () => onGame(game.id, waits ? "join" : "watch"),
    }, waits ? "Join" : "Watch");
    button.dataset.game = game.id;
    const item = el("li", { className: "game-line" },
        el("span", { className: "names" }, ...versus(names)),
        el("span", { className: "muted note" }, note(game)), button);
    item.dataset.status = game.status;
    return item;
}

function versus(names)
{
    const nodes = names.map((name) => el("bdi", {}, name));
    return nodes.length > 1 ? [nodes[0], el("span", { className: "muted" }, " against "), nodes[1]] : nodes;
}

function note({ status, spectators })
{
    const what = { waiting: "waiting for somebody", playing: "playing", over: "finished" }[status];
    const eye = icon("eye");
    return spectators > 0 ? el("span", { className: "with-icon" }, `${what} · `, eye, String(spectators)) : what;
}
