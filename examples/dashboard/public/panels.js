/* What isn't a chart: the numbers on top, the table of all counters, what happened lately. */

import { byId, bytes, el, replaceText } from "/common/dom.js";
import { short } from "./chart.js";

const KEPT_LINES = 60;
const SHOWN_AT_ONCE = 12; /* of one batch: nobody reads more */

const rate = (value) => `${short(value)}/s`;
const ms = (value) => value === null ? "–" : `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ms`;

const tiles = [
    ["Clients", (series) => short(series.latest("sessions"))],
    ["Messages in", (series) => rate(series.rate("packets_in"))],
    ["Messages out", (series) => rate(series.rate("packets_out"))],
    ["Traffic", (series) => `${bytes(series.rate("bytes_in") + series.rate("bytes_out"))}/s`],
    ["Round trip, median", (series) => ms(series.trip(0.5))],
    ["Loop lag", (series) => ms(series.latest("loop_lag_ms"))],
];

export function init()
{
    byId("tiles").append(...tiles.map(([label]) =>
        el("div", { className: "tile" }, el("dt", {}, label), el("dd", {}, "–"))));
}

export function render(series)
{
    const values = byId("tiles").querySelectorAll("dd");
    tiles.forEach(([, text], i) => replaceText(values[i], text(series)));
    if (byId("counters").open) {
        renderTable(series);
    }
}

function renderTable(series)
{
    const body = byId("counters-body");
    if (body.rows.length !== series.fields.length) {
        body.replaceChildren(...series.fields.map(({ name }) => el("tr", {},
            el("th", { scope: "row" }, name.replaceAll("_", " ")), el("td"), el("td"))));
    }
    series.fields.forEach(({ name, kind }, i) => {
        const [, value, perSecond] = body.rows[i].cells;
        const isBytes = /bytes|peak/.test(name);
        replaceText(value, isBytes ? bytes(series.latest(name)) : series.latest(name).toLocaleString("en"));
        replaceText(perSecond, kind === "now" ? "" : isBytes ? `${bytes(series.rate(name))}/s` : rate(series.rate(name)));
    });
}

/* events: [[kind, time, argument], ...] of one batch */
export function addActivity(events)
{
    const log = byId("activity");
    for (const [kind, at, argument] of events.slice(-SHOWN_AT_ONCE)) {
        const line = el("li", {},
            el("time", {}, new Date(at).toLocaleTimeString("en-GB")),
            el("span", { className: "kind" }, kind), el("span", { className: "what" }, String(argument)));
        line.dataset.kind = kind;
        log.prepend(line);
    }
    while (log.children.length > KEPT_LINES) {
        log.lastChild.remove();
    }
    byId("no-activity").hidden = log.children.length > 0;
}
