// Handshakes that wait for the program, and how many clients there are. twin_handshakes.c does the same.
import { heldHandshakes } from "./options.mjs";

export function installHandshakes(io, report) {
  heldHandshakes.tell = () => report(io, "handshake held");
  io.of("/control").on("connection", (socket) => {
    socket.on("answer handshake", (message) => heldHandshakes.waiting.shift()(message));
    socket.on("clients", (ack) => ack(io.engine.clientsCount));
  });
}
