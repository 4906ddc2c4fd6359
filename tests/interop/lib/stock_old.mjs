// Clients of Socket.IO v1 and v2, with what a Peer needs of today's: onAny(), and the events that say "refused".
import io1 from "socket.io-client-1";
import io2 from "socket.io-client-2";

const GENERATIONS = { 1: io1, 2: io2 };

function hearAll(socket, listener) {
  const { onevent } = socket;
  socket.onevent = (packet) => {
    const wantsAnswer = packet.id !== undefined && packet.id !== null;
    listener(...packet.data, ...(wantsAnswer ? [socket.ack(packet.id)] : []));
    onevent.call(socket, packet);
  };
}

export function modernize(socket) {
  socket.onAny = (listener) => hearAll(socket, listener);
  socket.refusals = ["connect_error", "error"];
  return socket;
}

export function oldIo(generation) {
  return (url, options) => modernize(GENERATIONS[generation](url, options));
}
