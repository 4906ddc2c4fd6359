/* The chat: connection, who I am, which rooms I am in; hands state to the views and events to the server.
 * The events are listed in ../README.md. */

import { Conversation } from "./conversation.js";
import { byId } from "/common/dom.js";
import * as log from "./log.js";
import * as panels from "./panels.js";
import { forget, lastNick, restore, save, session } from "./session.js";
import * as view from "./view.js";

const REPLY_TIMEOUT_MS = 8000;
const TYPING_EVERY_MS = 2000;

const conversations = new Map();
const limits = { text: 2000 };
let socket = null;
let ready = false; /* connected, named, and back in every room */
let directory = { online: 0, rooms: [] };
let typingSentAt = 0;

const active = () => conversations.get(session.active);
const isReading = (conversation) => conversation === active() && !document.hidden && log.atEnd();

class Refusal extends Error {
}

/* Every request is answered with { ok: true, … } or { ok: false, code, message }. */
async function ask(event, payload)
{
    const reply = await socket.timeout(REPLY_TIMEOUT_MS).emitWithAck(event, payload);
    if (reply?.ok !== true) {
        throw new Refusal(reply?.message ?? "The server did not understand.");
    }
    return reply;
}

/* ---- Connection ---- */

function connect()
{
    socket = io();
    socket.on("connect", onConnect);
    socket.on("disconnect", onDisconnect);
    socket.on("connect_error", () => showOffline("Cannot reach the server. Trying again…"));
    socket.on("message", onMessage);
    socket.on("joined", (event) => onMembership(event, "memberJoined"));
    socket.on("left", (event) => onMembership(event, "memberLeft"));
    socket.on("typing", onTyping);
    socket.on("rooms", onRooms);
    socket.on("replaced", () => signOut("You opened this chat in another window."));
    window.addEventListener("online", reconnectNow);
}

function onConnect()
{
    socket.io.engine.on("upgrade", showOnline);
    showOnline();
    enter();
}

function onDisconnect(reason)
{
    ready = false;
    showOffline("Connection lost. Reconnecting…");
    if (reason === "io server disconnect") {
        socket.connect(); /* the one case the client leaves to us */
    }
}

/* A disconnect from our side ends the client's waiting for its next attempt. */
function reconnectNow()
{
    if (!socket.connected) {
        socket.disconnect().connect();
    }
}

function showOnline()
{
    const name = socket.io.engine.transport.name;
    view.setLink("online", `Connected · ${name === "websocket" ? "WebSocket" : "long-polling"}`);
}

function showOffline(text)
{
    view.setLink("offline", "Reconnecting…");
    view.setBanner(session.nick ? text : "");
}

/* ---- Coming in, for the first time and after every interruption ---- */

async function enter()
{
    if (!session.nick || !socket.connected) {
        return;
    }
    const connection = socket.id;
    try {
        await introduce();
        await Promise.all(session.rooms.map(syncRoom));
    } catch (error) {
        if (socket.id !== connection) {
            return; /* interrupted: the next connection enters again */
        }
        if (error instanceof Refusal) {
            signOut(error.message);
        } else {
            socket.disconnect().connect();
        }
        return;
    }
    ready = true;
    view.setBanner("");
    view.showChat(session.nick);
    show(conversations.has(session.active) ? session.active : session.rooms[0]);
    conversations.forEach((conversation) => conversation.pending().forEach((entry) => deliver(conversation, entry)));
}

async function introduce()
{
    const hello = await ask("hello", { nick: session.nick, token: session.token });
    session.nick = hello.nick;
    Object.assign(limits, hello.limits);
    byId("draft").maxLength = limits.text;
}

async function syncRoom(name)
{
    const reply = await ask("join", { room: name });
    const conversation = conversations.get(name) ?? new Conversation(name);
    conversations.set(name, conversation);
    conversation.sync(reply);
    if (!session.rooms.includes(name)) {
        session.rooms.push(name);
    }
    save();
}

function onWelcomeSubmit(event)
{
    event.preventDefault();
    const nick = byId("welcome-nick").value.trim().replace(/\s+/g, " ");
    const room = roomName(byId("welcome-room").value);
    if (!nick) {
        view.welcomeError("Please choose a nickname.");
        return;
    }
    view.welcomeError("");
    view.welcomeBusy(true);
    Object.assign(session, { nick, rooms: [room || "lobby"], active: room || "lobby" });
    enter();
}

function signOut(error = "")
{
    const { nick, active: room } = session;
    ready = false;
    conversations.clear();
    forget();
    view.setBanner("");
    view.setTitle("", 0);
    panels.closeAll();
    view.showWelcome({ nick: nick || lastNick(), room: room || "lobby", error });
    socket.disconnect().connect();
}

/* ---- Rooms ---- */

/* What people type as a room name, in the form the server takes. */
function roomName(typed)
{
    return typed.trim().replace(/^#+/, "").trim().toLowerCase().replace(/\s+/g, "-");
}

function show(name)
{
    const before = active();
    if (before) {
        before.draft = byId("draft").value;
        if (before.name !== name) {
            before.firstUnread = null;
            stopTyping();
        }
    }
    session.active = name;
    save();
    history.replaceState(null, "", `#${encodeURIComponent(name)}`);
    byId("draft").value = active().draft;
    log.render(active(), session.nick);
    markReadIfSeen();
    draftChanged();
    refresh();
}

async function select(name)
{
    panels.closeAll();
    if (conversations.has(name)) {
        show(name);
    } else {
        await openRoom(name);
    }
    if (matchMedia("(pointer: fine)").matches) {
        byId("draft").focus();
    }
}

async function openRoom(name)
{
    byId("room-error").textContent = "";
    try {
        await syncRoom(name);
        byId("room-name").value = "";
        show(name);
    } catch (error) {
        byId("room-error").textContent = error instanceof Refusal ? error.message : "Not connected. Please try again.";
    }
}

async function leaveRoom()
{
    const { name } = active();
    try {
        await ask("leave", { room: name });
    } catch (error) {
        if (!(error instanceof Refusal)) {
            return;
        }
    }
    conversations.delete(name);
    session.rooms = session.rooms.filter((room) => room !== name);
    show(session.rooms.at(-1));
}

function onRooms(update)
{
    directory = update;
    refresh();
}

/* Everything beside the messages, from the state. */
function refresh()
{
    const conversation = active();
    if (!conversation) {
        return;
    }
    const mine = session.rooms.map((name) => conversations.get(name)).filter(Boolean);
    const total = mine.reduce((sum, room) => sum + room.unread, 0);
    view.renderRooms({
        mine,
        others: directory.rooms.filter((room) => !conversations.has(room.name)),
        active: conversation,
        onSelect: select,
    });
    view.renderHeader(conversation, total - conversation.unread, mine.length > 1);
    view.renderPeople(conversation, session.nick);
    view.renderOnline(directory.online);
    view.renderTyping([...conversation.typing.keys()]);
    view.setTitle(conversation.name, total);
    log.showWayBack(conversation.unread);
}

function markReadIfSeen()
{
    const conversation = active();
    if (conversation?.unread > 0 && isReading(conversation)) {
        conversation.markRead();
        refresh();
    }
}

/* ---- What the server tells ---- */

function onMessage(message)
{
    const conversation = conversations.get(message.room);
    const entry = conversation?.receive(message, isReading(conversation));
    if (!entry) {
        return;
    }
    if (conversation === active()) {
        log.append(entry, conversation);
        view.announce(`${entry.from}: ${entry.text}`);
    }
    refresh();
}

function onMembership(event, change)
{
    const conversation = conversations.get(event.room);
    if (!conversation) {
        return;
    }
    const before = conversation.entries.at(-1);
    conversation[change](event);
    const entry = conversation.entries.at(-1);
    if (conversation === active()) {
        if (entry === before) {
            log.update(entry);
        } else {
            log.append(entry, conversation);
        }
        view.announce(entry.text ?? "");
    }
    refresh();
}

function onTyping({ room, nick, typing })
{
    const conversation = conversations.get(room);
    if (!conversation) {
        return;
    }
    if (typing) {
        conversation.startTyping(nick, refresh);
    } else {
        conversation.stopTyping(nick);
    }
    refresh();
}

/* ---- Writing ---- */

function onSend(event)
{
    event.preventDefault();
    const conversation = active();
    const draft = byId("draft").value.trim();
    const text = draft.toWellFormed?.() ?? draft;
    if (!text) {
        return;
    }
    const entry = conversation.addOwn(session.nick, text);
    byId("draft").value = "";
    draftChanged();
    stopTyping();
    log.clearDivider();
    log.append(entry, conversation, { follow: true });
    deliver(conversation, entry);
}

/* Optimistic: the entry is on screen already. While there is no connection it waits for the next
 * enter(); the server knows a key it has seen, so sending again can never show a message twice. */
async function deliver(conversation, entry)
{
    entry.status = "pending";
    log.update(entry);
    if (!ready) {
        return;
    }
    try {
        const reply = await ask("message", { room: conversation.name, key: entry.key, text: entry.text });
        conversation.confirm(reply.message);
    } catch (error) {
        if (!socket.connected || entry.status === "sent") {
            return;
        }
        entry.status = "failed";
        entry.error = error instanceof Refusal ? error.message : "No answer from the server.";
        view.announce(`Not sent. ${entry.error}`);
    }
    log.update(entry);
}

function discard(entry)
{
    active().discard(entry);
    log.render(active(), session.nick);
    byId("draft").focus();
}

function draftChanged()
{
    const draft = byId("draft");
    const left = limits.text - draft.value.length;
    draft.style.height = "auto";
    draft.style.height = `${draft.scrollHeight}px`;
    byId("send").disabled = draft.value.trim() === "";
    byId("draft-count").textContent = left <= limits.text * 0.1 ? `${left} left` : "";
}

function onDraftInput()
{
    draftChanged();
    if (byId("draft").value.trim() === "") {
        stopTyping();
    } else if (ready && Date.now() - typingSentAt > TYPING_EVERY_MS) {
        typingSentAt = Date.now();
        socket.volatile.emit("typing", { room: session.active, typing: true });
    }
}

function stopTyping()
{
    if (ready && typingSentAt > 0) {
        socket.volatile.emit("typing", { room: session.active, typing: false });
    }
    typingSentAt = 0;
}

/* On a touch keyboard Enter is the only way to a new line, and the send button is at hand. */
function onDraftKey(event)
{
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (sends && matchMedia("(pointer: fine)").matches) {
        byId("composer").requestSubmit();
        event.preventDefault();
    }
}

/* ---- Start ---- */

/* Reloaded: the rooms are on screen at once, the server fills them. */
function resume()
{
    session.rooms.forEach((name) => conversations.set(name, new Conversation(name)));
    view.showChat(session.nick);
    view.setBanner("Connecting…");
    show(conversations.has(session.active) ? session.active : session.rooms[0]);
}

/* A link to a room: http://host/#room */
function linkedRoom()
{
    try {
        return roomName(decodeURIComponent(location.hash));
    } catch {
        return "";
    }
}

function listen()
{
    byId("welcome-form").addEventListener("submit", onWelcomeSubmit);
    byId("room-form").addEventListener("submit", (event) => {
        event.preventDefault();
        const name = roomName(byId("room-name").value);
        if (name) {
            select(name);
        }
    });
    byId("composer").addEventListener("submit", onSend);
    byId("draft").addEventListener("input", onDraftInput);
    byId("draft").addEventListener("keydown", onDraftKey);
    byId("leave-room").addEventListener("click", leaveRoom);
    byId("sign-out").addEventListener("click", () => signOut());
    byId("reconnect").addEventListener("click", reconnectNow);
    document.addEventListener("visibilitychange", markReadIfSeen);
    log.init({
        onRetry: (entry) => deliver(active(), entry),
        onDiscard: discard,
        onReachedEnd: markReadIfSeen,
    });
    panels.init();
}

function start()
{
    if (typeof io !== "function") {
        view.fatal("The client bundle /socket.io/socket.io.js is missing. Run “npm ci” in examples/common and reload.");
        return;
    }
    restore();
    listen();
    if (session.nick) {
        resume();
    } else {
        view.showWelcome({ nick: lastNick(), room: linkedRoom() || "lobby" });
    }
    connect();
}

start();
