/* Files up and down: what is on its way, what the server has. The events are listed in ../README.md. */

import { ask, connect } from "/common/connection.js";
import { announce, byId, bytes } from "/common/dom.js";
import { keep, kept, randomKey } from "/common/storage.js";
import { Download } from "./download.js";
import { Upload } from "./upload.js";
import * as view from "./view.js";

const KEYS = "files.keys"; /* of what this browser has uploaded, by the files' ids: with them they can be deleted */
const AT_A_TIME = 2;

const transfers = [];
const keys = kept(() => localStorage, KEYS) ?? {};
let socket = null;
let files = [];
let limits = null; /* { size, room, count, chunk, window }; null: not known yet */

/* ---- Transfers ---- */

/* Starts what waits, a few at a time. */
function work()
{
    const running = transfers.filter(({ transfer, running: busy }) => busy && transfer.active).length;
    const waiting = transfers.filter(({ transfer, running: busy }) => !busy && transfer.state === "waiting");
    if (socket.connected && limits) {
        waiting.slice(0, Math.max(0, AT_A_TIME - running)).forEach(run);
    }
}

async function run(entry)
{
    entry.running = true;
    await entry.transfer.run(socket, limits);
    entry.running = false;
    finished(entry.transfer);
    work();
}

function finished(transfer)
{
    if (transfer.state === "done") {
        announce(`${transfer.name} is complete.`);
        if (transfer.stored) {
            keys[transfer.stored.id] = transfer.key;
            keep(() => localStorage, KEYS, keys);
            addFile(transfer.stored);
        }
    } else if (transfer.state === "failed") {
        announce(`${transfer.name}: ${transfer.error}`);
    }
}

function add(transfer, kind)
{
    transfers.push({ transfer, kind, running: false });
    view.addTransfer(transfer, kind, { onCancel: cancel, onRetry: retry });
    work();
}

/* Of an active one: gives it up. Of another: forgets it. */
async function cancel(transfer)
{
    const wasActive = transfer.active;
    transfer.cancel();
    forget(transfer);
    if (wasActive && transfer instanceof Upload && socket.connected) {
        await ask(socket, "remove", { key: transfer.key }).catch(() => {}); /* the server forgets it anyway, later */
    }
    work();
}

function forget(transfer)
{
    const index = transfers.findIndex((entry) => entry.transfer === transfer);
    transfers.splice(index, 1);
    view.removeTransfer(transfer);
}

function retry(transfer)
{
    forget(transfer);
    if (transfer instanceof Upload) {
        upload(transfer.file);
    } else {
        download(transfer.file);
    }
}

function upload(file)
{
    if (limits && file.size > limits.size) {
        view.showError(`${file.name} is larger than ${bytes(limits.size)}.`);
        return;
    }
    add(new Upload(file, randomKey(), view.showTransfer), "Upload");
}

function download(file)
{
    add(new Download(file, view.showTransfer), "Download");
}

/* ---- The list ---- */

async function list()
{
    try {
        const answer = await ask(socket, "list");
        files = answer.files.sort((a, b) => b.at - a.at);
        limits = { ...answer.limits, chunk: answer.chunk, window: answer.window };
        show();
        work();
    } catch {
        if (socket.connected) {
            socket.disconnect().connect();
        }
    }
}

function show()
{
    view.renderFiles(files, { onDownload: download, onDelete: remove, isMine: ({ id }) => id in keys });
    view.showRoom(limits);
}

function addFile(file)
{
    if (!files.some(({ id }) => id === file.id)) {
        files.unshift(file);
    }
    show();
}

function removeFile(id)
{
    files = files.filter((file) => file.id !== id);
    delete keys[id];
    keep(() => localStorage, KEYS, keys);
    show();
}

function onAdded({ file, room })
{
    if (limits) {
        limits.room = room;
        addFile(file);
    }
}

function onRemoved({ id, room })
{
    if (limits) {
        limits.room = room;
        removeFile(id);
    }
}

async function remove(file)
{
    try {
        await ask(socket, "remove", { key: keys[file.id] });
        removeFile(file.id);
    } catch (error) {
        view.showError(socket.connected ? error.message : "There is no connection.");
    }
}

/* ---- Start ---- */

function choose(chosen)
{
    view.showError("");
    [...chosen].forEach(upload);
}

function listen()
{
    const drop = byId("drop");
    byId("choose").addEventListener("change", (event) => {
        choose(event.target.files);
        event.target.value = ""; /* the same file may be chosen again */
    });
    drop.addEventListener("dragover", (event) => {
        event.preventDefault();
        drop.classList.add("over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
        event.preventDefault();
        drop.classList.remove("over");
        choose(event.dataTransfer.files);
    });
    byId("clear").addEventListener("click", () =>
        transfers.filter(({ transfer }) => ["done", "cancelled"].includes(transfer.state)).forEach(({ transfer }) => forget(transfer)));
    addEventListener("beforeunload", (event) => {
        if (transfers.some(({ transfer }) => transfer.active)) {
            event.preventDefault();
        }
    });
}

function start()
{
    socket = connect();
    if (!socket) {
        return;
    }
    socket.on("connect", list);
    socket.on("added", onAdded);
    socket.on("removed", onRemoved);
    listen();
}

start();
