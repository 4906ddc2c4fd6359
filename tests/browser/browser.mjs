/* Debian's Chromium for the examples' tests: pages at a desk and on a phone, pictures, what pages complained about.
 *
 *   SCREENSHOT_DIR   where the pictures go (default: tests/browser/screenshots in the build directory)
 *   CHROMIUM         the browser (default: /usr/bin/chromium)
 */

import fs from "node:fs";
import path from "node:path";
import { buildDir, scale } from "./server.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const pictures = process.env.SCREENSHOT_DIR ?? path.join(buildDir, "tests/browser/screenshots");

if (!fs.existsSync(CHROMIUM)) {
    console.log(`SKIP: no browser at ${CHROMIUM}`);
    process.exit(77);
}

const { chromium } = await import("playwright-core");

export const TIMEOUT_MS = 15000 * scale;
export const DESK = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/* Errors of a connection that is lost on purpose; and a poll that arrives after the page's own POST that closed the session, on another
 * TCP connection: "Session ID unknown", as Node's server answers it. */
const harmless = /net::ERR_(CONNECTION|SOCKET|EMPTY)|WebSocket (connection|is already)|status of 400 .*transport=polling\S*[?&]sid=/;

export class Browser {
    /* What pages complained about. */
    complaints = [];

    async start()
    {
        fs.mkdirSync(pictures, { recursive: true });
        this.chromium = await chromium.launch({
            executablePath: CHROMIUM,
            headless: true,
            args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync"],
        });
    }

    async stop()
    {
        await this.chromium?.close();
    }

    /* A page with a storage of its own. options: playwright's, of a context; session: what its session storage holds at first. */
    async open(url, options = DESK, session = {})
    {
        const context = await this.chromium.newContext({ locale: "en-GB", colorScheme: "light", ...options });
        await context.addInitScript((items) => {
            for (const [key, value] of Object.entries(items)) {
                sessionStorage.getItem(key) ?? sessionStorage.setItem(key, value);
            }
        }, session);
        const page = await context.newPage();
        page.setDefaultTimeout(TIMEOUT_MS);
        page.on("pageerror", (error) => this.complaints.push(`page error: ${error.message}`));
        page.on("console", (message) => {
            const complaint = `${message.text()} ${message.location().url}`.trimEnd();
            if (message.type() === "error" && !harmless.test(complaint)) {
                this.complaints.push(`console: ${complaint}`);
            }
        });
        await page.goto(url);
        return page;
    }
}

export const shot = (page, name) => page.screenshot({ path: path.join(pictures, `${name}.png`), animations: "disabled" });
export const sees = (page, selector, text) => page.locator(selector, { hasText: text }).first().waitFor();
export const gone = (page, selector, text) => page.locator(selector, { hasText: text }).first().waitFor({ state: "detached" });
export const hasText = (page, selector, text) =>
    page.waitForFunction(([css, wanted]) => document.querySelector(css)?.textContent === wanted, [selector, text]);

/* Asks a server from within a page, past its own code: events is [[name, ...arguments], ...], with { $bytes: n } for n bytes. The
 * answers, in order; null where none came, and "disconnected" from where on the server did not want to hear more. */
export const askRaw = (page, events, { timeout = 5000, namespace = "/" } = {}) =>
    page.evaluate(async ({ events, timeout, namespace }) => {
        const socket = io(namespace, { forceNew: true, reconnection: false });
        const answers = [];
        for (const event of events) {
            try {
                answers.push(await socket.timeout(timeout).emitWithAck(
                    ...event.map((each) => each?.$bytes === undefined ? each : new Uint8Array(each.$bytes))));
            } catch {
                answers.push(socket.connected ? null : "disconnected");
            }
        }
        socket.disconnect();
        return answers;
    }, { events, timeout: timeout * scale, namespace });
