// Clients of the other generations, for whoever wants company in a room: a driver each, shared by all.
import { CLIENTS, PARTNERS } from "./clients.mjs";
import { Driver } from "./driver.mjs";

export class Partners {
  constructor() {
    this.drivers = new Map();
  }

  driver(id) {
    if (!this.drivers.has(id)) {
      const { title, command } = CLIENTS.find((row) => row.id === id);
      this.drivers.set(id, new Driver(title, command).start());
    }
    return this.drivers.get(id);
  }

  // One of each generation, connected to that server.
  async join(server, parser, more) {
    const drivers = await Promise.all(PARTNERS[parser].map((id) => this.driver(id)));
    const clients = drivers.map((driver) => driver.open(`the partner (${driver.name})`));
    for (const client of clients) client.connect({ url: server.url, transport: "websocket", ...more });
    await Promise.all(clients.map((client) => client.connected()));
    return clients;
  }

  async stop() {
    for (const driver of this.drivers.values()) await (await driver).stop();
  }
}
