// Connection state recovery: what a socket knows of it, and what the server keeps. twin_recovery.c does the same.

export function installRecovery(socket, on, report) {
  const emit = (when) => {
    socket.emit("threaded", when, Buffer.from([1, 2]));
    socket.volatile.emit("threaded", "volatile");
    socket.nsp.to(socket.id).emit("threaded", when);
    report("emitted");
  };
  on(socket, "emit from a thread", ([when], ack) => {
    if (when === "now") emit(when);
    else socket.on("disconnect", () => emit(when));
    ack();
  });
  on(socket, "recovered", (args, ack) => ack(socket.recovered));
  on(socket, "emit when gone", (args, ack) => {
    socket.on("disconnecting", () => socket.emit("last words", "disconnecting"));
    socket.on("disconnect", () => socket.emit("last words", "disconnect"));
    ack();
  });
}

// How many sessions may be recovered and how many packets are kept. The reference looks once a minute for those that
// are too old; here it looks now.
export function installRecoveryControl(io, socket, on) {
  on(socket, "kept", (args, ack) => {
    const now = Date.now();
    let sessions = 0;
    let packets = 0;
    for (const { adapter } of io._nsps.values()) {
      const age = adapter.maxDisconnectionDuration;
      sessions += [...adapter.sessions.values()].filter(({ disconnectedAt }) => disconnectedAt + age >= now).length;
      const old = adapter.packets.filter(({ emittedAt }) => emittedAt + age < now).length;
      adapter.packets.splice(0, old);
      packets += adapter.packets.length;
    }
    ack(sessions, packets);
  });
}
