// A client's bundle in headless Chromium: browser.mjs CLIENT BUNDLE
// Exits with 77 when there is no browser.
import { existsSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const here = path.dirname(fileURLToPath(import.meta.url));
const [client, bundle] = process.argv.slice(2);
const folder = path.join(here, "../node_modules", client);
const { version } = createRequire(import.meta.url)(path.join(folder, "package.json"));
const tell = (line) => process.stdout.write(`${line}\n`);

if (!existsSync(CHROMIUM)) {
  console.error(`no browser at ${CHROMIUM}`);
  process.exit(77);
}
const { chromium } = createRequire(path.join(here, "../../browser/package.json"))("playwright-core");

// A page needs an origin; it is another than the servers', so that CORS is needed as well.
const origin = http.createServer((_request, response) => response.setHeader("content-type", "text/html").end("<!doctype html><title>client</title>"));
await new Promise((resolve) => origin.listen(0, "127.0.0.1", resolve));

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--ignore-certificate-errors"],
});
const page = await browser.newPage();
page.on("pageerror", (error) => console.error(error.stack));
await page.goto(`http://127.0.0.1:${origin.address().port}/`);
await page.exposeFunction("tellRunner", tell);
await page.addScriptTag({ path: path.join(folder, "dist", bundle) });
await page.addScriptTag({ path: path.join(here, "core.cjs") });
await page.evaluate((legacy) => {
  // In order: one call of the page's at a time.
  let told = Promise.resolve();
  const tell = (message) => (told = told.then(() => window.tellRunner(JSON.stringify(message))));
  window.command = window.createDriver(window.io, { legacy }, tell);
}, parseInt(version) < 3);

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line) => page.evaluate((text) => window.command(JSON.parse(text)), line).catch(() => {}));
lines.on("close", () => browser.close().finally(() => process.exit(0)));
tell(JSON.stringify({ is: "ready", version }));
