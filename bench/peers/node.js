// The reference server as the measured program: same behaviour, same options as bench/server.
//   --engine ws       Node's http and the package ws, as npm installs it
//   --engine eiows    the same with eiows in the place of ws
//   --engine uws      on uWebSockets.js instead of Node's http
"use strict";

const { createServer } = require("node:http");
const { parseArgs } = require("node:util");
const { Server } = require("socket.io");

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "3000" },
    host: { type: "string", default: "127.0.0.1" },
    engine: { type: "string", default: "ws" },
  },
});
const options = { perMessageDeflate: false, serveClient: false };

function onConnection(io, socket) {
  socket.join("all");
  socket.on("echo", (x) => socket.emit("echo", x));
  socket.on("ack", (x, callback) => callback(x));
  socket.on("bin", (bytes) => socket.emit("bin", bytes));
  socket.on("bcast", (x) => io.to("all").emit("bcast", x));
  socket.on("relay", (room, x) => io.to(room).emit("relay", x));
  socket.on("join", (room, callback) => {
    socket.join(room);
    callback();
  });
}

function announce(port) {
  console.log(`listening on ${port}`);
}

function listenOnNode(io) {
  const http = createServer();
  io.attach(http);
  http.listen({ port: Number(values.port), host: values.host, backlog: 4096 }, () => announce(http.address().port));
}

function listenOnUws(io) {
  const uws = require("@btc-vision/uwebsockets.js");
  const app = uws.App();
  io.attachApp(app);
  app.listen(values.host, Number(values.port), (socket) => announce(uws.us_socket_local_port(socket)));
}

const engines = {
  ws: () => [new Server(options), listenOnNode],
  eiows: () => [new Server({ ...options, wsEngine: require("eiows").Server }), listenOnNode],
  uws: () => [new Server(options), listenOnUws],
};
const [io, listen] = engines[values.engine]();
io.on("connection", (socket) => onConnection(io, socket));
listen(io);
