// The command line both servers understand, and its translation for Node's server.
import { parserNamed, parserWith } from "./parser.mjs";

const DEFAULTS = { port: "0", host: "127.0.0.1" };
const SWITCHES = new Set(["cors-credentials", "no-upgrades", "no-trailing-slash", "hooks", "cleanup-children", "recovery-middlewares", "engine", "cors-preflight-continue", "cors-function", "cookie-all", "allow-eio3", "redis-cluster", "sharded-pubsub", "specific-responses", "json-parser"]);

export function parseOptions(args) {
  const flags = { ...DEFAULTS };
  for (let i = 0; i < args.length; i++) {
    const name = args[i].replace(/^--/, "");
    flags[name] = SWITCHES.has(name) ? true : args[++i];
  }
  return flags;
}

const given = (value, convert) => (value === undefined ? undefined : convert(value));
const list = (value) => value.split(",");

// Between slashes stands a pattern.
const originOf = (text) => (text.startsWith("/") ? new RegExp(text.slice(1, -1)) : text);

// "true" reflects every origin, a comma makes a list, anything else is that one string.
function corsOrigin(value) {
  if (value === "true") return true;
  if (value === "function") return (origin, callback) => callback(null, Boolean(origin?.includes("one")));
  return value.includes(",") ? list(value).filter(Boolean).map(originOf) : originOf(value);
}

// Requests about whose origin nobody has decided: "answer cors" does.
export const undecided = [];

function decideCors(req, callback) {
  switch (new URL(req.url, "http://localhost").searchParams.get("cors")) {
    case null:
      return callback(null, { origin: true });
    case "none":
      return callback(null, { origin: false });
    case "any":
      return callback(null, {});
    case "own":
      return callback(null, { origin: "https://one.example", credentials: true, exposedHeaders: "x-own" });
    case "pattern":
      return callback(null, { origin: ["https://two.example", /one/], methods: "GET", maxAge: 7 });
    case "later":
      undecided.push(() => callback(null, { origin: true, optionsSuccessStatus: 200 }));
      return undefined;
    default:
      return callback(new Error("not this one"));
  }
}

function corsOptions(flags) {
  if (flags["cors-function"]) return decideCors;
  if (flags["cors-origin"] === undefined) return undefined;
  return defined({
    origin: corsOrigin(flags["cors-origin"]),
    credentials: flags["cors-credentials"],
    methods: given(flags["cors-methods"], list),
    allowedHeaders: given(flags["cors-allowed-headers"], list),
    exposedHeaders: given(flags["cors-exposed-headers"], list),
    maxAge: given(flags["cors-max-age"], Number),
    preflightContinue: flags["cors-preflight-continue"],
    optionsSuccessStatus: given(flags["cors-success-status"], Number),
  });
}

const EVERY_ATTRIBUTE = {
  path: "/a/b",
  domain: "one.example",
  maxAge: 3600,
  expires: new Date(2e12),
  httpOnly: false,
  secure: true,
  partitioned: true,
  priority: "high",
  sameSite: "none",
};

function cookieOptions(flags) {
  if (flags.cookie === undefined) return undefined;
  return defined({
    name: flags.cookie,
    path: flags["cookie-path"],
    maxAge: given(flags["cookie-max-age"], Number),
    sameSite: flags["cookie-same-site"],
    ...(flags["cookie-all"] && EVERY_ATTRIBUTE),
  });
}

// A list of what to ask for: "on", "snct", "cnct" (no context takeover), "swb=N", "cwb=N" (window bits).
function deflateOptions(value) {
  const has = (name) => list(value).includes(name) || undefined;
  const bits = (name) => given(list(value).find((each) => each.startsWith(`${name}=`)), (each) => Number(each.slice(4)));
  return defined({
    serverNoContextTakeover: has("snct"),
    clientNoContextTakeover: has("cnct"),
    serverMaxWindowBits: bits("swb"),
    clientMaxWindowBits: bits("cwb"),
  });
}

// Its value is the duration in ms, 0 for the default.
function recoveryOptions(flags) {
  if (flags.recovery === undefined) return undefined;
  return defined({
    maxDisconnectionDuration: Number(flags.recovery) || undefined,
    skipMiddlewares: flags["recovery-middlewares"] ? false : undefined,
  });
}

// Answers of allowRequest that a scenario has asked to wait for.
export const heldHandshakes = { waiting: [], tell: () => {} };

function allowRequest(req, callback) {
  const query = new URL(req.url, "http://localhost").searchParams;
  const refusal = query.get("refuse");
  if (query.has("hold")) {
    heldHandshakes.waiting.push((message) => callback(message || undefined, message === null));
    return heldHandshakes.tell();
  }
  if (refusal === null) callback(null, true);
  else callback(refusal || undefined, false);
}

const defined = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

// "off", or bytes.
const httpCompression = (value) => (value === "off" ? false : { threshold: Number(value) });

export function serverOptions(flags) {
  return defined({
    pingInterval: given(flags["ping-interval"], Number),
    pingTimeout: given(flags["ping-timeout"], Number),
    maxHttpBufferSize: given(flags["max-payload"], Number),
    connectTimeout: given(flags["connect-timeout"], Number),
    upgradeTimeout: given(flags["upgrade-timeout"], Number),
    path: flags.path,
    transports: given(flags.transports, list),
    initialPacket: flags["initial-packet"],
    parser: flags["max-attachments"] ? parserWith(Number(flags["max-attachments"])) : parserNamed(flags.parser),
    httpCompression: given(flags["http-compression"], httpCompression),
    addTrailingSlash: flags["no-trailing-slash"] ? false : undefined,
    allowUpgrades: flags["no-upgrades"] ? false : undefined,
    allowEIO3: flags["allow-eio3"],
    cleanupEmptyChildNamespaces: flags["cleanup-children"],
    perMessageDeflate: given(flags.deflate, deflateOptions),
    connectionStateRecovery: recoveryOptions(flags),
    cors: corsOptions(flags),
    cookie: cookieOptions(flags),
    allowRequest: flags.hooks ? allowRequest : undefined,
  });
}
