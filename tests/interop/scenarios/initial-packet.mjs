// A message of the program's right behind the open packet. No Socket.IO client understands it, so nobody observes.
export const transports = ["raw"];
export const servers = ["--initial-packet", "welcome é"];
export const observer = false;

export const cases = [
  {
    name: "polling and WebSocket",
    async run(t) {
      await t.http("polling", { path: `${t.path}/?EIO=4&transport=polling` });
      const ws = await t.ws("ws");
      await ws.recv(2);
    },
  },
  {
    name: "protocol 3: before CONNECT",
    options: ["--allow-eio3"],
    async run(t) {
      const ws = await t.ws("ws", { query: "EIO=3&transport=websocket" });
      await ws.recv(3);
    },
  },
];
