/* The page: each button makes the same call over both connections, and shows what became of it and how long it took. */

import { announce, byId, el, replaceText } from "/common/dom.js";
import { AckClient } from "./ack-client.js";
import { WsClient } from "./ws-client.js";

const ROWS_MAX = 50; /* of each side */
const BURST = 100;

/* What the server may call here. */
const methods = {
    page: () => ({ width: innerWidth, height: innerHeight, language: navigator.language }),
};

const number = (id) => Number(byId(id).value);

const calls = {
    add: () => ["add", { a: number("a"), b: number("b") }],
    echo: () => ["echo", { text: byId("text").value }],
    sleep: () => ["sleep", { ms: number("ms") }],
    ask: () => ["ask", {}],
    fail: () => ["fail", {}],
    unknown: () => ["nonsense", {}],
};

function showState(side, online)
{
    const state = byId(`${side}-state`);
    state.dataset.link = online ? "online" : "offline";
    replaceText(state.querySelector("[data-link-text]"), online ? "Connected" : "Reconnecting…");
}

const timeoutMs = () => Math.min(30000, Math.max(1, number("timeout") || 5000));
const elapsed = (start) => `${(performance.now() - start).toFixed(1)} ms`;

/* A line of one side: what was called, what came back, how long it took. Its button cancels. */
function addRow(side, name, params)
{
    const abort = new AbortController();
    const outcome = el("span", { className: "outcome" }, "…");
    const time = el("span", { className: "time" });
    const cancel = el("button", { type: "button", className: "quiet-button", ariaLabel: `Cancel ${name}` }, "Cancel");
    const row = el("li", { className: "call" },
        el("code", { className: "what" }, params ? `${name}(${JSON.stringify(params)})` : name), time, outcome, cancel);

    row.dataset.state = "waiting";
    cancel.addEventListener("click", () => abort.abort());
    byId(`${side}-calls`).prepend(row);
    byId(`${side}-calls`).children[ROWS_MAX]?.remove();
    return {
        signal: abort.signal,
        end(state, text, took) {
            row.dataset.state = state;
            replaceText(outcome, text);
            replaceText(time, took);
            cancel.remove();
        },
    };
}

async function callOne(side, client, name, params)
{
    const row = addRow(side, name, params);
    const start = performance.now();
    try {
        const result = await client.call(name, params, { timeoutMs: timeoutMs(), signal: row.signal });
        row.end("ok", JSON.stringify(result), elapsed(start));
    } catch (error) {
        row.end(error.code ?? "failed", `${error.code}: ${error.message}`, elapsed(start));
    }
}

/* Many at once: the answers find their calls by their ids, in whatever order they come. */
async function burst(side, client)
{
    const row = addRow(side, `add × ${BURST}`);
    const start = performance.now();
    try {
        const sums = await Promise.all(Array.from({ length: BURST }, (_, i) =>
            client.call("add", { a: i, b: i }, { timeoutMs: timeoutMs(), signal: row.signal })));
        const right = sums.filter((sum, i) => sum === 2 * i).length;
        row.end(right === BURST ? "ok" : "failed", `${right} of ${BURST} answers are right`, elapsed(start));
    } catch (error) {
        row.end(error.code ?? "failed", `${error.code}: ${error.message}`, elapsed(start));
    }
}

function listen(clients)
{
    const onBoth = async (what, act) => {
        await Promise.all(Object.entries(clients).map(([side, client]) => act(side, client)));
        announce(`${what} is answered on both connections.`);
    };
    for (const [id, describe] of Object.entries(calls)) {
        byId(id).addEventListener("click", () => {
            const [name, params] = describe();
            onBoth(name, (side, client) => callOne(side, client, name, params));
        });
    }
    byId("burst").addEventListener("click", () => onBoth("burst", burst));
    byId("clear").addEventListener("click", () => {
        byId("ws-calls").replaceChildren();
        byId("ack-calls").replaceChildren();
    });
}

function start()
{
    if (typeof io !== "function") {
        byId("fatal").hidden = false;
        byId("fatal").textContent =
            "The client bundle /socket.io/socket.io.js is missing. Run “npm ci” in examples/common and reload.";
        return;
    }
    const url = new URL("/ws/rpc", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    listen({
        ws: new WsClient(url, methods, (online) => showState("ws", online)),
        ack: new AckClient(io({ transports: ["websocket"] }), methods, (online) => showState("ack", online)),
    });
}

start();
