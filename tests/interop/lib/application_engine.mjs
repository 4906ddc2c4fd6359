// The engine under the sockets: middlewares of every request, ids, connections and their events.
// Installed by --engine only: it says more than other scenarios want to hear.

export function installEngineHooks(io, report) {
  const later = [];
  io.engine.use((req, res, next) => {
    const mode = modeOf(req);
    res.setHeader("x-first", mode ?? "none");
    if (mode) report(io, "request", req.method, mode, req.headers["x-custom"] ?? "none");
    pass(mode, res, next, later);
  });
  io.engine.use((req, res, next) => {
    res.setHeader("x-second", "yes");
    req.noted = `noted ${modeOf(req) ?? "nothing"}`;
    next(modeOf(req) === "second fails" ? new Error("secret") : undefined);
  });
  const { generateId } = io.engine;
  io.engine.generateId = (req) => {
    const wanted = new URL(req.url, "http://localhost").searchParams.get("id");
    if (wanted === "refuse") throw new Error("no id");
    return wanted ?? generateId(req);
  };
  io.engine.on("connection", (conn) => {
    if (modeOf(conn.request) === "watched") watch(io, conn, "engine", report);
    if (modeOf(conn.request) === "closed at once") conn.close();
  });
  io.of("/control").on("connection", (socket) => {
    socket.on("answer request", (failure) => later.shift()(failure ? new Error(failure) : undefined));
  });
  io.on("connection", (socket) => installConn(io, socket, report));
}

const modeOf = (req) => new URL(req.url, "http://localhost").searchParams.get("mode");

function pass(mode, res, next, later) {
  switch (mode) {
    case "fail":
      return next(new Error("not this one"));
    case "answer":
      return res.writeHead(401, { "x-own": "yes" }).end("who are you?");
    case "later":
      return later.push(next);
    default:
      return next();
  }
}

const shownPacket = ({ type, data }) => {
  if (type === "open") return [type];
  return [type, Buffer.isBuffer(data) ? `bytes ${data.toString("hex")}` : (data ?? "").replace(/"sid":"[^"]*"/, "sid")];
};

function watch(io, conn, name, report) {
  const told = (what) => report(io, `conn ${what}`, name);
  conn.on("packet", (packet) => report(io, "conn packet", name, ...shownPacket(packet)));
  conn.on("packetCreate", (packet) => {
    // What it says to the observer is a packet as well, but of another connection.
    report(io, "conn packetCreate", name, ...shownPacket(packet));
  });
  conn.on("message", (data) => report(io, "conn message", ...shownPacket({ type: name, data })));
  conn.on("heartbeat", () => told("heartbeat"));
  conn.on("upgrading", () => told("upgrading"));
  conn.on("upgrade", () => report(io, "conn upgrade", name, conn.transport.name));
  conn.on("close", (reason) => report(io, "conn close", name, reason, conn.readyState));
}

// The next flush and the drain after it, told by the connection and by the engine.
function watchFlow(io, socket, report) {
  const { conn } = socket;
  const tell = (who, what) => report(io, `flow ${who}`, what);
  const ofEngine = (what) => {
    const handler = (which) => {
      if (which !== conn) return;
      io.engine.off(what, handler);
      tell("engine", what);
    };
    io.engine.on(what, handler);
  };
  for (const what of ["flush", "drain"]) {
    conn.once(what, () => tell("conn", what));
    ofEngine(what);
  }
  socket.emit("flows");
}

function installConn(io, socket, report) {
  const { conn } = socket;
  const onPacket = ({ type }) => report(io, "one packet", type);
  socket.on("conn", (ack) =>
    ack({
      readyState: conn.readyState,
      upgraded: conn.upgraded,
      upgrading: conn.upgrading,
      protocol: conn.protocol,
      transport: conn.transport.name,
      address: conn.remoteAddress,
      custom: conn.request.headers["x-custom"] ?? "none",
      noted: socket.request.noted,
    }),
  );
  socket.on("conn watch", (ack) => {
    watch(io, conn, "socket", report);
    ack();
  });
  socket.on("conn packets", (on, ack) => {
    if (on) conn.on("packet", onPacket);
    else conn.off("packet", onPacket);
    ack();
  });
  socket.on("conn flow", () => watchFlow(io, socket, report));
  socket.on("conn sockets", (ack) => ack([...socket.client.sockets.values()].map(({ nsp }) => nsp.name)));
  socket.on("conn send", (data) => conn.send(data));
  socket.on("conn close", () => conn.close());
  socket.on("send message", (...args) => {
    socket.send(...args);
    io.send(...args, "to all");
  });
}
