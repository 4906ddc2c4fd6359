// "/cluster": what concerns many sockets, wherever they are. twin_cluster.c does the same.

export function installCluster(io, { report, installSocket }) {
  const nsp = io.of("/cluster");
  const kept = [];
  nsp.on("connection", (socket) => {
    installSocket(io, socket);
    socket.on("ask all", (spec, timeout, event, ...rest) => {
      const done = rest.pop();
      targetOf(socket, spec).timeout(timeout).emit(event, ...rest, (error, replies) => {
        done(error ? error.message : null, replies);
      });
    });
    socket.on("acks pending", (done) => done([...nsp.sockets.values()].reduce((sum, { acks }) => sum + acks.size, 0)));
    socket.on("fetch", (spec, done) => fetchSockets(socket, spec, kept, done));
    socket.on("remote", (index, verb, ...rest) => useRemote(kept[index], verb, rest));
    moveSockets(socket);
    emitServerSide(socket);
    socket.on("redis state", (done) => done(null)); // clients of Redis have their own
  });
  nsp.on("poke", (...args) => nsp.local.emit("poked", ...args));
  nsp.on("question", (...args) => args.pop()({ questions: args }, "no more"));
  for (const event of ["create-room", "join-room", "leave-room", "delete-room"]) {
    nsp.adapter.on(event, (room, id) => report(io, "room", event, room, id ?? null));
  }
}

// { from: "socket" | "nsp", to, except: lists of rooms, local: true }
function targetOf(socket, { from, to = [], except = [], local = false }) {
  let operator = from === "socket" ? socket.broadcast : socket.nsp.except([]);
  operator = operator.to(to).except(except);
  return local ? operator.local : operator;
}

const roomsOf = ({ id, rooms }) => [id, ...[...rooms].filter((room) => room !== id).sort()];

async function fetchSockets(socket, spec, kept, done) {
  let early = true;
  const fetched = targetOf(socket, spec).fetchSockets();
  fetched.then(() => (early &&= false));
  const wasEarly = early;
  const sockets = await fetched;
  kept.splice(0, kept.length, ...sockets);
  const shown = sockets.map((each) => ({
    id: each.id,
    rooms: roomsOf(each),
    data: each.data,
    auth: each.handshake.auth,
    secure: each.handshake.secure,
    query: each.handshake.query.EIO,
  }));
  done(wasEarly, shown);
}

function useRemote(remote, verb, rest) {
  const done = typeof rest[rest.length - 1] === "function" ? rest.pop() : () => {};
  if (verb === "ask") {
    const [timeout, event, ...args] = rest;
    remote.timeout(timeout).emit(event, ...args, (error, reply) => done(error ? error.message : null, reply));
    return;
  }
  remote[verb](...rest);
  done();
}

function moveSockets(socket) {
  socket.on("sockets join", (spec, rooms, done) => {
    targetOf(socket, spec).socketsJoin(rooms);
    done();
  });
  socket.on("sockets leave", (spec, rooms, done) => {
    targetOf(socket, spec).socketsLeave(rooms);
    done();
  });
  socket.on("sockets disconnect", (spec, close) => targetOf(socket, spec).disconnectSockets(close));
}

function emitServerSide(socket) {
  socket.on("server side", (event, ...rest) => {
    const done = rest.pop();
    try {
      socket.nsp.serverSideEmit(event, ...rest);
      done(null);
    } catch (error) {
      done(error.message);
    }
  });
  socket.on("all rooms", (done) => {
    socket.nsp.adapter.allRooms().then((rooms) => done(null, [...rooms].sort()), (error) => done(error.message));
  });
  socket.on("server side ask", (event, ...rest) => {
    const done = rest.pop();
    socket.nsp.serverSideEmit(event, ...rest, (error, replies) => done(error ? error.message : null, replies));
  });
}
