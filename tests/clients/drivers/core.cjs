// What the drivers of all JavaScript clients share, in Node and in a page: commands of the runner become calls of the client,
// what the client hears becomes messages to the runner. drivers/README.md has the protocol between them.
(function (root, factory) {
  if (typeof module === "object") module.exports = factory();
  else root.createDriver = factory();
})(this, function () {
  "use strict";

  const TRANSPORTS = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };
  const EVENTS = ["echo", "answer", "question", "bytes", "last words", "news"];

  const isBytes = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);

  function bytesToText(value) {
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    if (typeof Buffer !== "undefined") return Buffer.from(bytes).toString("base64");
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }

  function textToBytes(text) {
    if (typeof Buffer !== "undefined") return Buffer.from(text, "base64");
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
  }

  // Bytes travel to and from the runner as { $bytes: base64 }.
  function map(value, isLeaf, leaf) {
    if (value === null || typeof value !== "object") return value;
    if (isLeaf(value)) return leaf(value);
    if (Array.isArray(value)) return value.map((item) => map(item, isLeaf, leaf));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item, isLeaf, leaf)]));
  }

  const toRunner = (value) => map(value, isBytes, (bytes) => ({ $bytes: bytesToText(bytes) }));
  const fromRunner = (value) => map(value, (object) => object.$bytes !== undefined, (object) => textToBytes(object.$bytes));

  // Clients before the third version have no auth: what they have to say of themselves goes into the query.
  function optionsOf(command, { legacy, parser }) {
    const options = { transports: TRANSPORTS[command.transport], forceNew: true, reconnection: command.reconnects };
    Object.assign(options, { reconnectionDelay: 100, reconnectionDelayMax: 500, timeout: command.limit, parser });
    // Node's TLS, for certificates made by the tests; a page knows nothing of it.
    Object.assign(options, command.insecure ? { rejectUnauthorized: false } : {});
    return Object.assign(options, legacy ? { query: command.auth } : { auth: command.auth });
  }

  function listen(socket, tell) {
    const refused = (error) => tell({ is: "connect_error", message: String(error && error.message ? error.message : error), data: error && error.data });
    socket.on("connect", () => tell({ is: "connect" }));
    socket.on("connect_error", refused);
    socket.on("error", refused);
    socket.on("disconnect", (reason) => tell({ is: "disconnect", reason }));
    for (const event of EVENTS) socket.on(event, (...args) => hear(event, args, tell));
  }

  // A question is answered, unless it asks for silence.
  function hear(event, args, tell) {
    const answer = typeof args[args.length - 1] === "function" ? args.pop() : undefined;
    tell({ is: "event", event, args: toRunner(args) });
    if (event === "question" && answer && args[0] !== "silence") answer("reply", ...args);
  }

  function emit(socket, { event, args, ack, timeout }, tell) {
    const values = fromRunner(args);
    const acknowledged = (reply) => tell({ is: "ack", ack, args: toRunner(reply) });
    if (ack === undefined) return socket.emit(event, ...values);
    if (timeout === undefined) return socket.emit(event, ...values, (...reply) => acknowledged(reply));
    return socket.timeout(timeout).emit(event, ...values, (error, ...reply) => {
      if (error) tell({ is: "ack timeout", ack });
      else acknowledged(reply);
    });
  }

  // tell(message) reaches the runner; the function returned takes the runner's commands.
  return function createDriver(io, kind, tell) {
    const sockets = new Map();
    return function command(order) {
      if (order.do === "connect") {
        const socket = io(order.url + order.namespace, optionsOf(order, kind));
        sockets.set(order.id, socket);
        listen(socket, (message) => tell(Object.assign({ id: order.id }, message)));
      } else if (order.do === "emit") {
        emit(sockets.get(order.id), order, (message) => tell(Object.assign({ id: order.id }, message)));
      } else if (order.do === "disconnect") {
        sockets.get(order.id).disconnect();
      }
    };
  };
});
