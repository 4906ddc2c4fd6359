// Node's adapters for clusters, connected.
import { createClient, createCluster } from "redis";
import { createAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { Emitter } from "@socket.io/redis-emitter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";

function makeClient(flags) {
  const client = flags["redis-cluster"] ? createCluster({ rootNodes: [{ url: flags.redis }] }) : createClient({ url: flags.redis });
  client.on("error", () => {}); // it connects again by itself
  return client;
}

async function connect(client) {
  await client.connect();
  return client;
}

// JSON behind a letter, as twin_adapter.c has it.
const jsonParser = {
  encode: (value) => Buffer.from(`J${JSON.stringify(value)}`),
  decode: (bytes) => JSON.parse(bytes.subarray(1).toString()),
};

const given = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

export async function adapterOf(flags) {
  const client = await connect(makeClient(flags));
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
  const subscriber = await connect(client.duplicate().on("error", () => {}));
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
