// Listening on a Unix socket.
export const transports = ["raw"];
export const servers = ["--unix"];
export const observer = false;

export const cases = [
  {
    name: "polling, WebSocket and the address in the handshake",
    async run(t) {
      const session = await (await t.polling("poll")).join();
      await session.send('421["handshake"]');
      await session.poll();
      const ws = await (await t.ws("ws")).join();
      ws.send('42["echo",1]');
      await ws.recv();
    },
  },
];
