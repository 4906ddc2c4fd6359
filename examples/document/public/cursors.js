/* Where the others are: a copy of the text, not to be seen, under the real one, with their cursors in it. */

import { avatar, byId, el, paint } from "/common/dom.js";
import { characters } from "./ot.js";

const SHOWN = 5;

/* peers: number to { name, start, end }, positions in characters. */
export function render(text, peers)
{
    const from = characters(text);
    const marks = [...peers.values()].filter((peer) => peer.start !== undefined).sort((a, b) => low(a) - low(b));
    const nodes = [];
    let at = 0;
    for (const peer of marks) {
        const start = Math.max(at, low(peer)); /* selections that overlap: the later one shows its rest */
        const end = Math.max(start, high(peer));
        nodes.push(from.slice(at, start).join(""));
        if (peer.end <= peer.start) {
            nodes.push(cursor(peer));
        }
        if (end > start) {
            nodes.push(paint(el("span", { className: "selected" }, from.slice(start, end).join("")), peer.name));
        }
        if (peer.end > peer.start) {
            nodes.push(cursor(peer));
        }
        at = end;
    }
    /* A last line that is empty has its height too. */
    byId("cursors").replaceChildren(...nodes, `${from.slice(at).join("")}\u200b`);
    renderPeople([...peers.values()]);
}

const low = (peer) => Math.min(peer.start, peer.end);
const high = (peer) => Math.max(peer.start, peer.end);
const cursor = (peer) => paint(el("span", { className: "cursor" }, el("b", {}, peer.name)), peer.name);

function renderPeople(peers)
{
    const items = peers.slice(0, SHOWN).map(({ name }) => el("li", { title: name }, avatar(name), el("span", { className: "sr-only" }, name)));
    if (peers.length > SHOWN) {
        items.push(el("li", { className: "more" }, `+${peers.length - SHOWN}`));
    }
    byId("people").replaceChildren(...items);
}
