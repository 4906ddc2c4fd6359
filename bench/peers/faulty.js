// A server that is right most of the time: it spoils one answer in --every in the way --fault names.
// bench/selftest.sh runs the load generator against it, which must notice.
"use strict";

const { createServer } = require("node:http");
const { parseArgs } = require("node:util");
const { Server } = require("socket.io");

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "3000" },
    host: { type: "string", default: "127.0.0.1" },
    fault: { type: "string", default: "none" },
    every: { type: "string", default: "500" },
  },
});
const every = Number(values.every);

const altered = (x) => (Buffer.isBuffer(x) ? Buffer.concat([x.subarray(1), x.subarray(0, 1)]) : x.slice(0, -1) + "!");

// By name: what becomes of the answer `send(x)`.
const faults = {
  none: (socket, send, x) => send(x),
  drop: () => {},
  alter: (socket, send, x) => send(altered(x)),
  double: (socket, send, x) => (send(x), send(x)),
  // Held back until the next answer of the same client has gone.
  reorder: (socket, send, x) => (socket.data.held = () => send(x)),
  disconnect: (socket) => socket.disconnect(true),
};
const spoil = faults[values.fault];
if (spoil === undefined) {
  throw new Error(`no such fault: ${values.fault}`);
}

let answers = 0;

function answer(socket, x, send) {
  if (++answers % every === 0) {
    spoil(socket, send, x);
    return;
  }
  send(x);
  socket.data.held?.();
  delete socket.data.held;
}

const http = createServer();
const io = new Server(http, { perMessageDeflate: false, serveClient: false });

io.on("connection", (socket) => {
  socket.join("all");
  socket.on("echo", (x) => answer(socket, x, (y) => socket.emit("echo", y)));
  // Socket.IO acknowledges once only, so "double" changes nothing here.
  socket.on("ack", (x, callback) => answer(socket, x, callback));
  socket.on("bin", (bytes) => answer(socket, bytes, (y) => socket.emit("bin", y)));
  // To each member on its own, so that one of them can be served wrongly.
  socket.on("bcast", (x) => {
    for (const member of io.of("/").sockets.values()) {
      answer(member, x, (y) => member.emit("bcast", y));
    }
  });
});

http.listen({ port: Number(values.port), host: values.host, backlog: 4096 }, () => {
  console.log(`listening on ${http.address().port}`);
});
