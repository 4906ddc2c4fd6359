/* Everything on the page but the messages: welcome form, rooms, people, header, connection state. */

import { avatar, byId, el, initials, paint, plural, replaceText } from "/common/dom.js";

export { announce } from "/common/dom.js";

export function showWelcome({ nick, room, error = "" })
{
    byId("chat").hidden = true;
    byId("welcome").hidden = false;
    byId("welcome-nick").value = nick;
    byId("welcome-room").value = room;
    welcomeBusy(false);
    welcomeError(error);
    byId("welcome-nick").focus();
}

export function welcomeError(text, field = "nick")
{
    replaceText(byId("welcome-error"), text);
    byId("welcome-nick").ariaInvalid = String(text !== "" && field === "nick");
    byId("welcome-room").ariaInvalid = String(text !== "" && field === "room");
    if (text) {
        byId(`welcome-${field}`).focus();
    }
}

export function welcomeBusy(busy)
{
    byId("welcome-join").disabled = busy;
    replaceText(byId("welcome-join"), busy ? "Joining…" : "Join the chat");
}

export function showChat(nick)
{
    const first = byId("chat").hidden;
    byId("welcome").hidden = true;
    byId("chat").hidden = false;
    replaceText(byId("my-nick"), nick);
    replaceText(byId("my-avatar"), initials(nick));
    paint(byId("my-avatar"), nick);
    if (first && matchMedia("(pointer: fine)").matches) {
        byId("draft").focus();
    }
}

/* state: connecting | online | offline */
export function setLink(state, text)
{
    document.querySelectorAll(".link-state, #chat").forEach((node) => (node.dataset.link = state));
    replaceText(byId("link-text"), text);
    replaceText(byId("welcome-link"), text);
}

export function setBanner(text)
{
    byId("banner").hidden = !text;
    replaceText(byId("banner-text"), text);
}

export function fatal(text)
{
    byId("fatal").hidden = false;
    replaceText(byId("fatal"), text);
}

export function setTitle(room, unread)
{
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${room ? `#${room} · ` : ""}Chat`;
}

export function renderHeader(conversation, elsewhere, canLeave)
{
    replaceText(byId("room-title"), `#${conversation.name}`);
    replaceText(byId("room-subtitle"), plural(conversation.members.length, "person here", "people here"));
    byId("draft").placeholder = `Message #${conversation.name}`;
    byId("leave-room").hidden = !canLeave;
    byId("elsewhere").hidden = elsewhere === 0;
    replaceText(byId("elsewhere"), shortCount(elsewhere));
    byId("open-rooms").ariaLabel = elsewhere > 0 ? `Show rooms, ${elsewhere} unread` : "Show rooms";
}

export function renderRooms({ mine, others, active, onSelect })
{
    keepFocus(byId("rooms-panel"), () => {
        byId("my-rooms").replaceChildren(...mine.map((room) => myRoom(room, room === active, onSelect)));
        byId("other-rooms").replaceChildren(...others.map((room) => otherRoom(room, onSelect)));
        byId("other-rooms-section").hidden = others.length === 0;
    });
}

export function renderPeople(conversation, me)
{
    const people = conversation.members.map((nick) => person(nick, me, conversation.typing.has(nick)));
    byId("people").replaceChildren(...people);
    replaceText(byId("people-count"), String(conversation.members.length));
}

export function renderOnline(count)
{
    replaceText(byId("online"), `${plural(count, "person", "people")} online in all rooms`);
}

export function renderTyping(nicks)
{
    byId("typing").classList.toggle("active", nicks.length > 0);
    replaceText(byId("typing-text"), typingText(nicks));
}

function typingText(nicks)
{
    if (nicks.length === 0) {
        return "";
    }
    if (nicks.length > 3) {
        return "Several people are typing…";
    }
    const names = new Intl.ListFormat("en").format(nicks);
    return `${names} ${nicks.length === 1 ? "is" : "are"} typing…`;
}

function myRoom(room, isActive, onSelect)
{
    const label = room.unread > 0 ? `${room.name}, ${room.unread} unread` : room.name;
    const button = roomButton(room.name, label, onSelect);
    button.classList.toggle("unread", room.unread > 0);
    if (isActive) {
        button.ariaCurrent = "true";
    }
    if (room.unread > 0) {
        button.append(el("span", { className: "badge" }, shortCount(room.unread)));
    }
    return el("li", {}, button);
}

function otherRoom(room, onSelect)
{
    const here = plural(room.members, "person", "people");
    const button = roomButton(room.name, `Join ${room.name}, ${here}`, onSelect);
    button.append(el("span", { className: "count", title: here }, String(room.members)));
    return el("li", {}, button);
}

function roomButton(name, label, onSelect)
{
    const button = el("button", { type: "button", className: "room", ariaLabel: label, onclick: () => onSelect(name) },
        el("span", { className: "hash" }, "#"), el("bdi", { className: "room-name" }, name));
    button.dataset.room = name;
    return button;
}

function person(nick, me, isTyping)
{
    const item = el("li", { className: "person" }, avatar(nick), el("bdi", { className: "person-name" }, nick));
    if (nick === me) {
        item.append(el("span", { className: "tag" }, "you"));
    } else if (isTyping) {
        item.append(el("span", { className: "tag" }, "typing…"));
    }
    return item;
}

const shortCount = (count) => (count > 99 ? "99+" : String(count));

/* Lists are drawn anew; whoever walks them with the keyboard must not be thrown out. */
function keepFocus(container, redraw)
{
    const room = container.contains(document.activeElement) ? document.activeElement.dataset.room : undefined;
    redraw();
    if (room !== undefined) {
        [...container.querySelectorAll(".room")].find((node) => node.dataset.room === room)?.focus();
    }
}
