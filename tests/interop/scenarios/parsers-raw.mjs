// What parsers of the program's own don't understand ends the connection.
export const transports = ["raw"];

const ways = {
  split: [
    ["bytes for a head", (raw) => raw.sendBinary([1, 2, 3])],
    ["no JSON", (raw) => raw.send("4{")],
    [
      "bytes for the data",
      (raw) => {
        raw.send('4{"type":2,"nsp":"/","count":0}');
        raw.sendBinary([1]);
      },
    ],
    [
      "another type",
      (raw) => {
        raw.send('4{"type":7,"nsp":"/","count":0}');
        raw.send('4["a"]');
      },
    ],
  ],
  json: [
    ["bytes", (raw) => raw.sendBinary([1, 2, 3])],
    ["no JSON", (raw) => raw.send("4{")],
    ["another type", (raw) => raw.send('4{"type":7,"nsp":"/","data":[]}')],
    ["a namespace that is no text", (raw) => raw.send('4{"type":2,"nsp":1,"data":["a"]}')],
    ["an event whose data is an object", (raw) => raw.send('4{"type":2,"nsp":"/","data":{}}')],
  ],
};

export const cases = Object.entries(ways).flatMap(([parser, list]) =>
  list.map(([name, send]) => ({
    name: `${parser}: ${name}`,
    options: ["--parser", parser],
    async run(t) {
      const raw = await t.ws("raw");
      await raw.recv();
      send(raw);
      await raw.drain();
    },
  })),
);
