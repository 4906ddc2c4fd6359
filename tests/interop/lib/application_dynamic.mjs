// Namespaces that clients bring about: parents with a pattern, parents with a function, their children.

const on = (socket, event, handler) => {
  socket.on(event, (...args) => {
    const ack = typeof args[args.length - 1] === "function" ? args.pop() : () => {};
    handler(args, ack);
  });
};

const names = (parent) => [...parent.children].map((child) => child.name);

export function installDynamic(io, { report, installSocket }) {
  const held = [];
  const parents = {
    pattern: io.of(/^\/dynamic-\d+$/),
    second: io.of(/^\/dynamic-/),
    function: io.of((name, auth, next) => {
      report(io, "asked", name, auth);
      decide(auth, next, held);
    }),
    last: io.of((name, auth, next) => next(null, name.startsWith("/last"))),
  };
  for (const [kind, parent] of Object.entries(parents)) {
    parent.use((socket, next) => {
      if (socket.handshake.auth.refuse) return next(new Error(`refused by ${kind}`));
      if (socket.handshake.auth.join) socket.join("lobby");
      next();
    });
    parent.on("connection", (socket) => {
      socket.emit("welcome", kind, socket.nsp.name);
      installSocket(io, socket);
    });
  }
  io.on("new_namespace", (nsp) => report(io, "new namespace", nsp.name));
  installControl(io, parents, held, report);
}

function decide(auth, next, held) {
  switch (auth.tenant) {
    case "yes":
      return next(null, true);
    case "error":
      return next(new Error("no such tenant"), true);
    case "hold":
      return held.push(next);
    default:
      return next(null, false);
  }
}

function installControl(io, parents, held, report) {
  io.of("/control").on("connection", (socket) => {
    on(socket, "answer check", ([allow]) => held.shift()(null, allow));
    on(socket, "of", ([name], ack) => ack(io.of(name).name));
    on(socket, "children", ([kind], ack) => ack(...names(parents[kind])));
    on(socket, "exists", ([name], ack) => ack(io._nsps.has(name)));
    on(socket, "parent emit", ([kind, spec, event, ...args]) => {
      let operator = parents[kind];
      for (const room of spec.to ?? []) operator = operator.to(room);
      for (const room of spec.except ?? []) operator = operator.except(room);
      operator.emit(event, ...args);
    });
    on(socket, "late handler", ([kind], ack) => {
      parents[kind].on("connection", ({ nsp }) => report(io, "late", nsp.name));
      ack();
    });
  });
}
