// A TCP relay that can lose its clients without the server noticing, or fall silent to both.
import net from "node:net";

export class Proxy {
  static async open({ host, port }) {
    const proxy = new Proxy();
    proxy.pairs = new Set();
    proxy.held = new Set();
    proxy.listener = net.createServer((client) => {
      if (proxy.stalled) proxy.hold(client);
      else proxy.relay(client, net.connect(port, host));
    });
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
      if (!this.stalled) client.destroy();
      this.pairs.delete(pair);
    });
  }

  hold(client) {
    this.held.add(client);
    client.on("error", () => {});
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

  // From now on nothing passes, and nobody is told.
  stall() {
    this.stalled = true;
    for (const pair of this.pairs) {
      pair.frozen = true;
      pair.client.unpipe(pair.server);
      pair.server.unpipe(pair.client);
      pair.server.resume();
      this.hold(pair.client);
    }
  }

  close() {
    this.listener.close();
    for (const client of this.held) client.destroy();
    for (const { client, server } of this.pairs) {
      client.destroy();
      server.destroy();
    }
  }
}
