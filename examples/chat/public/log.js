/* The list of messages of the room on screen: draws entries, keeps the newest in view while the reader
 * is at the end, and offers a way back when not. */

import { avatar, byId, el, icon, paint, replaceText } from "/common/dom.js";

const NEAR_END_PX = 80;
const SAME_GROUP_MS = 3 * 60 * 1000;
const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g;

const list = byId("log");
const toLatest = byId("to-latest");
const nodes = new Map();
const timeOf = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayOf = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

let onRetry = () => {};
let onDiscard = () => {};
let onReachedEnd = () => {};
let me = "";
let last = null;

export function init(handlers)
{
    ({ onRetry, onDiscard, onReachedEnd } = handlers);
    list.addEventListener("scroll", onScroll, { passive: true });
    toLatest.addEventListener("click", () => {
        list.scrollTo({ top: list.scrollHeight, behavior: "smooth" });
        list.focus({ preventScroll: true });
    });
    /* A phone's keyboard or a longer draft makes the list shorter: stay at the end if we were there. */
    let wasAtEnd = true;
    list.addEventListener("scroll", () => (wasAtEnd = atEnd()), { passive: true });
    new ResizeObserver(() => wasAtEnd && scrollToEnd()).observe(list);
}

export const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;

export function scrollToEnd()
{
    list.scrollTop = list.scrollHeight;
}

export function render(conversation, myNick)
{
    me = myNick;
    last = null;
    nodes.clear();
    list.replaceChildren();
    list.ariaLabel = `Messages in ${conversation.name}`;
    if (conversation.entries.length === 0) {
        list.append(conversation.synced ? emptyHint(conversation.name) : el("li", { className: "empty" }, "Loading…"));
    }
    conversation.entries.forEach((entry) => draw(entry, conversation.firstUnread));
    const divider = list.querySelector(".unread-divider");
    if (divider) {
        divider.scrollIntoView({ block: "center" });
    } else {
        scrollToEnd();
    }
    onScroll();
}

export function append(entry, conversation, { follow = atEnd() } = {})
{
    list.querySelector(".empty")?.remove();
    draw(entry, conversation.firstUnread);
    if (follow) {
        scrollToEnd();
    }
    showWayBack(conversation.unread);
}

/* An entry changed its state in place. */
export function update(entry)
{
    const node = nodes.get(entry);
    if (!node) {
        return;
    }
    if (entry.kind === "notice") {
        replaceText(node.querySelector("span"), entry.text);
        return;
    }
    node.dataset.status = entry.status;
    node.querySelector(".state")?.replaceWith(state(entry));
}

export function clearDivider()
{
    list.querySelector(".unread-divider")?.remove();
}

export function showWayBack(unread)
{
    toLatest.hidden = atEnd();
    replaceText(byId("to-latest-text"), unread > 0 ? `${unread} new` : "Latest");
}

function onScroll()
{
    toLatest.hidden = atEnd();
    if (atEnd()) {
        onReachedEnd();
    }
}

function draw(entry, firstUnread)
{
    if (!last || dayOf.format(last.at) !== dayOf.format(entry.at)) {
        list.append(separator("day", dayName(entry.at)));
        last = null;
    }
    if (entry === firstUnread) {
        list.append(separator("unread-divider", "New messages"));
        last = null;
    }
    const node = entry.kind === "notice" ? notice(entry) : message(entry, follows(entry));
    nodes.set(entry, node);
    list.append(node);
    last = entry;
}

function follows(entry)
{
    return last?.kind === "message" && last.from === entry.from && entry.at - last.at < SAME_GROUP_MS;
}

function message(entry, isFollowing)
{
    const own = entry.from === me;
    const node = el("li", { className: "message" },
        own ? null : avatar(entry.from),
        el("div", { className: "body" },
            meta(entry, own),
            el("p", { className: "bubble", dir: "auto" }, ...withLinks(entry.text)),
            own ? state(entry) : null));
    node.classList.toggle("own", own);
    node.classList.toggle("follows", isFollowing);
    node.dataset.status = entry.status;
    return paint(node, entry.from);
}

function meta(entry, own)
{
    if (own) {
        return el("span", { className: "sr-only" }, "You: ");
    }
    return el("div", { className: "meta" },
        el("bdi", { className: "author" }, entry.from), " ", clock(entry.at));
}

function state(entry)
{
    const node = el("div", { className: "state" });
    if (entry.status === "pending") {
        node.append(icon("pending"), "Sending…");
    } else if (entry.status === "failed") {
        node.append(icon("failed"), el("span", {}, entry.error || "Not sent."),
            el("button", { type: "button", className: "text-button", onclick: () => onRetry(entry) }, "Retry"),
            el("button", { type: "button", className: "text-button", onclick: () => onDiscard(entry) }, "Discard"));
    } else {
        node.append(clock(entry.at), icon("sent"), el("span", { className: "sr-only" }, "Sent"));
    }
    return node;
}

function notice(entry)
{
    return el("li", { className: "notice" }, el("span", { dir: "auto" }, entry.text), " ", clock(entry.at));
}

function separator(className, text)
{
    return el("li", { className: `separator ${className}` }, el("span", {}, text));
}

function emptyHint(name)
{
    return el("li", { className: "empty" }, icon("bubble"),
        el("strong", {}, "Nothing here yet"),
        el("span", {}, "Write the first message in ", el("bdi", {}, `#${name}`), "."));
}

function clock(at)
{
    const date = new Date(at);
    return el("time", { dateTime: date.toISOString(), title: date.toLocaleString() }, timeOf.format(date));
}

function dayName(at)
{
    const today = dayOf.format(Date.now());
    const yesterday = dayOf.format(Date.now() - 24 * 3600 * 1000);
    const day = dayOf.format(at);
    return day === today ? "Today" : day === yesterday ? "Yesterday" : day;
}

function withLinks(text)
{
    const parts = [];
    let end = 0;
    for (const match of text.matchAll(LINK)) {
        parts.push(text.slice(end, match.index),
            el("a", { href: match[0], target: "_blank", rel: "noopener noreferrer nofollow" }, match[0]));
        end = match.index + match[0].length;
    }
    parts.push(text.slice(end));
    return parts;
}
