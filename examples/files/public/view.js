/* What is on the page: transfers with their progress, the list of files. */

import { byId, bytes, el, icon, plural, replaceText } from "/common/dom.js";

const lines = new Map(); /* transfer → its line */

/* ---- Transfers ---- */

/* actions: { onCancel, onRetry }, each (transfer) */
export function addTransfer(transfer, kind, { onCancel, onRetry })
{
    const bar = el("progress", { max: Math.max(1, transfer.size), value: 0, ariaLabel: `${kind} ${transfer.name}` });
    const note = el("span", { className: "note muted" });
    const again = el("button", { type: "button", className: "text-button", hidden: true, onclick: () => onRetry(transfer) }, "Try again");
    const close = el("button", { type: "button", className: "icon-button small", ariaLabel: `Cancel ${transfer.name}`, onclick: () => onCancel(transfer) }, icon("close"));
    const node = el("li", { className: "transfer" }, icon(kind === "Upload" ? "up" : "down"),
        el("div", { className: "middle" }, el("bdi", { className: "name" }, transfer.name), bar, el("span", { className: "under" }, note, again)), close);
    node.dataset.kind = kind;
    lines.set(transfer, { node, bar, note, again, close, began: 0, first: 0 });
    byId("transfers").prepend(node);
    byId("transfers-section").hidden = false;
    showTransfer(transfer);
}

export function showTransfer(transfer)
{
    const line = lines.get(transfer);
    if (!line) {
        return;
    }
    if (["sending", "receiving"].includes(transfer.state) && line.state !== transfer.state) {
        [line.began, line.first] = [performance.now(), transfer.sent];
    }
    line.state = transfer.state;
    line.node.dataset.state = transfer.state;
    line.bar.value = transfer.state === "done" ? line.bar.max : transfer.sent;
    line.again.hidden = transfer.state !== "failed";
    line.close.ariaLabel = `${transfer.active ? "Cancel" : "Forget"} ${transfer.name}`;
    replaceText(line.note, describe(transfer, line));
}

export function removeTransfer(transfer)
{
    lines.get(transfer)?.node.remove();
    lines.delete(transfer);
    byId("transfers-section").hidden = lines.size === 0;
}

function describe(transfer, line)
{
    switch (transfer.state) {
    case "waiting":
        return transfer.sent > 0 ? `Interrupted at ${percent(transfer)}; goes on when there is a connection` : "Waiting…";
    case "checking":
        return "Checking…";
    case "done":
        return `${bytes(transfer.size)}, checked`;
    case "failed":
        return transfer.error;
    case "cancelled":
        return "Cancelled";
    default:
        return `${percent(transfer)} of ${bytes(transfer.size)}${speed(transfer, line)}`;
    }
}

const percent = ({ sent, size }) => `${size > 0 ? Math.floor(100 * sent / size) : 100} %`;

function speed(transfer, { began, first })
{
    const seconds = (performance.now() - began) / 1000;
    const perSecond = (transfer.sent - first) / seconds;
    if (seconds < 0.5 || perSecond <= 0) {
        return "";
    }
    return ` · ${bytes(perSecond)}/s · ${remaining((transfer.size - transfer.sent) / perSecond)}`;
}

const remaining = (seconds) => seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`;

/* ---- Files ---- */

/* files: as the server lists them. actions: { onDownload(file), onDelete(file), isMine(file) } */
export function renderFiles(files, { onDownload, onDelete, isMine })
{
    const focused = document.activeElement?.dataset.file;
    const items = files.map((file) => fileLine(file, onDownload, isMine(file) ? onDelete : null));
    byId("files").replaceChildren(...items);
    byId("no-files").hidden = files.length > 0;
    replaceText(byId("files-count"), files.length > 0 ? `${plural(files.length, "file", "files")}, ${bytes(files.reduce((sum, { size }) => sum + size, 0))}` : "");
    if (focused) {
        byId("files").querySelector(`[data-file="${focused}"]`)?.focus();
    }
}

function fileLine(file, onDownload, onDelete)
{
    const when = new Date(file.at).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    const get = el("button", { type: "button", className: "quiet-button", ariaLabel: `Download ${file.name}`, onclick: () => onDownload(file) }, "Download");
    get.dataset.file = file.id;
    const item = el("li", { className: "file" }, el("span", { className: "ending", ariaHidden: "true" }, ending(file.name)),
        el("div", { className: "middle" }, el("bdi", { className: "name" }, file.name),
            el("span", { className: "muted", title: `SHA-256 ${file.sha256}` }, `${bytes(file.size)} · ${when}`)), get);
    if (onDelete) {
        item.append(el("button", { type: "button", className: "icon-button small", ariaLabel: `Delete ${file.name}`, onclick: () => onDelete(file) }, icon("trash")));
    }
    return item;
}

const ending = (name) => /\.([a-z0-9]{1,4})$/i.exec(name)?.[1].toUpperCase() ?? "FILE";

export function showRoom({ size, room })
{
    replaceText(byId("limits"), `Up to ${bytes(size)} each; ${bytes(Math.max(0, room))} of room left on the server.`);
}

export function showError(text)
{
    replaceText(byId("error"), text);
}
