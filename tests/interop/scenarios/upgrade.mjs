// From polling to WebSocket, step by step and in the wrong order.
import { encodeFrame, OP } from "../../wire/lib/frames.mjs";

export const transports = ["raw"];

async function joined(t) {
  return (await t.polling("poll")).join();
}

function websocket(t, session, name = "ws") {
  return t.ws(name, { query: `EIO=4&transport=websocket&sid=${session.sid}` });
}

async function probed(t, session) {
  const ws = await websocket(t, session);
  ws.send("2probe");
  await ws.recv();
  return ws;
}

export const cases = [
  {
    name: "probe, noop, upgrade",
    async run(t) {
      const session = await joined(t);
      const held = await session.hold();
      const ws = await probed(t, session);
      session.said("GET", await held());
      ws.send("5");
      ws.send('42["echo","over the WebSocket"]');
      await ws.recv();
      ws.send('421["transport"]');
      await ws.recv();
      await session.sayGet("GET after it");
      await session.sayPost('42["echo",1]', "POST after it");
      await ws.fence();
      await t.observer.reported("connection error");
    },
  },
  {
    name: "no GET waiting",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      ws.send("5");
      await ws.fence();
    },
  },
  {
    name: "packets between probe and upgrade go over polling",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      await session.send('42["echo","still polling"]');
      await session.poll();
      ws.send("5");
      await ws.fence();
    },
  },
  {
    name: "packets queued until the upgrade come over the WebSocket",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      await session.send('42["burst",3]\x1e42["bytes",4]');
      ws.send("5");
      await ws.recv(5);
      await ws.fence();
    },
  },
  {
    name: "a noop for every GET while the client thinks",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      for (let i = 0; i < 3; i++) await session.poll();
      ws.send("5");
      await ws.fence();
    },
  },
  {
    name: "upgrade in the same write as the first messages",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      const texts = ["5", '42["echo",1]', '42["echo",2]'];
      ws.ws.raw(Buffer.concat(texts.map((payload) => encodeFrame({ opcode: OP.TEXT, payload }))));
      await ws.recv(2);
      await ws.fence();
    },
  },
  {
    name: "probe and upgrade in the same write as the handshake",
    async run(t) {
      const session = await joined(t);
      const texts = ["2probe", "5", '42["echo",1]'];
      const early = Buffer.concat(texts.map((payload) => encodeFrame({ opcode: OP.TEXT, payload })));
      const ws = await t.ws("ws", { query: `EIO=4&transport=websocket&sid=${session.sid}`, early });
      await ws.recv(2);
      await ws.fence();
    },
  },
  {
    name: "upgrade without a probe",
    async run(t) {
      const session = await joined(t);
      const ws = await websocket(t, session);
      ws.send("5");
      await ws.fence();
      await session.sayGet("GET after it");
    },
  },
  {
    name: "probe twice",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      ws.send("2probe");
      await ws.recv();
      ws.send("5");
      await ws.fence();
    },
  },
  ...[
    ["a message instead of a probe", '42["echo",1]'],
    ["a ping without probe", "2"],
    ["a ping with another word", "2prob"],
    ["a pong", "3probe"],
    ["a close packet", "1"],
    ["an invalid packet", "x"],
    ["an empty message", ""],
  ].map(([name, packet]) => ({
    name: `${name}: closed, the session goes on`,
    async run(t) {
      const session = await joined(t);
      const ws = await websocket(t, session);
      ws.send(packet);
      await ws.drain();
      await session.send('42["echo","goes on"]');
      await session.poll();
    },
  })),
  {
    name: "a message after the probe: closed, the session goes on",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      ws.send('42["echo",1]');
      await ws.drain();
      await session.send('42["echo","goes on"]');
      await session.poll();
    },
  },
  {
    name: "a binary frame instead of a probe",
    async run(t) {
      const session = await joined(t);
      const ws = await websocket(t, session);
      ws.sendBinary(Buffer.from("2probe"));
      await ws.drain();
      await session.send('42["echo","goes on"]');
      await session.poll();
    },
  },
  {
    name: "a second attempt while the first is under way",
    async run(t) {
      const session = await joined(t);
      const first = await probed(t, session);
      const second = await websocket(t, session, "second");
      await second.drain();
      first.send("5");
      await first.fence();
    },
  },
  {
    name: "a second attempt after the upgrade",
    async run(t) {
      const session = await joined(t);
      const first = await probed(t, session);
      first.send("5");
      await first.fence();
      const second = await websocket(t, session, "second");
      await second.drain();
      await first.fence();
    },
  },
  {
    name: "a WebSocket session cannot be upgraded",
    async run(t) {
      const first = await t.ws("first");
      const open = await first.recv();
      const sid = /"sid":"([^"]+)"/.exec(open.payload.toString())[1];
      const second = await websocket(t, { sid }, "second");
      second.send("2probe");
      second.ws.frame({ opcode: OP.PING, payload: "there?" });
      await second.recv();
      first.send("40");
      await first.recv();
    },
  },
  {
    name: "given up by the client, tried again",
    async run(t) {
      const session = await joined(t);
      const first = await probed(t, session);
      first.ws.close(1000);
      await first.drain();
      await session.send('42["echo","goes on"]');
      await session.poll();
      const second = await probed(t, session);
      second.send("5");
      await second.fence();
    },
  },
  {
    name: "the WebSocket breaks after the probe",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      ws.ws.frame({ opcode: OP.TEXT, rsv: 4, payload: "5" });
      await ws.drain();
      await session.send('42["echo","goes on"]');
      await session.poll();
    },
  },
  {
    name: "the session closes during the upgrade",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      await session.sayPost("1");
      await ws.drain();
      await t.observer.report("disconnect");
    },
  },
  {
    name: "the server closes during the upgrade",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      await session.send('42["disconnect me quietly",true]');
      await t.observer.report("disconnect");
      ws.send("5");
      await ws.drain();
    },
  },
  {
    name: "the WebSocket lost after the upgrade",
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      ws.send("5");
      await ws.fence();
      ws.ws.destroy();
      await t.observer.report("disconnect");
      await session.sayGet("GET after it");
    },
  },
  {
    name: "not completed in time",
    options: ["--upgrade-timeout", "150"],
    async run(t) {
      const session = await joined(t);
      const silent = await websocket(t, session, "silent");
      await silent.drain();
      const ws = await probed(t, session);
      await ws.drain();
      await session.send('42["echo","goes on"]');
      await session.poll();
      const third = await probed(t, session);
      third.send("5");
      await third.fence();
    },
  },
  {
    name: "completed in time: the timer is gone",
    options: ["--upgrade-timeout", "150"],
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      ws.send("5");
      await ws.fence();
      const other = await joined(t);
      const silent = await websocket(t, other, "silent");
      await silent.drain();
      await ws.fence();
    },
  },
  {
    name: "not advertised, yet possible",
    options: ["--no-upgrades"],
    async run(t) {
      const session = await joined(t);
      const ws = await probed(t, session);
      ws.send("5");
      await ws.fence();
    },
  },
  {
    name: "not possible with polling only",
    options: ["--transports", "polling"],
    async run(t) {
      const session = await joined(t);
      await session.sayGet("websocket without upgrade", { path: `/socket.io/?EIO=4&transport=websocket&sid=${session.sid}` });
    },
  },
];
