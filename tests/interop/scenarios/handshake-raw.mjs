// The handshake object, whole: headers that come twice or in other letters than ASCII, odd queries.
export const transports = ["raw"];

const POLLING = "EIO=4&transport=polling";

async function whole(t, { query = POLLING, headers } = {}) {
  const session = await t.polling("raw", { query, headers });
  if (!session.sid) return;
  session.query = POLLING;
  await session.join();
  await session.send('421["handshake"]');
  await session.poll();
  await session.send('422["whole handshake"]');
  await session.poll();
}

const headers = [
  ["one that comes three times", { "X-Custom": ["a", "b"], "x-custom": " c " }],
  ["those of which the first counts", { "User-Agent": ["one", "two"], Authorization: ["a", "b"], Referer: ["a", "b"] }],
  ["cookies to be set", { "Set-Cookie": ["a=1", "b=2"] }],
  ["cookies", { Cookie: ["a=1", "b=2; c=3"] }],
  ["two origins", { Origin: ["https://one.example", "https://two.example"] }],
  ["an empty one", { "X-Custom": "" }],
  ["blanks and tabs", { "X-Custom": "  a\tb  " }],
  ["Latin-1", { "X-Custom": "caf\xe9" }],
  ["UTF-8", { "X-Custom": Buffer.from("é€").toString("latin1") }],
  ["names of properties", { constructor: "a", "__proto__x": "b", toString: "c" }],
];

const queries = [
  ["a parameter twice", "twice=1&twice=2"],
  ["percent signs", "token=%C3%A9%E2%82%AC&encoded=%2541"],
  ["bytes that are no UTF-8", "token=%E9%FF"],
  ["percent signs alone", "token=%zz%&empty=%"],
  ["plus signs", "token=a+b%2B"],
  ["no value, no name", "empty&=x&&token="],
  ["a second question mark", "token=a?b=c"],
  ["an equals sign in the value", "token=a=b"],
  ["semicolons", "token=a;b=c"],
  ["names of properties", "constructor=1&__proto__=2&toString=3"],
];

export const cases = [
  { name: "plain", run: (t) => whole(t) },
  ...headers.map(([name, some]) => ({ name: `headers: ${name}`, run: (t) => whole(t, { headers: some }) })),
  ...queries.map(([name, query]) => ({ name: `query: ${name}`, run: (t) => whole(t, { query: `${query}&${POLLING}` }) })),
];
