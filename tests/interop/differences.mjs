// Where our server deliberately differs from the reference: the lines of the transcripts, each with its reason.
// Nothing else may differ; an entry that no longer occurs fails the run.

// What JSON.parse and JSON.stringify make of a value that our server hands on byte for byte.
export const verbatim = [
  { value: "1.0", why: "the fraction is lost" },
  { value: "-0", why: "the sign is lost" },
  { value: "-0.0", why: "sign and fraction are lost" },
  { value: "1e400", why: "beyond doubles: null" },
  { value: "-1e400", why: "beyond doubles: null" },
  { value: "1E2", why: "exponents are worked out" },
  { value: "1e21", why: "a plus sign appears" },
  { value: "0.10", why: "trailing zeros are lost" },
  { value: "9223372036854775808", why: "rounded to a double" },
  { value: "18446744073709551616", why: "rounded to a double" },
  { value: "12345678901234567890", why: "rounded to a double" },
  { value: "9007199254740993", why: "rounded to a double" },
  { value: "0.1000000000000000055", why: "shortest form of the same double" },
  { value: '{"a":1,"a":2}', why: "of duplicate keys the last wins" },
  { value: '{"b":1,"1":2}', why: "integer-like keys come first" },
  { value: '{"__proto__":1,"__proto__":2}', why: "of duplicate keys the last wins" },
  { value: '"\\u0041"', why: "needless escapes are undone" },
  { value: '"\\/"', why: "needless escapes are undone" },
  { value: '"\\u2028"', why: "needless escapes are undone" },
  { value: '"\\ud83d\\ude00"', why: "needless escapes are undone" },
  { value: '"\\uD800"', why: "escapes are printed in lower case" },
  { value: '"\\u0009"', why: "short escapes are preferred" },
  { value: '[ 1 , { "a" : [ ] } ]', why: "blanks are lost" },
];

const parsedAndPrinted = (value) => JSON.stringify(JSON.parse(value));

const relayed = verbatim.map(({ value, why }) => ({
  scenario: "raw-json-verbatim",
  case: JSON.stringify(value),
  reference: [`raw <- text 42["echo",${parsedAndPrinted(value)}]`],
  ours: [`raw <- text 42["echo",${value}]`],
  reason: why,
}));

// The reference rebuilds what it relays beside attachments: it numbers placeholders anew and loses "__proto__".
const rebuilt = [
  {
    scenario: "raw-json",
    case: '{"b":{"__proto__":[]}}',
    reference: ['raw <- text 451-["echo",{"b":{}},{"_placeholder":true,"num":0}]'],
    ours: ['raw <- text 451-["echo",{"b":{"__proto__":[]}},{"_placeholder":true,"num":0}]'],
    reason: "relayed as it came",
  },
  ...["", "understood: "].map((prefix) => ({
    scenario: "raw-packets",
    case: `${prefix}two placeholders for one attachment`,
    reference: [
      'raw <- text 452-["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
      "raw <- binary 010203",
    ],
    ours: ['raw <- text 451-["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]'],
    reason: "relayed as it came; receivers make the same of it",
  })),
];

const refusals = [
  {
    scenario: "http-errors",
    case: "upgrade: protocol 3",
    reference: [
      'raw <- close 21584 "/1.1 400 Bad Request\\r\\nConnection: close\\r\\nContent-type: text/html\\r\\nContent-Length: "',
      "raw <- end of connection",
    ],
    ours: ["raw refused: 400 Bad Request", "    content-type: text/html", '    "Unsupported protocol version"'],
    reason: "refused before the 101 answer, not as bytes behind it",
  },
];

const oldClients = [
  {
    scenario: "eio3-raw",
    case: "JSONP without b64: bytes",
    reference: [
      `raw GET: 200 text/plain; charset=UTF-8 ${JSON.stringify(`___eio[7](${JSON.stringify(
        Buffer.from('\x00\x04\x03\xff451-["bytes",{"_placeholder":true,"num":0}]\x01\x04\xff\x04\x00\x01\x02', "latin1"),
      )});`)}`,
    ],
    ours: ['raw GET: 200 text/plain; charset=UTF-8 "___eio[7](\\"43:451-[\\\\\\"bytes\\\\\\",{\\\\\\"_placeholder\\\\\\":true,\\\\\\"num\\\\\\":0}]6:b4AAEC\\");"'],
    reason: "a script can't hold bytes: base64, rather than a text that no client reads",
  },
];

// Events before a bad packet, and those in one payload with their CONNECT, are handled at once; the reference
// closes before it comes to them.
const handledAtOnce = [
  ...["a trailing separator", "two separators", "good, bad, good"].map((name) => ({
    scenario: "polling",
    case: `refused while a GET waits: ${name}`,
    reference: ['    "1"'],
    ours: ['    "42[\\"echo\\",1]\\u001e1"'],
    reason: "the answer to a good packet leaves with the close packet",
  })),
  {
    scenario: "polling",
    case: "a connect and an event in one payload",
    reference: ['    "6\\u001e1"', "raw then: 400"],
    ours: ['    "40{\\"sid\\":\\"<sid 2>\\"}\\u001e42[\\"echo\\",1]"', "raw then: 200"],
    reason: "a connection without a middleware that waits is accepted at once, and goes on",
  },
];

// No brotli: gzip is the first choice of those who take anything.
const codings = {
  scenario: "client-bundle",
  case: "encodings",
  reference: ["br: br true"],
  ours: ["br: undefined true"],
  reason: "the client's files are compressed with gzip or deflate only",
};
const anyCoding = { ...codings, reference: ["*: br true"], ours: ["*: gzip true"] };

// Header fields in UTF-8 are what they are; Node reads all of them as Latin-1.
const headerBytes = ["handshake", "whole handshake"].map((event, i) => {
  const line = (text) => {
    const rest = '"time":"string","address":"127.0.0.1","xdomain":false,"secure":false,"issued":"number","url":"/socket.io/?EIO=4&transport=polling","query":{"EIO":"4","transport":"polling"},"auth":{}}]';
    const body = i
      ? `432[{"headers":{"host":"localhost","x-custom":"${text}"},${rest}`
      : `431[{"auth":{},"query":{"EIO":"4","transport":"polling"},"headers":{"x-custom":"${text}","host":"localhost"},"address":"127.0.0.1","secure":false,"xdomain":false,"path":"/socket.io/","issued":true,"time":"string"}]`;
    return `raw polls: 200 ${JSON.stringify(body)}`;
  };
  return {
    scenario: "handshake-raw",
    case: "headers: UTF-8",
    reference: [line(Buffer.from("é€").toString("latin1"))],
    ours: [line("é€")],
    reason: `the bytes as they came (${event})`,
  };
});

const errorTexts = [
  ["unknown type 7", "unknown packet type 7"],
  ["type 9 with payload", "unknown packet type 9"],
  ["unknown type x", "unknown packet type NaN"],
  ["empty message", "Cannot read properties of undefined (reading 'base64')"],
].map(([name, text]) => ({
  scenario: "raw-packets",
  case: name,
  reference: [`report error "/" "<sid 2>" ${JSON.stringify(text)}`],
  ours: ['report error "/" "<sid 2>" "unknown packet type"'],
  reason: "the wording of an error the client never sees",
}));

const oddities = [
  {
    scenario: "raw-packets",
    case: "placeholder with a fractional number",
    reference: ['raw <- text 42["echo",null]'],
    ours: [
      "raw <- close without code",
      "raw <- end of connection",
      'report error "/" "<sid 2>" "illegal attachments"',
      'report disconnect "/" "<sid 2>" "forced close" []',
    ],
    reason: "an attachment that cannot exist is an illegal one",
  },
  ...[
    ["event with NUL in its name", "a", ""],
    ["event whose name begins like another, with NUL", "echo", " 1"],
  ].map(([name, cut, args]) => ({
    scenario: "raw-packets",
    case: `understood: ${name}`,
    reference: [`report incoming "<sid 2>" "${cut}\\u0000${cut === "a" ? "b" : "more"}"${args}`],
    ours: [`report incoming "<sid 2>" "${cut}"${args}`],
    reason: "a C program sees the name up to its NUL; no handler of that shorter name is called",
  })),
];

// Values that JSON doesn't have, in MessagePack; and notepack's mistakes with large numbers.
const beyondJson = [
  { case: "echo, no argument and many", reference: ["undefined"], ours: ["null"], reason: "as the default parser" },
  {
    case: "echo, not numbers",
    reference: ["NaN Infinity -Infinity", '{"a":NaN,"b":undefined,"c":[undefined]}'],
    ours: ["null null null", '{"a":null,"c":[null]}'],
    reason: "as the default parser",
  },
  {
    case: "echo, dates, big texts, names",
    reference: ['{} {"at":{}}'],
    ours: ['"1970-01-01T00:00:00.000Z" {"at":"2001-09-09T01:46:40.000Z"}'],
    reason: "as the default parser",
  },
].map(({ reference, ours, ...more }) => ({
  scenario: "msgpack",
  reference: reference.map((values) => `alice <- "echo" ${values}`),
  ours: ours.map((values) => `alice <- "echo" ${values}`),
  ...more,
}));

const largeNumbers = {
  scenario: "msgpack",
  case: "echo, numbers the server makes",
  reference: ['alice <- "kinds" 0.5 0.1 -1.25 3875820019684212700 1e-7 0.3333333333333333 5e-324 0 100 0'],
  ours: ['alice <- "kinds" 0.5 0.1 -1.25 1e+21 1e-7 0.3333333333333333 5e-324 1.7976931348623157e+308 100 0'],
  reason: "notepack writes integers from 2^64 on modulo 2^64",
};

const CLOSED = ["raw <- close without code", "raw <- end of connection"];
const unnamed = ["a reserved name", "no name", "an object for a name"].map((name) => ({
  scenario: "msgpack-raw",
  case: `an event with ${name}`,
  reference: [],
  ours: CLOSED,
  reason: "checked as the default parser checks it",
}));

const hexOf = (text) => Buffer.from(text).toString("hex");
const INVALID = `a464617461${"81a7"}${hexOf("message")}b1${hexOf("Invalid namespace")}`;
const keyOrder = [
  ["an unknown namespace", "a8", "/nowhere"],
  ["a namespace without a slash", "a4", "chat"],
  ["a namespace without a name", "a0", ""],
  ["a namespace with a comma", "a4", "/a,b"],
].map(([name, head, nsp]) => ({
  scenario: "msgpack-raw",
  case: name,
  reference: [`raw <- binary 83a47479706504a36e7370${head}${hexOf(nsp)}${INVALID}`],
  ours: [`raw <- binary 83a47479706504${INVALID}a36e7370${head}${hexOf(nsp)}`],
  reason: "the order of the members",
}));

const messagePack = [...beyondJson, largeNumbers, ...unnamed, ...keyOrder];

// The reference forgets sessions and packets that clients still need: its recovery fails, ours doesn't.
const anew = ["alice recovered: false, same id: false", 'alice acknowledged "recovered" false'];
const recovered = ["alice recovered: true, same id: true", 'alice acknowledged "recovered" true'];
const missed = (i) => `alice <- "missed" ${i} "<offset>"`;
const recovery = [
  ["a middleware that takes its time", [], ['alice <- "meanwhile" 2 "<offset>"'], "also what was emitted while it took its time"],
  ["no event yet", anew, [...recovered, missed(1)], "a private id without an offset will do"],
  ["no event yet, and events before its time", anew, [...recovered, missed(1)], "the same, from the session's beginning on"],
  ["no event yet, and events before its time", anew, [...recovered, missed(2)], "the same, from the session's beginning on"],
  ...[
    ["a volatile event with text at its end", "bob"],
    ["a volatile event with nothing but its name"],
  ].flatMap(([name, text]) => {
    const event = `alice <- "typing" ${text ? JSON.stringify(text) : ""}`;
    const offset = `${text ? " " : ""}"<offset>"`;
    return [
      [name, [event], [event + offset], "volatile events have an offset where the client would read one"],
      [name, anew, [...recovered, missed(1)], "so that its offset stays one"],
    ];
  }),
  [
    "the offset is older than the log",
    [...anew, 'alice acknowledged "rooms" ["<id alice>"]'],
    [...recovered, missed(1), 'alice acknowledged "rooms" ["<id alice>","red"]'],
    "nothing was missed before what the log has",
  ],
  [
    "the earlier connection seems alive",
    [...anew, 'alice acknowledged "rooms" ["<id alice>"]'],
    [
      ...recovered,
      missed(1),
      'report disconnect "/" "<id alice>" "transport close" [] "<offset>"',
      'alice acknowledged "rooms" ["<id alice>","red"]',
    ],
    "it is ended when its client comes back",
  ],
  ["an offset from an earlier session", ['alice <- "between" 1 "<offset>"'], [], "the new session has not missed it"],
  ["recovered, then disconnected on purpose", recovered, anew, "the session has ended"],
  ["refused by a middleware, with events to come", [missed(1)], [], "sent when let in, and once"],
  ["emits from a middleware", [], ['alice <- "early" "from the middleware" "<offset>"'], "sent, as without recovery"],
  ["a child namespace that is cleaned up", anew, recovered, "not while clients may come back"],
  [
    "more missed than is kept",
    [...recovered, ...Array.from({ length: 10 }, (_, i) => `alice <- "many" ${i} "<offset>"`)],
    anew,
    "memory has a limit",
  ],
].map(([name, reference, ours, reason]) => ({ scenario: "recovery", case: name, reference, ours, reason }));

const children = [
  { case: "more children than allowed", peer: "carol", reason: "how many namespaces clients may make is limited" },
  { case: "names longer than allowed", peer: "bob", reason: "at most 1024 bytes" },
].map(({ peer, ...rest }) => ({
  scenario: "dynamic",
  reference: [`${peer} connected`],
  ours: [`${peer} refused: "Invalid namespace" undefined`],
  ...rest,
}));

export const differences = [
  ...relayed,
  ...rebuilt,
  ...refusals,
  ...oldClients,
  ...handledAtOnce,
  ...headerBytes,
  codings,
  anyCoding,
  ...errorTexts,
  ...oddities,
  ...messagePack,
  ...recovery,
  ...children,
];
