// A TCP relay that can lose its clients without the server noticing.
import net from "node:net";

export class Proxy {
  static async open({ host, port }) {
    const proxy = new Proxy();
    proxy.pairs = new Set();
    proxy.listener = net.createServer((client) => proxy.relay(client, net.connect(port, host)));
    await new Promise((resolve) => proxy.listener.listen(0, "127.0.0.1", resolve));
    proxy.target = { host: "127.0.0.1", port: proxy.listener.address().port };
    return proxy;
  }

  relay(client, server) {
    const pair = { client, server, frozen: false };
    this.pairs.add(pair);
    for (const side of [client, server]) {
      side.on("error", () => {});
      side.setNoDelay(true);
    }
    client.pipe(server);
    server.pipe(client);
    client.on("close", () => pair.frozen || server.destroy());
    server.on("close", () => {
      client.destroy();
      this.pairs.delete(pair);
    });
  }

  // What is connected now is lost for the clients; for the server it lasts.
  freeze() {
    for (const pair of this.pairs) {
      pair.frozen = true;
      pair.client.unpipe(pair.server);
      pair.server.unpipe(pair.client);
      pair.server.resume();
      pair.client.destroy();
    }
  }

  close() {
    this.listener.close();
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
  }
}
