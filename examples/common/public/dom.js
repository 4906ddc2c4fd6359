/* Building blocks of the views. Text only ever becomes text: nothing here, or anywhere in this page,
 * parses markup that came from a person. */

export const byId = (id) => document.getElementById(id);

export function el(tag, props = {}, ...children)
{
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (name in node) {
            node[name] = value;
        } else {
            node.setAttribute(name, value);
        }
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
}

export function icon(name)
{
    const SVG = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(SVG, "svg");
    const use = document.createElementNS(SVG, "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#icon-${name}`);
    svg.append(use);
    return svg;
}

/* A person keeps one colour everywhere, without the server knowing of colours. */
export function paint(node, nick)
{
    let hash = 2166136261;
    for (const char of nick.toLowerCase()) {
        hash = Math.imul(hash ^ char.codePointAt(0), 16777619);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    node.style.setProperty("--hue", ((hash ^ (hash >>> 12)) >>> 0) % 360);
    return node;
}

export function avatar(nick)
{
    const node = el("span", { className: "avatar", ariaHidden: "true" }, initials(nick));
    return paint(node, nick);
}

export function initials(nick)
{
    const words = nick.split(/[\s._-]+/).filter(Boolean);
    const letters = words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]) : [[...nick][0]];
    return letters.join("").toUpperCase();
}

export function replaceText(node, text)
{
    if (node.textContent !== text) {
        node.textContent = text;
    }
}

/* Says it to screen readers: the page has a role="status" of this id. */
export function announce(text)
{
    byId("announcer").textContent = text;
}

export const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/* 1500 becomes "1.5 kB"; powers of 1000, as people buy storage. */
export function bytes(count)
{
    const units = ["B", "kB", "MB", "GB", "TB"];
    let unit = 0;
    for (; count >= 999.5 && unit < units.length - 1; unit++) {
        count /= 1000;
    }
    return `${unit > 0 && count < 99.5 ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}
