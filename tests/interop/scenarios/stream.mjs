// Numbered messages in both directions while the transport changes: none lost, none out of order.
import { makePeer } from "../lib/stock.mjs";
import { within } from "../../wire/lib/wait.mjs";

export const transports = ["upgrade"];

const CLIENTS = 8;
const MESSAGES = 400;

// Emits one message per turn of the event loop, so that they spread over the upgrade.
async function emitAll(socket, upgraded) {
  for (let i = 0; i < MESSAGES / 2; i++) {
    socket.emit("echo", i, i % 50 === 0 ? Buffer.from([i & 255]) : "text");
    await new Promise(setImmediate);
  }
  await upgraded;
  for (let i = MESSAGES / 2; i < MESSAGES; i++) socket.emit("echo", i, "text");
}

async function stream(t, index, join) {
  const peer = makePeer(t, `client ${index}`);
  t.peers.push(peer);
  const { socket } = peer;
  const heard = { echo: [], burst: [] };
  const complete = new Promise((resolve) => {
    const check = () => heard.echo.length === MESSAGES && heard.burst.length === MESSAGES && resolve();
    for (const event of ["echo", "burst"]) {
      socket.on(event, (n) => {
        heard[event].push(n);
        check();
      });
    }
  });
  const upgraded = new Promise((resolve) => socket.io.on("open", () => socket.io.engine.once("upgrade", resolve)));
  socket.once("connect", () => {
    socket.emit("burst", MESSAGES);
    emitAll(socket, upgraded);
  });
  socket.connect();
  await within(complete, `all messages of client ${index}`, 20000);
  await within(upgraded, "the upgrade");
  const inOrder = (list) => list.every((n, i) => n === i);
  return `${socket.io.engine.transport.name} ${inOrder(heard.echo)} ${inOrder(heard.burst)}`;
}

export const cases = [
  {
    name: `${CLIENTS} clients, ${MESSAGES} messages each way`,
    async run(t) {
      const results = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => stream(t, i)));
      for (const result of results) t.log(result);
    },
  },
];
