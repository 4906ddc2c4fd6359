// Node's adapters for clusters, connected.
import Redis from "ioredis";
import { createClient, createCluster } from "redis";
import { createAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { Emitter } from "@socket.io/redis-emitter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";

function makeClient(flags) {
  const client = flags["redis-cluster"] ? createCluster({ rootNodes: [{ url: flags.redis }] }) : createClient({ url: flags.redis });
  client.on("error", () => {}); // it connects again by itself
  return client;
}

// "host:port" between commas. The client of the others knows no sentinels.
function sentinelClient(list) {
  const sentinels = list.split(",").map((address) => address.split(":")).map(([host, port]) => ({ host, port: Number(port) }));
  const client = new Redis({ name: "mymaster", sentinels, maxRetriesPerRequest: null, sentinelRetryStrategy: () => 100, retryStrategy: () => 100 });
  return client.on("error", () => {});
}

async function connect(client) {
  await client.connect();
  return client;
}

const clientOf = async (flags) => (flags.sentinels ? sentinelClient(flags.sentinels) : connect(makeClient(flags)));

// "J", then pieces, each behind its length: JSON, in which placeholders stand for the others. twin_adapter.c has the same.
const piece = (bytes) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
};

const jsonParser = {
  encode(value) {
    const binary = [];
    const replace = (one) => {
      if (Buffer.isBuffer(one)) return { _placeholder: true, num: binary.push(one) - 1 };
      if (Array.isArray(one)) return one.map(replace);
      if (one === null || typeof one !== "object") return one;
      return Object.fromEntries(Object.entries(one).map(([key, each]) => [key, replace(each)]));
    };
    const json = Buffer.from(JSON.stringify(replace(value)));
    return Buffer.concat([Buffer.from("J"), ...[json, ...binary].flatMap(piece)]);
  },
  decode(bytes) {
    const pieces = [];
    for (let at = 1; at < bytes.length; at += 4 + pieces.at(-1).length) {
      pieces.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)));
    }
    const [json, ...binary] = pieces;
    return JSON.parse(json.toString(), (_key, one) => (one?._placeholder === true ? binary[one.num] : one));
  },
};

const given = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

export async function adapterOf(flags) {
  const client = await clientOf(flags);
  if (flags.adapter === "streams") {
    return createStreamsAdapter(client, given({
      streamName: flags.prefix,
      channelPrefix: flags.prefix,
      sessionKeyPrefix: flags.prefix && `${flags.prefix}:session:`,
      streamCount: flags["stream-count"] && Number(flags["stream-count"]),
      maxLen: flags["max-len"] && Number(flags["max-len"]),
      useShardedPubSub: flags["sharded-pubsub"],
    }));
  }
  const subscriber = flags.sentinels ? await clientOf(flags) : await connect(client.duplicate().on("error", () => {}));
  if (flags.adapter === "classic") {
    return createAdapter(client, subscriber, given({
      key: flags.prefix,
      requestsTimeout: flags["requests-timeout"] && Number(flags["requests-timeout"]),
      publishOnSpecificResponseChannel: flags["specific-responses"],
      parser: flags["json-parser"] && jsonParser,
    }));
  }
  return createShardedAdapter(client, subscriber, given({ channelPrefix: flags.prefix, subscriptionMode: flags.mode }));
}

export async function emitterOf(url, key, nsp) {
  const client = await connect(makeClient({ redis: url }));
  return { client, emitter: new Emitter(client, { key }).of(nsp) };
}
