/* The editor: a textarea that is kept equal to the session's text, both ways. */

import { announce, byId, replaceText } from "/common/dom.js";
import { keep, kept, randomKey } from "/common/storage.js";
import * as cursors from "./cursors.js";
import { difference, toCharacters, toUnits, transformIndex } from "./ot.js";
import { Session } from "./session.js";

const KEY = "document.name";
const POINT_MS = 100;

const editor = byId("editor");
let session = null;
let composing = false; /* an input method has unfinished text in the textarea */
let pointing = 0;
let pointed = "";

/* ---- Between textarea and session ---- */

function take()
{
    const op = difference(session.text, editor.value, toCharacters(editor.value, editor.selectionEnd));
    if (op) {
        session.edit(op);
    }
}

function give(op)
{
    const { selectionStart, selectionEnd, selectionDirection, value } = editor;
    const moved = (units) => op ? toUnits(session.text, transformIndex(toCharacters(value, units), op, true)) : 0;
    const selection = [moved(selectionStart), moved(selectionEnd)];
    editor.value = session.text;
    if (document.activeElement === editor) {
        editor.setSelectionRange(...selection, selectionDirection);
    }
}

function onInput()
{
    if (!composing) {
        take();
        draw();
    }
}

function draw()
{
    cursors.render(session.text, session.peers);
    pointing ||= setTimeout(point, POINT_MS);
}

/* Only where it has changed; while something of ours is unconfirmed, later. */
function point()
{
    pointing = 0;
    if (!session.settled) {
        return;
    }
    const ends = [editor.selectionStart, editor.selectionEnd];
    const [start, end] = (editor.selectionDirection === "backward" ? ends.reverse() : ends)
        .map((units) => toCharacters(editor.value, units));
    const now = `${session.socket.url} ${start} ${end}`;
    if (document.activeElement === editor && now !== pointed) {
        pointed = now;
        session.point(start, end);
    }
}

/* ---- What is shown ---- */

function showState()
{
    const { live, replaced, sent } = session;
    const text = replaced ? "Open in another window" : !live ? "Offline: what you type is kept" : sent ? "Saving…" : "Saved";
    document.querySelector(".link-state").dataset.link = live ? "online" : "connecting";
    replaceText(byId("state"), text);
    editor.readOnly = session.revision < 0 || Boolean(replaced);
    draw();
}

/* http://host/#minutes is the document "minutes". */
const documentName = () => decodeURIComponent(location.hash.slice(1)).slice(0, 60) || "shared";

function open(name)
{
    session?.close();
    editor.value = "";
    byId("welcome").hidden = true;
    byId("desk").hidden = false;
    replaceText(byId("title"), documentName());
    document.title = `${documentName()} · Document`;
    const url = new URL(`/ws/docs/${encodeURIComponent(documentName())}`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    session = new Session({ url, key: randomKey(), name, WebSocket, onText: give, onState: showState, onPeers: draw });
    session.connect();
    editor.focus();
    announce(`Document ${documentName()}`);
}

function showWelcome(error = "")
{
    byId("welcome").hidden = false;
    byId("welcome-name").value ||= kept(() => localStorage, KEY) ?? "";
    replaceText(byId("welcome-error"), error);
    byId("welcome-name").ariaInvalid = String(error !== "");
    byId("welcome-name").focus();
}

function listen()
{
    byId("welcome-form").addEventListener("submit", (event) => {
        event.preventDefault();
        const name = byId("welcome-name").value.trim().replace(/\s+/g, " ");
        if (!name) {
            showWelcome("Please choose a name.");
            return;
        }
        keep(() => localStorage, KEY, name);
        keep(() => sessionStorage, KEY, name);
        open(name);
    });
    byId("new").addEventListener("click", () => {
        location.hash = randomKey().slice(0, 8);
    });
    addEventListener("hashchange", () => session && open(session.name));
    addEventListener("online", () => session && !session.live && session.drop());
    addEventListener("beforeunload", (event) => session?.sent && event.preventDefault());
    editor.addEventListener("input", onInput);
    /* A textarea that is set anew ends what an input method is at: until then others' changes wait. */
    editor.addEventListener("compositionstart", () => {
        composing = true;
        session.hold(true);
    });
    editor.addEventListener("compositionend", () => {
        composing = false;
        take();
        session.hold(false);
        draw();
    });
    document.addEventListener("selectionchange", () => {
        pointing ||= session ? setTimeout(point, POINT_MS) : 0;
    });
}

listen();
const name = kept(() => sessionStorage, KEY);
if (name) {
    open(name);
} else {
    showWelcome();
}
