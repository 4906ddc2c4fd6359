// Which ends of a connection let a client come back to its session.
import { encodeFrame, OP } from "../../wire/lib/frames.mjs";
import { back, hideOffsets, offsetOf, open } from "../lib/recovering.mjs";

export const transports = ["raw"];
export const servers = ["--recovery", "0"];

async function ends(t, end) {
  hideOffsets(t);
  const alice = await open(t, "alice");
  alice.ws.text('42["echo",1]');
  alice.offset = await offsetOf(alice);
  await end(alice);
  await t.observer.report("disconnect");
  const again = await open(t, "alice again", back(alice, {}));
  t.log(`same id: ${again.sid === alice.sid}`);
  await again.fence();
}

export const cases = [
  { name: "the connection lost", run: (t) => ends(t, (alice) => alice.ws.destroy()) },
  { name: "a close frame", run: (t) => ends(t, (alice) => alice.ws.close(1000)) },
  { name: "a frame that is none", run: (t) => ends(t, (alice) => alice.ws.raw(encodeFrame({ opcode: OP.TEXT, rsv: 4, payload: "3" }))) },
  { name: "a message too large", run: (t) => ends(t, (alice) => alice.ws.raw(encodeFrame({ opcode: OP.TEXT, length: 2 ** 40, payload: "" }))) },
  { name: "a ping from the client", run: (t) => ends(t, (alice) => alice.send("2")) },
  { name: "a packet of unknown type", run: (t) => ends(t, (alice) => alice.send("7")) },
  { name: "a Socket.IO packet that is none", run: (t) => ends(t, (alice) => alice.send("42[nonsense")) },
  { name: "connected twice", run: (t) => ends(t, (alice) => alice.send("40")) },
  { name: "disconnected by the client", run: (t) => ends(t, (alice) => alice.send("41")) },
  { name: "disconnected by the server", run: (t) => ends(t, (alice) => alice.send('42["disconnect me quietly",false]')) },
  { name: "disconnected by the server, with the connection", run: (t) => ends(t, (alice) => alice.send('42["disconnect me quietly",true]')) },
  {
    name: "no pong",
    options: ["--ping-interval", "150", "--ping-timeout", "150"],
    run: (t) => ends(t, () => {}),
  },
];
