// One client's part of the matrix: all transports on both servers side by side, scenario after scenario.
import { isDeepStrictEqual } from "node:util";
import { REFERENCE } from "../../interop/lib/server.mjs";
import { TRANSPORTS } from "./clients.mjs";
import { Context, outcome } from "./context.mjs";
import { Driver, Missing } from "./driver.mjs";
import { SCENARIOS } from "./scenarios.mjs";
import { KINDS, Server } from "./servers.mjs";

export class Lane {
  constructor({ row, servers, partners, wanted }) {
    Object.assign(this, { row, servers, partners, wanted, cells: new Map() });
  }

  // Resolves to what came of it: { version, cells } or { missing }.
  async run() {
    const driver = this.makeDriver();
    try {
      await driver.start();
      await this.play(driver);
    } catch (error) {
      if (error instanceof Missing) return { missing: error.message };
      return { trouble: error.stack };
    } finally {
      await driver.stop();
    }
    return { version: driver.version, cells: this.cells };
  }

  makeDriver() {
    return new Driver(this.row.title, this.row.command);
  }

  // Of a client that doesn't rest when it is disconnected, a process for each scenario.
  async withDriver(shared, run) {
    if (!this.row.restless) return run(shared);
    const driver = await this.makeDriver().start();
    try {
      return await run(driver);
    } finally {
      await driver.stop();
    }
  }

  // A client that may miss the answer to its CONNECT (see clients.mjs) has three tries, with either server.
  async tried(kind, scenario, transports, run) {
    for (let tries = this.row.reconnects ? 3 : 1; tries > 0; tries--) {
      await run();
      if (!transports.some((transport) => this.cells.get(`${scenario.name}/${transport}`)?.[kind.name]?.error)) return;
    }
  }

  reasonAgainst(scenario, transport) {
    return this.row.cannot[scenario.name] ?? this.row.cannot[`${scenario.name}/${transport}`] ?? this.row.cannot[transport];
  }

  chosen(transport) {
    return SCENARIOS.filter((scenario) => this.wanted(scenario.name, transport) && !this.reasonAgainst(scenario, transport));
  }

  record(kind, scenario, transport, result) {
    const key = `${scenario.name}/${transport}`;
    this.cells.set(key, { ...this.cells.get(key), [kind.name]: result });
  }

  async play(driver) {
    const kinds = KINDS.map((make) => make());
    for (const transport of TRANSPORTS) {
      for (const scenario of SCENARIOS) {
        const reason = this.reasonAgainst(scenario, transport);
        if (reason) this.cells.set(`${scenario.name}/${transport}`, { reason });
      }
    }
    await Promise.all(kinds.flatMap((kind) => TRANSPORTS.map((transport) => this.playColumn(driver, kind, transport))));
    for (const scenario of SCENARIOS.filter((each) => each.restarts)) {
      await Promise.all(kinds.map((kind) => this.tried(kind, scenario, TRANSPORTS, () => this.withDriver(driver, (own) => this.playRestart(own, kind, scenario)))));
    }
  }

  // The silence of the network takes its time, so that goes beside the others.
  async playColumn(driver, kind, transport) {
    const scenarios = this.chosen(transport).filter((scenario) => !scenario.restarts);
    const slow = scenarios.filter((scenario) => scenario.server);
    const quick = scenarios.filter((scenario) => !scenario.server);
    const one = (scenario) => this.tried(kind, scenario, [transport], () => this.withDriver(driver, (own) => this.playOne(own, kind, transport, scenario)));
    const inOrder = async () => {
      for (const scenario of quick) await one(scenario);
    };
    await Promise.all([inOrder(), ...slow.map(one)]);
  }

  async playOne(driver, kind, transport, scenario) {
    const known = kind === REFERENCE && this.row.nodeFails[`${scenario.name}/${transport}`];
    if (known) return this.record(kind, scenario, transport, { error: new Error(known) });
    const server = await this.servers.get(kind, scenario.server ?? "main", this.row.parser);
    const context = new Context({ row: this.row, driver, server, transport, transports: TRANSPORTS });
    const run = async () => {
      if (scenario.room) context.partners = await this.partners.join(server, this.row.parser);
      return scenario.run(context);
    };
    this.record(kind, scenario, transport, await outcome(run()));
    context.close();
    for (const partner of context.partners ?? []) partner.disconnect();
  }

  async playRestart(driver, kind, scenario) {
    const transports = TRANSPORTS.filter((transport) => this.chosen(transport).includes(scenario));
    if (transports.length === 0) return;
    const server = new Server(kind, "main", this.row.parser);
    const context = new Context({ row: this.row, driver, server, transports });
    const { value, error } = await outcome(server.start().then(() => scenario.run(context)));
    transports.forEach((transport, at) => this.record(kind, scenario, transport, { error: error ?? value[at] ?? undefined }));
    context.close();
    await server.process?.stop();
  }
}

// "passed", "n/a", "failed", with what there is to say; `node` when the reference server fails where ours doesn't.
export function judge(cell) {
  if (cell.reason) return { verdict: "n/a", detail: cell.reason };
  const { libsocketio, reference } = cell;
  if (libsocketio.error) {
    const node = reference.error ? `Node's server: ${reference.error.message}` : "Node's server passes";
    return { verdict: "failed", detail: `${libsocketio.error.stack}\n${node}`, both: Boolean(reference.error) };
  }
  if (reference.error) return { verdict: "passed", node: reference.error.message };
  if (isDeepStrictEqual(libsocketio.value, reference.value)) return { verdict: "passed" };
  const [a, b] = [libsocketio.value, reference.value].map((value) => JSON.stringify(value));
  return { verdict: "failed", detail: `ours: ${a}\nNode's: ${b}` };
}
