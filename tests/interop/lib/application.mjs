// The scenario application: every behaviour a scenario can ask for, asked for by events only.
// twin.c does the same, event by event; a change here is a change there.

import { installCluster } from "./application_cluster.mjs";
import { installDynamic } from "./application_dynamic.mjs";
import { installEngineHooks } from "./application_engine.mjs";
import { installHandlers } from "./application_handlers.mjs";
import { installHandshakes } from "./application_handshakes.mjs";
import { installPage } from "./application_page.mjs";
import { undecided } from "./options.mjs";
import { installRecovery, installRecoveryControl } from "./application_recovery.mjs";

const observers = (io) => io.of("/control");
const report = (io, kind, ...args) => observers(io).emit("report", kind, ...args);

export function installApplication(io, { hooks, engine }) {
  const held = [];
  for (const name of ["/", "/chat", "/admin?x=1"]) {
    io.of(name).on("connection", (socket) => installSocket(io, socket));
  }
  installGreeting(io);
  installGuarded(io, held);
  installCluster(io, { report, installSocket });
  installControl(io, held);
  installDynamic(io, { report, installSocket });
  installEngine(io, hooks);
  installHandlers(io, report);
  installHandshakes(io, report);
  installPage(io);
  if (engine) installEngineHooks(io, report);
}

function installSocket(io, socket) {
  reportLife(io, socket);
  answerEchoes(socket);
  answerQuestions(socket);
  manageRooms(io, socket);
  manageListeners(io, socket);
  emitOnRequest(socket);
  disconnectOnRequest(socket);
  tellAboutItself(socket);
  installRecovery(socket, on, (...args) => report(io, ...args));
}

function reportLife(io, socket) {
  const name = socket.nsp.name;
  report(io, "connection", name, socket.id);
  socket.on("disconnecting", (reason) => {
    report(io, "disconnecting", name, socket.id, reason, roomsOf(socket));
  });
  socket.on("disconnect", (reason) => report(io, "disconnect", name, socket.id, reason, roomsOf(socket)));
  socket.on("error", (error) => report(io, "error", name, socket.id, error?.message ?? error));
}

// A socket's own room first, the others by name.
function roomsOf(socket) {
  const others = [...socket.rooms].filter((room) => room !== socket.id).sort();
  return socket.rooms.has(socket.id) ? [socket.id, ...others] : others;
}

// Splits what a handler is given into arguments and the acknowledgement function.
function split(args) {
  const last = args[args.length - 1];
  return typeof last === "function" ? [args.slice(0, -1), last] : [args, () => {}];
}

const on = (socket, event, handler) => {
  socket.on(event, (...all) => {
    const [args, ack] = split(all);
    handler(args, ack);
  });
};

function answerEchoes(socket) {
  on(socket, "echo", (args) => socket.emit("echo", ...args));
  on(socket, "message", (args) => socket.send(...args));
  on(socket, "ack", (args, ack) => ack(...args));
  on(socket, "ack twice", (args, ack) => {
    ack("first");
    ack("second");
  });
  let kept = () => {};
  on(socket, "ack later", (args, ack) => {
    kept = ack;
  });
  on(socket, "ack now", (args) => kept(...args));
}

function answerQuestions(socket) {
  on(socket, "ask", (args) => {
    socket.emit("question", ...args, (...replies) => socket.emit("answer", ...replies));
  });
  on(socket, "ask timeout", ([ms, ...args]) => {
    socket.timeout(ms).emit("question", ...args, (error, ...replies) => {
      socket.emit("answer", error ? error.message : null, ...replies);
    });
  });
}

// { from: "socket" | "nsp" | "server", to, in, except: lists of rooms, flags: ["volatile", "local", "compress"] }
function target(io, socket, spec) {
  let operator = { socket: socket.broadcast, nsp: socket.nsp, server: io }[spec.from];
  for (const verb of ["to", "in", "except"]) {
    for (const rooms of spec[verb] ?? []) operator = operator[verb](rooms);
  }
  for (const flag of spec.flags ?? []) {
    operator = flag === "compress" ? operator.compress(true) : operator[flag];
  }
  return operator;
}

function manageRooms(io, socket) {
  on(socket, "join", ([rooms], ack) => {
    socket.join(rooms);
    ack();
  });
  on(socket, "leave", ([room], ack) => {
    socket.leave(room);
    ack();
  });
  on(socket, "rooms", (args, ack) => ack(roomsOf(socket)));
  on(socket, "send", ([spec, event, ...args]) => target(io, socket, spec).emit(event, ...args));
}

function manageListeners(io, socket) {
  const incoming = (...all) => {
    const [event, ...args] = split(all)[0];
    if (event === undefined) report(io, "incoming", socket.id);
    else report(io, "incoming", socket.id, String(event), ...args);
  };
  const outgoing = (event, ...args) => report(io, "outgoing", socket.id, event, ...args);
  on(socket, "any on", (args, ack) => {
    socket.onAny(incoming);
    ack();
  });
  on(socket, "any off", (args, ack) => {
    socket.offAny(incoming);
    ack();
  });
  on(socket, "outgoing on", (args, ack) => {
    socket.onAnyOutgoing(outgoing);
    ack();
  });
  on(socket, "outgoing off", (args, ack) => {
    socket.offAnyOutgoing(outgoing);
    ack();
  });

  const heard = (...all) => socket.emit("heard", ...split(all)[0]);
  on(socket, "on", ([event], ack) => {
    socket.on(event, heard);
    ack();
  });
  on(socket, "once", ([event], ack) => {
    socket.once(event, heard);
    ack();
  });
  on(socket, "off", ([event], ack) => {
    socket.off(event, heard);
    ack();
  });
  on(socket, "count", ([event], ack) => {
    ack(socket.listenerCount(event), socket.listenersAny().length, socket.listenersAnyOutgoing().length);
  });
  on(socket, "use", (args, ack) => {
    socket.use(guard(io, socket));
    ack();
  });
}

// Refuses "forbidden", keeps "held" until "release held" passes, lets everything else through.
function guard(io, socket) {
  let release = () => {};
  return ([event], next) => {
    if (event === "forbidden") return next(new Error("forbidden event"));
    if (event === "held") {
      release = next;
      return report(io, "event held", socket.id);
    }
    next();
    if (event === "release held") release();
  };
}

function pattern(length) {
  return Buffer.from(Array.from({ length }, (_, i) => i & 255));
}

function emitOnRequest(socket) {
  on(socket, "burst", ([count]) => {
    for (let i = 0; i < count; i++) socket.emit("burst", i);
  });
  on(socket, "volatile burst", ([count]) => {
    for (let i = 0; i < count; i++) socket.volatile.emit("volatile", i);
    socket.emit("volatile done");
  });
  on(socket, "compressed", ([text]) => socket.compress(false).emit("compressed", text));
  on(socket, "bytes", ([length]) => socket.emit("bytes", pattern(length)));
  on(socket, "nested bytes", () => {
    socket.emit("nested", { a: [pattern(1), { b: pattern(2) }], c: 1 }, "text", pattern(0), [[pattern(3)]]);
  });
  on(socket, "kinds", () => emitKinds(socket));
}

// What a server makes itself, rather than passes on.
function emitKinds(socket) {
  socket.emit("kinds");
  socket.emit("kinds", 0, 1, -1, 2147483647, -2147483648, 9007199254740991);
  socket.emit("kinds", 0.5, 0.1, -1.25, 1e21, 1e-7, 1 / 3, 5e-324, 1.7976931348623157e308, 100, -0);
  socket.emit("kinds", true, false, null);
  socket.emit("kinds", "", "plain", "quote \" back \\ slash / tab \t nl \n cr \r bs \b ff \f");
  socket.emit("kinds", "\u0001\u001f\u007f");
  socket.emit("kinds", "é € 😀 \u2028 \u2029");
  socket.emit("kinds", [], {}, [[]], { a: {} }, [1, [2, [3]]], { b: 1, a: [true, null] });
}

function disconnectOnRequest(socket) {
  on(socket, "disconnect me", ([close]) => {
    socket.emit("last words");
    socket.disconnect(close);
  });
  on(socket, "disconnect me quietly", ([close]) => socket.disconnect(close));
}

function tellAboutItself(socket) {
  on(socket, "handshake", (args, ack) => ack(handshakeOf(socket)));
  on(socket, "whole handshake", (args, ack) => ack({ ...socket.handshake, time: typeof socket.handshake.time, issued: typeof socket.handshake.issued }));
  on(socket, "set data", ([data], ack) => {
    socket.data = data;
    ack();
  });
  on(socket, "get data", (args, ack) => ack(socket.data));
  on(socket, "transport", (args, ack) => ack(socket.conn.transport.name));
}

const QUERY_SHOWN = ["EIO", "transport", "token", "empty", "twice", "encoded"];
const HEADERS_SHOWN = ["x-custom", "origin", "host"];

function pick(object, names) {
  return Object.fromEntries(names.filter((name) => object[name] !== undefined).map((name) => [name, object[name]]));
}

function handshakeOf(socket) {
  const { handshake } = socket;
  return {
    auth: handshake.auth,
    query: pick(handshake.query, QUERY_SHOWN),
    headers: pick(handshake.headers, HEADERS_SHOWN),
    address: handshake.address,
    secure: handshake.secure,
    xdomain: handshake.xdomain,
    path: handshake.url.split("?")[0],
    issued: handshake.issued > 1.6e12,
    time: typeof handshake.time,
  };
}

function installGreeting(io) {
  io.of("/greeting").on("connection", (socket) => {
    socket.emit("hello", socket.handshake.auth);
    installSocket(io, socket);
  });
}

// Two middlewares whose answer the client chooses by auth.mode.
function installGuarded(io, held) {
  const guarded = io.of("/guarded");
  guarded.use((socket, next) => firstMiddleware(io, held, socket, next));
  guarded.use((socket, next) => {
    if (socket.handshake.auth.mode === "second") return next(new Error("refused by the second"));
    next();
  });
  guarded.on("connection", (socket) => installSocket(io, socket));
}

function refusal(message, data) {
  const error = new Error(message);
  if (data !== undefined) error.data = data;
  return error;
}

function firstMiddleware(io, held, socket, next) {
  switch (socket.handshake.auth.mode) {
    case "refuse":
      return next(new Error("not authorized"));
    case "refuse with data":
      return next(refusal("not authorized", { code: 42, details: ["a", null, { b: 0.5 }] }));
    case "emit":
      socket.emit("early", "from the middleware");
      return next();
    case "join":
      socket.join("joined early");
      return next();
    case "hold":
      held.push(next);
      return report(io, "held", socket.handshake.auth.label);
    default:
      return next();
  }
}

function installControl(io, held) {
  observers(io).on("connection", (socket) => {
    on(socket, "release", ([message, data]) => held.shift()(message === null ? undefined : refusal(message, data)));
    installRecoveryControl(io, socket, on);
    on(socket, "shutdown", () => io.close());
    on(socket, "undecided", (args, ack) => ack(undecided.length));
    on(socket, "answer cors", () => undecided.shift()());
    on(socket, "fence", (args, ack) => ack());
    on(socket, "broadcast", ([namespace, event, ...args]) => io.of(namespace).emit(event, ...args));
    on(socket, "disconnect all", ([namespace, close]) => io.of(namespace).disconnectSockets(close));
  });
}

function installEngine(io, hooks) {
  io.engine.on("connection_error", ({ req, code, message, context }) => {
    report(io, "connection error", code, message, describeContext(context), req.method);
  });
  if (!hooks) return;
  io.engine.on("initial_headers", (headers) => {
    headers["x-initial"] = "first";
  });
  io.engine.on("headers", (headers, req) => {
    headers["x-every"] = "each";
    if (req.url.includes("many=")) headers["x-many"] = ["one", "two"];
  });
}

const describeContext = ({ error, ...context } = {}) => context;
