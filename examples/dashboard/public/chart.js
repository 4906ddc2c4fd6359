/* A chart of the last minute on a canvas: lines, or a dot for each single thing. No library. */

import { byId, el, replaceText } from "/common/dom.js";
import { WINDOW_MS } from "./series.js";

const LEFT = 52;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 22;

export class Chart {
    #pointer = null;
    #lines = [];

    /* options: { title, format(value), lines: [{ label, color, points() }], dots: true for dots } */
    constructor(parent, options)
    {
        this.options = options;
        this.canvas = el("canvas", { role: "img", ariaLabel: options.title });
        this.notes = options.lines.map(() => el("output"));
        this.tip = el("div", { className: "tip", hidden: true });
        this.node = el("figure", { className: "chart" },
            el("figcaption", {}, el("h2", {}, options.title), this.#legend()),
            el("div", { className: "plot" }, this.canvas, this.tip));
        parent.append(this.node);
        this.canvas.addEventListener("pointermove", (event) => this.#point(event.offsetX));
        this.canvas.addEventListener("pointerleave", () => this.#point(null));
    }

    #legend()
    {
        return el("span", { className: "legend" }, ...this.options.lines.map(({ label, color }, i) => {
            const key = el("i", { ariaHidden: "true" });
            key.style.setProperty("--color", `var(${color})`);
            return el("span", {}, key, `${label} `, this.notes[i]);
        }));
    }

    #point(x)
    {
        this.#pointer = x;
        this.draw(this.now);
    }

    /* now: the right edge, in the server's time */
    draw(now)
    {
        this.now = now;
        this.#lines = this.options.lines.map((line) => ({ ...line, points: line.points().filter(([at]) => at >= now - WINDOW_MS) }));
        this.#fit();
        this.#scale();
        this.#grid();
        if (this.options.dots) {
            this.#lines.forEach((line) => this.#dots(line));
        } else {
            this.#lines.forEach((line) => this.#area(line));
            this.#lines.forEach((line) => this.#line(line));
        }
        this.#say();
        this.#inspect();
    }

    /* As many pixels as the screen has for it. */
    #fit()
    {
        const { clientWidth, clientHeight } = this.canvas;
        const ratio = devicePixelRatio;
        if (this.canvas.width !== Math.round(clientWidth * ratio) || this.canvas.height !== Math.round(clientHeight * ratio)) {
            this.canvas.width = Math.round(clientWidth * ratio);
            this.canvas.height = Math.round(clientHeight * ratio);
        }
        this.width = clientWidth;
        this.height = clientHeight;
        this.style = getComputedStyle(this.canvas);
        this.paint = this.canvas.getContext("2d");
        this.paint.setTransform(ratio, 0, 0, ratio, 0, 0);
        this.paint.clearRect(0, 0, this.width, this.height);
    }

    #scale()
    {
        const highest = Math.max(this.options.least ?? 1, ...this.#lines.flatMap(({ points }) => points.map(([, value]) => value)));
        const step = niceStep(highest / 4);
        this.top = step * Math.ceil(highest / step);
        this.step = step;
    }

    #x(at)
    {
        return LEFT + (1 - (this.now - at) / WINDOW_MS) * (this.width - LEFT - RIGHT);
    }

    #y(value)
    {
        return TOP + (1 - value / this.top) * (this.height - TOP - BOTTOM);
    }

    #color(name)
    {
        return this.style.getPropertyValue(name);
    }

    #grid()
    {
        const paint = this.paint;
        paint.font = `11px ${this.style.fontFamily}`;
        paint.fillStyle = this.#color("--muted");
        paint.strokeStyle = this.#color("--line");
        paint.lineWidth = 1;
        paint.textAlign = "right";
        paint.textBaseline = "middle";
        for (let value = 0; value <= this.top * 1.001; value += this.step) {
            const y = Math.round(this.#y(value)) + 0.5;
            paint.beginPath();
            paint.moveTo(LEFT, y);
            paint.lineTo(this.width - RIGHT, y);
            paint.stroke();
            paint.fillText(this.options.format(value), LEFT - 8, y);
        }
        paint.textBaseline = "alphabetic";
        for (const seconds of [60, 45, 30, 15, 0]) {
            paint.textAlign = seconds === 60 ? "left" : seconds === 0 ? "right" : "center";
            paint.fillText(seconds === 0 ? "now" : `−${seconds} s`, this.#x(this.now - seconds * 1000), this.height - 5);
        }
    }

    #trace(points)
    {
        this.paint.beginPath();
        points.forEach(([at, value]) => this.paint.lineTo(this.#x(at), this.#y(value)));
    }

    #area({ color, points })
    {
        const paint = this.paint;
        if (points.length === 0) {
            return;
        }
        this.#trace(points);
        paint.lineTo(this.#x(points.at(-1)[0]), this.#y(0));
        paint.lineTo(this.#x(points[0][0]), this.#y(0));
        paint.globalAlpha = 0.1;
        paint.fillStyle = this.#color(color);
        paint.fill();
        paint.globalAlpha = 1;
    }

    #line({ color, points })
    {
        this.#trace(points);
        this.paint.strokeStyle = this.#color(color);
        this.paint.lineWidth = 2;
        this.paint.lineJoin = "round";
        this.paint.stroke();
    }

    #dots({ color, points })
    {
        const paint = this.paint;
        paint.fillStyle = this.#color(color);
        paint.globalAlpha = 0.55;
        points.forEach(([at, value]) => paint.fillRect(this.#x(at) - 1.5, this.#y(value) - 1.5, 3, 3));
        paint.globalAlpha = 1;
    }

    /* The newest values, beside the legend and for who can't see the canvas. */
    #say()
    {
        const texts = this.#lines.map(({ points, summary }) =>
            summary ? summary() : points.length > 0 ? this.options.format(points.at(-1)[1]) : "–");
        texts.forEach((text, i) => replaceText(this.notes[i], text));
        this.canvas.ariaLabel = `${this.options.title}: ${this.#lines.map(({ label }, i) => `${label} ${texts[i]}`).join(", ")}`;
    }

    #inspect()
    {
        const x = this.#pointer;
        this.tip.hidden = x === null || x < LEFT || this.options.dots || this.#lines.every(({ points }) => points.length === 0);
        if (this.tip.hidden) {
            return;
        }
        const at = this.now - (1 - (x - LEFT) / (this.width - LEFT - RIGHT)) * WINDOW_MS;
        const seconds = Math.round((this.now - at) / 1000);
        const values = this.#lines.filter(({ points }) => points.length > 0).map(({ label, points }) =>
            `${label} ${this.options.format(nearest(points, at)[1])}`);
        this.paint.fillStyle = this.#color("--muted");
        this.paint.fillRect(Math.round(x), TOP, 1, this.height - TOP - BOTTOM);
        replaceText(this.tip, [`${seconds} s ago`, ...values].join(" · "));
        this.tip.classList.toggle("left", x > this.width / 2);
        this.tip.style.setProperty("--x", `${x}px`);
    }
}

const nearest = (points, at) =>
    points.reduce((best, point) => Math.abs(point[0] - at) < Math.abs(best[0] - at) ? point : best);

/* 1, 2 or 5 times a power of ten. */
function niceStep(least)
{
    const power = 10 ** Math.floor(Math.log10(least));
    return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/* 12345 becomes "12.3 k". */
export function short(value)
{
    const units = ["", " k", " M", " G"];
    let unit = 0;
    for (; value >= 999.5 && unit < units.length - 1; unit++) {
        value /= 1000;
    }
    const digits = value >= 99.5 || Number.isInteger(value) ? 0 : value >= 9.95 ? 1 : 2;
    return `${Number(value.toFixed(digits))}${units[unit]}`;
}

/* Draws the charts of a page when there is something new, at most once a frame, never while it can't be seen. */
export class Board {
    #charts = [];
    #waiting = false;

    constructor(id, now)
    {
        this.parent = byId(id);
        this.now = now;
        addEventListener("resize", () => this.redraw());
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    }

    add(options)
    {
        this.#charts.push(new Chart(this.parent, options));
    }

    redraw()
    {
        if (this.#waiting || document.hidden) {
            return;
        }
        this.#waiting = true;
        requestAnimationFrame(() => {
            this.#waiting = false;
            this.#charts.forEach((chart) => chart.draw(this.now()));
        });
    }
}
