// JSON that JavaScript reads and prints differently: our server relays the bytes as they came. Each value here is
// one entry of differences.mjs, so that nothing else may differ.
import { verbatim } from "../differences.mjs";

export const transports = ["raw"];

export const cases = verbatim.map(({ value }) => ({
  name: JSON.stringify(value),
  async run(t) {
    const ws = await (await t.ws("raw")).join();
    ws.ws.text(`42["echo",${value}]`);
    await ws.recv();
    await ws.fence();
  },
}));
