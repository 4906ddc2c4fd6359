/* A page's connection: its state shown in every .link-state and in the banner, and requests that have an answer.
 * Of the page it uses .link-state with a [data-link-text] in it, #banner, #banner-text, and #reconnect. */

import { byId, replaceText } from "./dom.js";

const REPLY_TIMEOUT_MS = 8000;

/* The server's { ok: false, code, message }. */
export class Refusal extends Error {
    constructor(reply)
    {
        super(reply?.message ?? "The server did not understand.");
        this.code = reply?.code ?? "";
    }
}

/* Asks the server, and returns its answer { ok: true, … }. Throws a Refusal, or another Error when no answer comes. */
export async function ask(socket, event, ...args)
{
    const reply = await socket.timeout(REPLY_TIMEOUT_MS).emitWithAck(event, ...args);
    if (reply?.ok !== true) {
        throw new Refusal(reply);
    }
    return reply;
}

/* Connects, and shows how that is going from then on. The caller's own handlers of "connect" do what a page does anew
 * with every connection. Returns null when the client bundle is missing, which the page then says in #fatal. */
export function connect(options = {})
{
    if (typeof io !== "function") {
        byId("fatal").hidden = false;
        byId("fatal").textContent =
            "The client bundle /socket.io/socket.io.js is missing. Run “npm ci” in examples/common and reload.";
        return null;
    }
    const socket = io(options);
    socket.on("connect", () => {
        socket.io.engine.on("upgrade", () => showOnline(socket));
        showOnline(socket);
    });
    socket.on("connect_error", (error) => {
        if (socket.active) {
            showOffline("Cannot reach the server. Trying again…");
        } else {
            showOffline(`The server has refused: ${error.message}.`, "Refused");
        }
    });
    socket.on("disconnect", (reason) => {
        if (reason === "io server disconnect" || reason === "io client disconnect") {
            showOffline("Disconnected.", "Disconnected"); /* on purpose: the client does not come back by itself */
        } else {
            showOffline("Connection lost. Reconnecting…");
        }
    });
    byId("reconnect").addEventListener("click", () => reconnectNow(socket));
    addEventListener("online", () => reconnectNow(socket));
    return socket;
}

/* A disconnect from our side ends the client's waiting for its next attempt. */
export function reconnectNow(socket)
{
    if (!socket.connected) {
        socket.disconnect().connect();
    }
}

function showOnline(socket)
{
    const name = socket.io.engine.transport.name;
    showLink("online", `Connected · ${name === "websocket" ? "WebSocket" : "long-polling"}`);
    byId("banner").hidden = true;
}

function showOffline(text, link = "Reconnecting…")
{
    showLink("offline", link);
    byId("banner").hidden = false;
    replaceText(byId("banner-text"), text);
}

function showLink(state, text)
{
    for (const node of document.querySelectorAll(".link-state")) {
        node.dataset.link = state;
        replaceText(node.querySelector("[data-link-text]"), text);
    }
}
