#include "adapters/redis_streams.h"

#include "base/alloc.h"

#include <stdio.h>

static const char area[] = "socket.io-redis";

static sio__streams_t *of_cluster(sio__cluster_t *cluster)
{
    return SIO__CONTAINER(cluster, sio__streams_t, cluster);
}

/* ------------------------------------------------------------------------------ over channels */

/* "<prefix>#<namespace>#<uid>#" */
static sio__span_t channel_of(sio__streams_t *streams, const char *uid)
{
    return sio__redis_sub_channel(&streams->channel, &streams->public_channel, uid);
}

static void send_message(sio__streams_t *streams, sio__span_t channel,
                         const sio__cluster_message_t *message)
{
    sio__streams_maker_t *maker = streams->maker;

    sio__buf_clear(&streams->message);
    if (!sio__streams_alive(streams) || !channel.data ||
        sio__cluster_encode(message, SIO__ALWAYS_MSGPACK, &streams->message))
        maker->hub.dropped++;
    else if (maker->sharded)
        sio__shards_publish(&maker->shards, channel, sio__buf_span(&streams->message));
    else
        sio__redis_hub_publish(&maker->hub, "PUBLISH", channel, sio__buf_span(&streams->message));
}

static void take_message(void *subscriber, sio__span_t channel, sio__span_t bytes)
{
    sio__streams_t *streams = subscriber;
    sio__cluster_t *cluster = &streams->cluster;
    sio__adapter_host_t *host = cluster->base.host;
    sio__cluster_message_t message;

    (void)channel;
    streams->maker->hub.received++;
    if (!sio__cluster_decode(&streams->decoder, bytes, &message)) {
        streams->maker->hub.refused++;
        SIO__LOG(host->log, SIO__DEBUG, area, "a malformed message of %zu bytes", bytes.len);
    } else if (message.type != SIO__SESSION_WANTED) {
        sio__cluster_receive(cluster, &message, NULL);
    } else if (strcmp(message.uid, cluster->uid) != 0 && strcmp(message.nsp, host->name) == 0) {
        host->ops->supersede(host, message.request_id);
    }
}

static int subscribe(sio__streams_t *streams, sio__span_t channel)
{
    sio__streams_maker_t *maker = streams->maker;

    if (!channel.data || maker->closing)
        return -1;
    if (maker->sharded)
        return sio__shards_subscribe(&maker->shards, channel, take_message, streams);
    return sio__redis_subscribe(maker->hub.messages, SIO__REDIS_CHANNEL, channel, take_message,
                                streams);
}

static void unsubscribe(sio__streams_t *streams, sio__span_t channel)
{
    sio__streams_maker_t *maker = streams->maker;

    if (maker->closing || !channel.data)
        return;
    if (maker->sharded)
        sio__shards_unsubscribe(&maker->shards, channel);
    else
        sio__redis_unsubscribe(maker->hub.messages, SIO__REDIS_CHANNEL, channel);
}

void sio__streams_want_session(sio__streams_t *streams, const char *pid)
{
    const sio__cluster_message_t message = {
        .type = SIO__SESSION_WANTED,
        .uid = streams->cluster.uid,
        .nsp = streams->cluster.base.host->name,
        .request_id = pid,
    };

    send_message(streams, sio__buf_span(&streams->public_channel), &message);
}

/* ------------------------------------------------------------------------------ in the stream */

int sio__streams_add(sio__streams_t *streams, unsigned type, sio__span_t data,
                     sio__redis_reply_fn fn, void *user)
{
    sio__streams_maker_t *maker = streams->maker;
    const char *nsp = streams->cluster.base.host->name;
    char max_len[24], number[16];
    const sio__span_t words[] = {
        SIO__WORD("XADD"),
        SIO__WORD(streams->reader->name),
        SIO__WORD("MAXLEN"),
        SIO__WORD("~"),
        {max_len,
         (size_t)snprintf(max_len, sizeof(max_len), "%llu", (unsigned long long)maker->max_len)},
        SIO__WORD("*"),
        SIO__WORD("uid"),
        SIO__WORD(streams->cluster.uid),
        SIO__WORD("nsp"),
        SIO__WORD(nsp),
        SIO__WORD("type"),
        {number, (size_t)snprintf(number, sizeof(number), "%u", type)},
        SIO__WORD("data"),
        data,
    };
    size_t count = sizeof(words) / sizeof(words[0]);

    if (!maker->hub.commands)
        return -1;
    return sio__redis_command(maker->hub.commands, words, data.len ? count : count - 2, fn, user);
}

static void on_added(const redisReply *reply, void *user)
{
    sio__streams_maker_t *maker = user;

    if (reply && reply->type != REDIS_REPLY_ERROR) {
        maker->hub.published++;
        return;
    }
    maker->hub.dropped++;
    if (reply)
        SIO__LOG(maker->hub.log, SIO__WARN, area, "not added to the stream: %s", reply->str);
}

static void add(sio__streams_t *streams, const sio__cluster_message_t *message)
{
    sio__buf_t *data = &streams->message;

    sio__buf_clear(data);
    if (sio__cluster_encode_entry(message, data) ||
        sio__streams_add(streams, message->type, sio__buf_span(data), on_added, streams->maker))
        streams->maker->hub.dropped++;
}

static bool ends_with_string(sio__span_t array)
{
    size_t end = array.len ? array.len - 1 : 0; /* ']' */

    while (end > 0 && strchr(" \t\r\n", array.data[end - 1]))
        end--;
    return end > 0 && array.data[end - 1] == '"';
}

const char *sio__streams_offset(const sio__cluster_message_t *message, const char *id)
{
    bool is_volatile = message->audience.flags & SIO__VOLATILE;

    return is_volatile && !ends_with_string(message->packet) ? NULL : id;
}

static sio__streams_t *find_streams(const sio__streams_maker_t *maker, sio__span_t nsp)
{
    sio__map_node_t *node = sio__map_find(&maker->by_nsp, nsp.data, nsp.len);

    return node ? SIO__CONTAINER(node, sio__streams_t, by_nsp) : NULL;
}

static bool is_plain_broadcast(const sio__cluster_message_t *message)
{
    return message->type == SIO__BROADCAST && !message->request_id;
}

static void take_other(sio__streams_t *streams, const char *id,
                       const sio__cluster_message_t *message)
{
    bool with_offset = streams->sessions && is_plain_broadcast(message);

    sio__cluster_receive(&streams->cluster, message,
                         with_offset ? sio__streams_offset(message, id) : NULL);
}

/* This server's own have been dealt with, but for broadcasts with recovery. */
static void take_entry(void *user, const char *id, const sio__cluster_entry_t *entry)
{
    sio__streams_maker_t *maker = user;
    sio__streams_t *streams = find_streams(maker, entry->nsp);
    bool own = streams && sio__span_is(entry->uid, streams->cluster.uid);
    sio__cluster_message_t message;

    if (!streams || (own && !streams->sessions))
        return;
    maker->hub.received += !own;
    if (!sio__cluster_decode_entry(&streams->decoder, entry, &message)) {
        maker->hub.refused++;
        SIO__LOG(maker->hub.log, SIO__DEBUG, area, "entry %s is malformed", id);
        return;
    }
    if (streams->sessions && is_plain_broadcast(&message))
        sio__sessions_follow(streams->sessions, id, &message);
    if (!own)
        take_other(streams, id, &message);
    else if (is_plain_broadcast(&message))
        sio__own_entry(streams, id, entry->data, &message);
}

/* ------------------------------------------------------------------------------- the transport */

/* What has no meaning later. */
static bool is_ephemeral(const sio__cluster_message_t *message)
{
    return message->type == SIO__SERVER_SIDE_EMIT || message->type == SIO__FETCH_SOCKETS ||
           (message->type == SIO__BROADCAST && message->request_id);
}

static bool streams_publish(sio__cluster_t *cluster, const sio__cluster_message_t *message)
{
    sio__streams_t *streams = of_cluster(cluster);

    if (is_ephemeral(message)) {
        send_message(streams, sio__buf_span(&streams->public_channel), message);
        return false;
    }
    if (message->type == SIO__BROADCAST && streams->sessions && sio__streams_alive(streams)) {
        sio__own_publish(streams, message);
        return true;
    }
    add(streams, message);
    return false;
}

static void streams_respond(sio__cluster_t *cluster, const char *uid,
                            const sio__cluster_message_t *response)
{
    sio__streams_t *streams = of_cluster(cluster);

    send_message(streams, channel_of(streams, uid), response);
}

typedef struct count {
    sio__list_t link;
    sio__streams_t *streams;
    char request_id[SIO__REQUEST_ID_SIZE];
} count_t;

static void free_count(count_t *count)
{
    sio__list_remove(&count->link);
    sio__free(count);
}

static void on_counted(const redisReply *reply, void *user)
{
    count_t *count = user;

    sio__cluster_counted(&count->streams->cluster, count->request_id,
                         sio__redis_subscribers(reply));
    free_count(count);
}

static bool count_subscribers(sio__streams_t *streams, const char *request_id)
{
    sio__redis_t *redis = streams->maker->hub.commands;
    count_t *count = redis ? sio__calloc(1, sizeof(*count)) : NULL;

    if (!count)
        return false;
    count->streams = streams;
    snprintf(count->request_id, sizeof(count->request_id), "%s", request_id);
    sio__list_append(&streams->counts, &count->link);
    if (SIO__REDIS_COMMAND(redis, on_counted, count, SIO__WORD("PUBSUB"), SIO__WORD("NUMSUB"),
                           sio__buf_span(&streams->public_channel)) == 0)
        return true;
    free_count(count);
    return false;
}

static void on_shards_counted(void *user, const char *request_id, uint64_t servers)
{
    sio__streams_t *streams = user;

    sio__cluster_counted(&streams->cluster, request_id, servers);
}

static void streams_count(sio__cluster_t *cluster, const char *request_id)
{
    sio__streams_t *streams = of_cluster(cluster);
    bool asked = false;

    if (sio__streams_alive(streams))
        asked = streams->maker->sharded
                    ? sio__shards_count(&streams->maker->shards,
                                        sio__buf_span(&streams->public_channel), on_shards_counted,
                                        streams, request_id) == 0
                    : count_subscribers(streams, request_id);
    if (!asked)
        sio__cluster_counted(cluster, request_id, 0);
}

static void forget_counts(sio__streams_t *streams)
{
    while (!sio__list_empty(&streams->counts)) {
        count_t *count = SIO__CONTAINER(streams->counts.next, count_t, link);

        if (streams->maker->hub.commands)
            sio__redis_forget(streams->maker->hub.commands, count);
        free_count(count);
    }
}

/* ------------------------------------------------------------------------------- one namespace */

static void free_buffers(sio__streams_t *streams)
{
    sio__buf_free(&streams->public_channel);
    sio__buf_free(&streams->own_channel);
    sio__buf_free(&streams->channel);
    sio__buf_free(&streams->message);
    sio__cluster_decoder_free(&streams->decoder);
}

static void streams_free(sio__cluster_t *cluster)
{
    sio__streams_t *streams = of_cluster(cluster);

    unsubscribe(streams, sio__buf_span(&streams->public_channel));
    unsubscribe(streams, sio__buf_span(&streams->own_channel));
    forget_counts(streams);
    if (streams->maker->sharded)
        sio__shards_forget(&streams->maker->shards, streams);
    sio__own_close(streams);
    sio__map_remove(&streams->maker->by_nsp, &streams->by_nsp);
    sio__cluster_close(cluster);
    free_buffers(streams);
    sio__free(streams);
}

static const sio__cluster_transport_t transport = {
    .publish = streams_publish,
    .respond = streams_respond,
    .count = streams_count,
    .free = streams_free,
};

/* The hash of upstream: of UTF-16 units, 32 bits with a sign. */
static int32_t add_unit(int32_t hash, uint32_t unit)
{
    return (int32_t)((uint32_t)hash * 31 + unit);
}

static int32_t hash_name(const char *name)
{
    const unsigned char *at = (const unsigned char *)name;
    int32_t hash = 0;

    while (*at) {
        uint32_t code = *at++;
        int more = code >= 0xf0 ? 3 : code >= 0xe0 ? 2 : code >= 0xc0 ? 1 : 0;

        if (more)
            code &= 0x3fU >> more;
        for (; more && (*at & 0xc0) == 0x80; more--)
            code = code << 6 | (*at++ & 0x3f);
        if (code < 0x10000) {
            hash = add_unit(hash, code);
            continue;
        }
        hash = add_unit(hash, 0xd800 + ((code - 0x10000) >> 10));
        hash = add_unit(hash, 0xdc00 + ((code - 0x10000) & 0x3ff));
    }
    return hash;
}

/* A negative hash gives upstream a stream that its servers write to and don't read. */
static void stream_name(const sio__streams_maker_t *maker, const char *nsp, sio__buf_t *name)
{
    char number[16];

    sio__buf_append_str(name, maker->stream);
    if (maker->stream_count > 1) {
        snprintf(number, sizeof(number), "-%d", hash_name(nsp) % (int)maker->stream_count);
        sio__buf_append_str(name, number);
    }
    sio__buf_append_char(name, '\0');
}

static sio__streams_reader_t *open_reader(sio__streams_maker_t *maker, const char *name)
{
    size_t len = strlen(name);
    sio__streams_reader_t *reader = sio__calloc(1, sizeof(*reader) + len + 1);

    if (!reader)
        return NULL;
    memcpy(reader->name, name, len + 1);
    sio__list_init(&reader->link);
    reader->reader = (sio__reader_t){
        .loop = maker->hub.loop,
        .log = maker->hub.log,
        .stream = reader->name,
        .count = maker->read_count,
        .block_ms = maker->block_ms,
        .fn = take_entry,
        .user = maker,
    };
    if (sio__reader_open(&reader->reader, maker->hub.config)) {
        sio__free(reader);
        return NULL;
    }
    sio__list_append(&maker->readers, &reader->link);
    return reader;
}

static sio__streams_reader_t *find_reader(sio__streams_maker_t *maker, const char *nsp)
{
    sio__streams_reader_t *reader = NULL;
    sio__buf_t name = SIO__BUF_INIT;
    sio__list_t *node;

    stream_name(maker, nsp, &name);
    for (node = maker->readers.next; !name.failed && node != &maker->readers; node = node->next)
        if (strcmp(SIO__CONTAINER(node, sio__streams_reader_t, link)->name, name.data) == 0)
            reader = SIO__CONTAINER(node, sio__streams_reader_t, link);
    if (!reader && !name.failed)
        reader = open_reader(maker, name.data);
    sio__buf_free(&name);
    return reader;
}

static bool open_channels(sio__streams_t *streams, const char *nsp)
{
    sio__buf_t *channel = &streams->public_channel;
    bool named = sio__redis_name_channels(channel, &streams->own_channel, streams->maker->prefix,
                                          nsp, streams->cluster.uid);

    return named && subscribe(streams, sio__buf_span(channel)) == 0 &&
           subscribe(streams, sio__buf_span(&streams->own_channel)) == 0;
}

static sio__streams_maker_t *maker_of(sio_adapter_t *base)
{
    return SIO__CONTAINER(sio__redis_hub_of(base), sio__streams_maker_t, hub);
}

static sio__streams_t *new_streams(sio__streams_maker_t *maker, sio__adapter_host_t *host)
{
    sio__streams_t *streams = sio__calloc(1, sizeof(*streams));

    if (!streams)
        return NULL;
    streams->maker = maker;
    sio__list_init(&streams->counts);
    sio__own_open(streams);
    sio__cluster_decoder_init(&streams->decoder, host->max_json_depth);
    if (sio__cluster_init(&streams->cluster, host, &transport, &maker->options) == 0)
        return streams;
    free_buffers(streams);
    sio__free(streams);
    return NULL;
}

static sio__adapter_t *new_adapter(sio_adapter_t *base, sio__adapter_host_t *host)
{
    sio__streams_maker_t *maker = maker_of(base);
    sio__streams_t *streams = new_streams(maker, host);

    if (!streams)
        return NULL;
    streams->reader = find_reader(maker, host->name);
    if (streams->reader && open_channels(streams, host->name) &&
        sio__map_insert(&maker->by_nsp, &streams->by_nsp, host->name, strlen(host->name)) == 0)
        return &streams->cluster.base;
    streams_free(&streams->cluster);
    return NULL;
}

static sio__session_store_t *new_session_store(sio_adapter_t *base, sio__adapter_t *adapter,
                                               const sio__session_limits_t *limits)
{
    (void)base;
    return sio__sessions_new(of_cluster(SIO__CONTAINER(adapter, sio__cluster_t, base)), limits);
}

/* --------------------------------------------------------------------------------- all of them */

static int open_maker(sio_adapter_t *base, const sio__adapter_setup_t *setup)
{
    sio__streams_maker_t *maker = maker_of(base);
    int error = maker->stream && maker->prefix && maker->session_prefix ? SIO_OK : SIO_ENOMEM;

    if (maker->sharded)
        sio__shards_prepare(&maker->shards, &maker->hub);
    if (!error)
        error = sio__redis_hub_open(base, setup);
    if (!error && maker->sharded && sio__shards_open(&maker->shards, &maker->hub))
        error = SIO_ENOMEM;
    return error;
}

static void on_closed(void *user)
{
    sio__streams_maker_t *maker = user;

    if (--maker->open == 0)
        sio__redis_hub_close(&maker->hub.base, maker->closed, maker->closed_user);
}

static void close_sessions(sio__map_node_t *node, void *user)
{
    const sio__streams_t *streams = SIO__CONTAINER(node, sio__streams_t, by_nsp);

    (void)user;
    if (streams->sessions)
        sio__sessions_close(streams->sessions);
}

static void close_maker(sio_adapter_t *base, void (*closed)(void *user), void *user)
{
    sio__streams_maker_t *maker = maker_of(base);

    maker->closing = true;
    maker->closed = closed;
    maker->closed_user = user;
    maker->open = 1;
    sio__map_each(&maker->by_nsp, close_sessions, NULL);
    for (sio__list_t *node = maker->readers.next; node != &maker->readers; node = node->next) {
        maker->open++;
        sio__reader_close(&SIO__CONTAINER(node, sio__streams_reader_t, link)->reader, on_closed,
                          maker);
    }
    if (maker->sharded) {
        maker->open++;
        sio__shards_close(&maker->shards, on_closed, maker);
    }
    on_closed(maker);
}

static void free_maker(sio_adapter_t *base)
{
    sio__streams_maker_t *maker = maker_of(base);
    sio__list_t *node;

    while ((node = sio__list_pop(&maker->readers)))
        sio__free(SIO__CONTAINER(node, sio__streams_reader_t, link));
    sio__map_free(&maker->by_nsp);
    sio__redis_hub_end(&maker->hub);
    sio__free(maker->stream);
    sio__free(maker->prefix);
    sio__free(maker->session_prefix);
    sio__free(maker);
}

static const sio__maker_ops_t maker_ops = {
    .library = sio__redis_library,
    .open = open_maker,
    .adapter = new_adapter,
    .session_store = new_session_store,
    .close = close_maker,
    .free = free_maker,
};

static char *text_or(const char *text, const char *otherwise)
{
    return sio__strdup(text ? text : otherwise);
}

static unsigned number_or(unsigned number, unsigned otherwise)
{
    return number ? number : otherwise;
}

sio_adapter_t *sio_redis_streams_adapter(const char *url,
                                         const sio_redis_streams_options_t *options)
{
    sio_redis_streams_options_t known = {.size = sizeof(known)};
    sio__streams_maker_t *maker;

    if (!sio__redis_library_ready())
        return NULL;
    if (options)
        memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
    maker = sio__calloc(1, sizeof(*maker));
    if (!maker)
        return NULL;
    sio__redis_hub_init(&maker->hub, &maker_ops, url, known.connection);
    sio__list_init(&maker->readers);
    sio__map_init(&maker->by_nsp);
    maker->stream = text_or(known.stream_name, "socket.io");
    maker->prefix = text_or(known.channel_prefix, "socket.io");
    maker->session_prefix = text_or(known.session_key_prefix, "sio:session:");
    maker->stream_count = number_or(known.stream_count, 1);
    maker->read_count = number_or(known.read_count, 100);
    maker->block_ms = number_or(known.block_time_ms, 5000);
    maker->max_len = known.max_len ? known.max_len : 10000;
    maker->sharded = known.sharded_pubsub;
    maker->options.requests_timeout_ms = known.requests_timeout_ms;
    return &maker->hub.base;
}
