// The reference server as the measured program: same behaviour, same options as bench/server.
"use strict";

const { createServer } = require("node:http");
const { parseArgs } = require("node:util");
const { Server } = require("socket.io");

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "3000" },
    host: { type: "string", default: "127.0.0.1" },
  },
});

const http = createServer();
const io = new Server(http, { perMessageDeflate: false, serveClient: false });

io.on("connection", (socket) => {
  socket.join("all");
  socket.on("echo", (x) => socket.emit("echo", x));
  socket.on("ack", (x, callback) => callback(x));
  socket.on("bin", (bytes) => socket.emit("bin", bytes));
  socket.on("bcast", (x) => io.to("all").emit("bcast", x));
});

http.listen({ port: Number(values.port), host: values.host, backlog: 4096 }, () => {
  console.log(`listening on ${http.address().port}`);
});
