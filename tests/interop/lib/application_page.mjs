// Runs the lines of docs/node-to-c.md, by their numbers. twin_page.c does the same.
import { createRequire } from "node:module";
import { Server } from "socket.io";
import { linesOfPage } from "./page.mjs";

const AsyncFunction = (async () => {}).constructor;

export function installPage(io) {
  const nsp = io.of("/");
  const runs = linesOfPage().map(({ node }) => () => new AsyncFunction("io", "nsp", "socket", "Server", "require", `{ ${node} }`));
  nsp.on("connection", (socket) => {
    socket.on("line", async (number, ack) => {
      await runs[number]()(io, nsp, socket, Server, createRequire(import.meta.url));
      ack();
    });
  });
}
