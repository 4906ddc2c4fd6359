// Handlers put first, taken off all at once, and the names nobody may use.

const RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

export function installHandlers(io, report) {
  io.on("connection", (socket) => {
    const told = (kind, name) => (event) => report(io, kind, name, event);
    const on = (event, handler) =>
      socket.on(event, (...args) => {
        const ack = args.pop();
        ack(handler(...args) ?? null);
      });
    on("any", (name, first) => {
      if (first) socket.prependAny(told("any", name));
      else socket.onAny(told("any", name));
    });
    on("any outgoing", (name, first) => {
      if (first) socket.prependAnyOutgoing(told("any outgoing", name));
      else socket.onAnyOutgoing(told("any outgoing", name));
    });
    on("no any", () => {
      socket.offAny();
      socket.offAnyOutgoing();
    });
    on("hear", (event, name) => {
      socket.on(event, () => report(io, "heard", name));
    });
    on("hear once", (event, name) => {
      socket.once(event, () => report(io, "heard", name));
    });
    on("hear nothing of", (event) => {
      socket.removeAllListeners(event);
    });
    on("reserved", () => RESERVED.filter((name) => throws(() => socket.emit(name)) && throws(() => io.emit(name))));
    on("state", () => [socket.connected, socket.disconnected, socket.nsp.name, socket.rooms.size, io.sockets.sockets.get(socket.id) === socket]);
    on("say goodbye", () => {
      socket.on("disconnect", () => {
        socket.emit("too late");
        io.to(socket.id).emit("too late");
        report(io, "state", socket.connected, socket.disconnected, socket.rooms.size, io.sockets.sockets.has(socket.id));
      });
    });
  });
}

function throws(run) {
  try {
    run();
    return false;
  } catch (error) {
    return error.message.endsWith("is a reserved event name");
  }
}
