// What scenarios have to work with: a client's driver, a server, and the ways to connect the two.
import { scaled, within } from "../../wire/lib/wait.mjs";

const SCENARIO_LIMIT = 60000;
const UPGRADE_LIMIT = 10000;

export const outcome = async (promise) => {
  try {
    return { value: await within(promise, "the scenario to end", SCENARIO_LIMIT) };
  } catch (error) {
    return { error };
  }
};

// What a scenario is given; `more` goes with every connection.
export class Context {
  constructor({ row, driver, server, transport, transports, more = {} }) {
    Object.assign(this, { row, driver, server, transport, transports, more, legacy: row.legacy, clients: [] });
  }

  can(ability) {
    return this.row.lacks[ability] === undefined;
  }

  open(options) {
    const client = this.driver.open(`the client (${options.transport ?? this.transport})`);
    this.clients.push(client);
    client.connect({ url: this.server.url, transport: this.transport, reconnects: this.row.reconnects, ...this.more, ...options });
    return client;
  }

  async connect(options = {}) {
    const transport = options.transport ?? this.transport;
    const client = this.open(options);
    await client.connected();
    await this.settled(client, transport);
    return client;
  }

  // Round trips until the server says that the upgrade is done.
  async settled(client, transport) {
    const wanted = transport === "upgrade" ? "websocket" : transport;
    const end = performance.now() + scaled(UPGRADE_LIMIT);
    for (;;) {
      const [name] = await client.call("transport");
      if (name === wanted) return;
      if (transport !== "upgrade" || performance.now() > end) throw new Error(`the transport is ${name}, not ${wanted}`);
    }
  }

  close() {
    for (const client of this.clients) client.disconnect();
  }
}
