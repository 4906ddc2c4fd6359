/* The page: signs in, keeps its token fresh, shows what comes, and sends. The events are listed in ../README.md. */

import { Refusal, ask, connect, reconnectNow } from "/common/connection.js";
import { announce, byId, el, replaceText } from "/common/dom.js";
import { keep, kept } from "/common/storage.js";

const NAME_KEY = "notify.name"; /* shared by the tabs of a browser, as the sign-in of a product would be */
const NOTES_MAX = 50;
const REFRESH_SHARE = 0.25; /* of the token's life is left: time for another one */

let accounts = null; /* where tokens come from; needs none */
let socket = null;
let name = kept(() => localStorage, NAME_KEY) ?? "";
let expires = 0; /* on this page's own clock */
let life = 0;
let refreshing = false;

/* ---- The token ---- */

async function newToken()
{
    return (await ask(accounts, "sign-in", { name })).token;
}

/* The client asks for what it presents at every connection. */
async function present(give)
{
    try {
        give({ token: await newToken() });
    } catch {
        give({}); /* will be refused, and tried again with the next connection */
    }
}

function lasts(leftMs)
{
    expires = performance.now() + leftMs;
    life = leftMs;
}

/* A newer token for the connection that there is. */
async function refresh()
{
    if (refreshing || !socket.connected) {
        return;
    }
    refreshing = true;
    try {
        lasts((await ask(socket, "refresh", { token: await newToken() })).leftMs);
        showSession();
    } catch (error) {
        showResult(error.message, true);
    } finally {
        refreshing = false;
    }
}

function showSession()
{
    const left = Math.max(0, expires - performance.now());
    replaceText(byId("left"), socket.connected ? `${Math.ceil(left / 1000)} s` : "no session");
    if (byId("auto").checked && socket.connected && left < life * REFRESH_SHARE) {
        refresh();
    }
}

/* ---- What comes ---- */

function showNote(note)
{
    const seen = el("button", { type: "button", className: "quiet-button" }, "Mark as read");
    const item = el("li", { className: "note new" },
        el("p", { className: "note-title", dir: "auto" }, String(note.title ?? "")),
        el("p", { className: "muted" }, `from ${note.from ?? "outside"}`), seen);

    item.dataset.id = note.id ?? "";
    seen.addEventListener("click", () => {
        markRead(item);
        if (note.id) {
            socket.emit("read", { id: note.id });
        }
    });
    byId("notes").prepend(item);
    byId("notes").children[NOTES_MAX]?.remove();
    announce(`Notification: ${note.title}`);
    showCount();
}

function onNotification(note, reply)
{
    showNote(note);
    if (reply && byId("answer").checked) {
        reply({ ok: true });
    }
}

function markRead(item)
{
    item.classList.remove("new");
    item.querySelector("button")?.remove();
    showCount();
}

function onRead({ id })
{
    for (const item of byId("notes").children) {
        if (item.dataset.id === id) {
            markRead(item);
        }
    }
}

function showCount()
{
    const count = document.querySelectorAll(".note.new").length;
    replaceText(byId("unread"), String(count));
    byId("unread").hidden = count === 0;
    byId("no-notes").hidden = byId("notes").children.length > 0;
    document.title = count > 0 ? `(${count}) Notifications` : "Notifications";
}

/* ---- Topics ---- */

const topicBoxes = () => [...document.querySelectorAll("#topics input")];

const follow = (box) => ask(socket, box.checked ? "subscribe" : "unsubscribe", { topic: box.value })
    .catch((error) => showResult(error.message, true));

/* ---- Sending ---- */

const value = (id) => byId(id).value.trim();

const requests = {
    toUser: () => ({ user: value("to-user") }),
    toRoom: () => ({ topic: value("to-topic") }),
    toRoomExcept: () => ({ topic: value("to-topic"), user: value("to-user") }),
    toRooms: () => ({ topics: value("to-topic").split(/[\s,]+/).filter(Boolean) }),
    toAll: () => ({}),
    toUserWithAck: () => ({ user: value("to-user"), timeoutMs: Number(value("to-timeout")) }),
};

function showFields()
{
    const how = byId("how").value;
    byId("user-field").hidden = !["toUser", "toRoomExcept", "toUserWithAck"].includes(how);
    byId("topic-field").hidden = !["toRoom", "toRoomExcept", "toRooms"].includes(how);
    byId("timeout-field").hidden = how !== "toUserWithAck";
    replaceText(byId("user-label"), how === "toRoomExcept" ? "Except user" : "User");
    replaceText(byId("topic-label"), how === "toRooms" ? "Topics" : "Topic");
}

function showResult(text, bad = false)
{
    replaceText(byId("result"), text);
    byId("result").className = bad ? "form-error" : "muted";
}

async function send()
{
    const how = byId("how").value;
    showResult("…");
    try {
        const reply = await ask(socket, how, { ...requests[how](), title: value("title") });
        showResult(reply.asked === undefined ? "Sent."
            : `${reply.answered} of ${reply.asked} answered${reply.complete ? "." : " in time."}`);
    } catch (error) {
        showResult(error instanceof Refusal ? error.message : "No answer from the server.", true);
    }
}

/* ---- Coming and going ---- */

async function onConnect()
{
    try {
        const session = await ask(socket, "session");
        lasts(session.leftMs);
        await Promise.all(topicBoxes().filter((box) => box.checked).map(follow));
        show();
    } catch (error) {
        showResult(error.message, true);
    }
}

function onDisconnect(reason)
{
    showSession();
    if (reason === "io server disconnect") {
        replaceText(byId("banner-text"), "Your session has expired.");
        replaceText(byId("reconnect"), "Sign in again");
    }
}

function show()
{
    byId("welcome").hidden = name !== "";
    byId("desk").hidden = name === "";
    replaceText(byId("me"), name);
    showFields();
    showCount();
    showSession();
}

function signIn(event)
{
    event.preventDefault();
    name = value("welcome-name").toLowerCase();
    if (!/^[a-z0-9_-]{1,32}$/.test(name)) {
        name = "";
        replaceText(byId("welcome-error"), "A name has up to 32 of a to z, 0 to 9, - and _.");
        return;
    }
    keep(() => localStorage, NAME_KEY, name);
    socket.connect();
    show();
}

function signOut()
{
    name = "";
    keep(() => localStorage, NAME_KEY, name);
    socket.disconnect();
    byId("notes").replaceChildren();
    byId("banner").hidden = true;
    show();
}

function start()
{
    socket = connect({ auth: present, autoConnect: false });
    if (!socket) {
        return;
    }
    accounts = socket.io.socket("/accounts");
    accounts.connect();
    socket.on("connect", onConnect);
    socket.on("disconnect", onDisconnect);
    socket.on("notification", onNotification);
    socket.on("read", onRead);
    byId("welcome-form").addEventListener("submit", signIn);
    byId("sign-out").addEventListener("click", signOut);
    byId("refresh").addEventListener("click", refresh);
    byId("how").addEventListener("change", showFields);
    byId("send-form").addEventListener("submit", (event) => {
        event.preventDefault();
        send();
    });
    topicBoxes().forEach((box) => box.addEventListener("change", () => follow(box)));
    setInterval(showSession, 250);
    show();
    if (name) {
        reconnectNow(socket);
    }
}

start();
