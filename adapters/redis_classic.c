/*
 * Upstream's createAdapter(): servers publish to channels of their namespace, and count each other
 * by Redis' count of subscribers. What it means is the cluster adapter's; this is the way it
 * travels.
 */
#include "adapters/classic_channel.h"
#include "adapters/cluster.h"
#include "adapters/redis_hub.h"
#include "adapters/redis_parser.h"
#include "base/alloc.h"
#include "base/msgpack.h"

#include <stdio.h>

static const char area[] = "socket.io-redis";

typedef struct maker {
    sio__redis_hub_t hub;
    char *key;
    unsigned requests_timeout_ms;
    bool specific_responses;
    sio_redis_parser_t parser; /* encode NULL: MessagePack */
    sio__classic_parser_t codec;
    sio__buf_t channel, out; /* one message at a time */
} maker_t;

typedef struct classic {
    sio__cluster_t cluster;
    maker_t *maker;
    sio__cluster_decoder_t decoder;
    sio__list_t counts; /* that Redis hasn't answered */
    /* Names of channels: "key#nsp#", its pattern, "key-request#nsp#", "key-response#nsp#", and the
       last with this server's own id. */
    sio__buf_t broadcasts, pattern, requests, responses, own_responses;
    sio__buf_t mine; /* how this server's own broadcasts begin */
} classic_t;

static classic_t *of_cluster(sio__cluster_t *cluster)
{
    return SIO__CONTAINER(cluster, classic_t, cluster);
}

static const sio__classic_parser_t *parser_of(const maker_t *maker)
{
    return maker->parser.encode ? &maker->codec : NULL;
}

/* ------------------------------------------------------------------------------- what goes out */

static void publish_to(classic_t *classic, sio__span_t channel,
                       const sio__cluster_message_t *message)
{
    maker_t *maker = classic->maker;

    sio__buf_clear(&maker->out);
    if (sio__classic_encode(message, parser_of(maker), &maker->out)) {
        maker->hub.dropped++;
        SIO__LOG(maker->hub.log, SIO__ERROR, area, "%s: a message can't be encoded", message->nsp);
        return;
    }
    sio__redis_hub_publish(&maker->hub, "PUBLISH", channel, sio__buf_span(&maker->out));
    if (maker->out.cap > SIO__REDIS_KEPT)
        sio__buf_free(&maker->out);
}

static bool publish(sio__cluster_t *cluster, const sio__cluster_message_t *message)
{
    classic_t *classic = of_cluster(cluster);
    sio__buf_t *channel = &classic->maker->channel;

    sio__buf_clear(channel);
    sio__classic_put_channel(channel, classic->maker->key, message);
    if (!channel->failed)
        publish_to(classic, sio__buf_span(channel), message);
    return false;
}

/* Answers to serverSideEmit() are always everybody's to read, as upstream's. */
static void respond(sio__cluster_t *cluster, const char *uid,
                    const sio__cluster_message_t *response)
{
    classic_t *classic = of_cluster(cluster);
    sio__span_t channel;

    if (!classic->maker->specific_responses || response->type == SIO__SERVER_SIDE_EMIT_RESPONSE) {
        publish_to(classic, sio__buf_span(&classic->responses), response);
        return;
    }
    channel = sio__redis_sub_channel(&classic->maker->channel, &classic->responses, uid);
    if (channel.data)
        publish_to(classic, channel, response);
}

/* -------------------------------------------------------------------------- counting servers */

typedef struct count {
    sio__list_t link;
    classic_t *classic; /* NULL: it has gone */
    char request_id[SIO__REQUEST_ID_SIZE];
} count_t;

static void on_count(const redisReply *reply, void *user)
{
    count_t *count = user;

    sio__list_remove(&count->link);
    if (count->classic)
        sio__cluster_counted(&count->classic->cluster, count->request_id,
                             sio__redis_subscribers(reply));
    sio__free(count);
}

/* While Redis is away nobody knows; it isn't waited for. */
static void count_servers(sio__cluster_t *cluster, const char *request_id)
{
    classic_t *classic = of_cluster(cluster);
    sio__redis_t *commands = classic->maker->hub.commands;
    bool connected = commands && sio__redis_connected(commands);
    count_t *count = connected ? sio__malloc(sizeof(*count)) : NULL;

    if (count) {
        sio__list_append(&classic->counts, &count->link);
        count->classic = classic;
        snprintf(count->request_id, sizeof(count->request_id), "%s", request_id);
        if (SIO__REDIS_COMMAND(commands, on_count, count, SIO__WORD("PUBSUB"), SIO__WORD("NUMSUB"),
                               sio__buf_span(&classic->requests)) == 0)
            return;
        sio__list_remove(&count->link);
        sio__free(count);
    }
    sio__cluster_counted(cluster, request_id, 0);
}

/* --------------------------------------------------------------------------------- what comes in
 */

static bool decode(classic_t *classic, sio__classic_channel_t channel, sio__span_t bytes,
                   sio__classic_request_t *request)
{
    maker_t *maker = classic->maker;

    maker->hub.received++;
    if (sio__classic_decode(&classic->decoder, parser_of(maker), channel,
                            classic->cluster.base.host->name, bytes, request))
        return true;
    maker->hub.refused++;
    SIO__LOG(maker->hub.log, SIO__WARN, area, "%s: a message that can't be read (%zu bytes)",
             classic->cluster.base.host->name, bytes.len);
    return false;
}

/* The room in the channel's name; "": all. False: another namespace's channel, which the pattern
 * can't tell apart. */
static bool room_of(const classic_t *classic, sio__span_t channel, sio__span_t *room)
{
    size_t prefix = classic->broadcasts.len;

    if (channel.len < prefix || memcmp(channel.data, classic->broadcasts.data, prefix) != 0)
        return false;
    *room = (sio__span_t){channel.data + prefix, channel.len - prefix};
    if (room->len)
        room->len--; /* the # */
    return true;
}

static bool is_mine(const classic_t *classic, sio__span_t message)
{
    return classic->mine.len && message.len > classic->mine.len &&
           memcmp(message.data, classic->mine.data, classic->mine.len) == 0;
}

static void on_broadcast(void *subscriber, sio__span_t channel, sio__span_t message)
{
    classic_t *classic = subscriber;
    const sio__adapter_t *adapter = &classic->cluster.base;
    sio__classic_request_t request;
    sio__span_t room;

    if (!room_of(classic, channel, &room) || is_mine(classic, message) ||
        (room.len && !adapter->ops->has_room(adapter, room)))
        return;
    if (decode(classic, SIO__CLASSIC_BROADCASTS, message, &request))
        sio__cluster_receive(&classic->cluster, &request.message, NULL);
}

/* ------------------------------------------------------------------ requests of older servers */

typedef struct ids {
    sio__buf_t json;
} ids_t;

static void add_id(sio__member_t *member, void *user)
{
    ids_t *ids = user;

    sio__buf_append_str(&ids->json, ids->json.len > 1 ? ",\"" : "\"");
    sio__buf_append_str(&ids->json, member->id);
    sio__buf_append_char(&ids->json, '"');
}

static void tell_ids(classic_t *classic, const sio__classic_request_t *request)
{
    sio__adapter_t *adapter = &classic->cluster.base;
    ids_t ids = {SIO__BUF_INIT};

    sio__buf_append_char(&ids.json, '[');
    adapter->ops->apply(adapter, &request->message.audience, add_id, &ids);
    sio__buf_append_char(&ids.json, ']');
    if (!ids.json.failed)
        respond(&classic->cluster, request->message.uid,
                &(sio__cluster_message_t){.type = SIO__FETCH_SOCKETS_RESPONSE,
                                          .nsp = adapter->host->name,
                                          .request_id = request->message.request_id,
                                          .sockets = sio__buf_span(&ids.json)});
    sio__buf_free(&ids.json);
}

static void act_on_one(classic_t *classic, const sio__classic_request_t *request)
{
    sio__adapter_t *adapter = &classic->cluster.base;
    sio__adapter_host_t *host = adapter->host;
    sio__member_t *member = adapter->ops->find(adapter, request->sid);

    if (!member)
        return;
    if (request->legacy == SIO__CLASSIC_JOIN)
        host->ops->join(host, member, request->room);
    else if (request->legacy == SIO__CLASSIC_LEAVE)
        host->ops->leave(host, member, request->room);
    else
        host->ops->disconnect(host, member, request->message.close);
    sio__buf_clear(&classic->maker->out);
    sio__classic_encode_done(request->message.request_id, &classic->maker->out);
    if (!classic->maker->out.failed)
        sio__redis_hub_publish(&classic->maker->hub, "PUBLISH", sio__buf_span(&classic->responses),
                               sio__buf_span(&classic->maker->out));
}

static void on_request(void *subscriber, sio__span_t channel, sio__span_t message)
{
    classic_t *classic = subscriber;
    sio__classic_request_t request;

    (void)channel;
    if (!decode(classic, SIO__CLASSIC_REQUESTS, message, &request))
        return;
    if (request.legacy == SIO__CLASSIC_NOT_LEGACY)
        sio__cluster_receive(&classic->cluster, &request.message, NULL);
    else if (request.legacy == SIO__CLASSIC_SOCKETS)
        tell_ids(classic, &request);
    else
        act_on_one(classic, &request);
}

/* Everybody hears all answers; most are to others' requests. */
static void on_response(void *subscriber, sio__span_t channel, sio__span_t message)
{
    classic_t *classic = subscriber;
    sio__classic_request_t request;

    (void)channel;
    if (sio__pending_empty(&classic->cluster.pending))
        return;
    if (decode(classic, SIO__CLASSIC_RESPONSES, message, &request))
        sio__cluster_receive_response(&classic->cluster, &request.message);
}

/* ---------------------------------------------------------------------------------- an adapter */

static void free_names(classic_t *classic)
{
    sio__buf_free(&classic->broadcasts);
    sio__buf_free(&classic->pattern);
    sio__buf_free(&classic->requests);
    sio__buf_free(&classic->responses);
    sio__buf_free(&classic->own_responses);
    sio__buf_free(&classic->mine);
}

static void forget_counts(classic_t *classic)
{
    sio__list_t *node;

    while ((node = sio__list_pop(&classic->counts)))
        SIO__CONTAINER(node, count_t, link)->classic = NULL;
}

static void unsubscribe(classic_t *classic)
{
    sio__redis_t *messages = classic->maker->hub.messages;

    if (!messages)
        return;
    sio__redis_unsubscribe(messages, SIO__REDIS_PATTERN, sio__buf_span(&classic->pattern));
    sio__redis_unsubscribe(messages, SIO__REDIS_CHANNEL, sio__buf_span(&classic->requests));
    sio__redis_unsubscribe(messages, SIO__REDIS_CHANNEL, sio__buf_span(&classic->responses));
    sio__redis_unsubscribe(messages, SIO__REDIS_CHANNEL, sio__buf_span(&classic->own_responses));
}

static void free_classic(sio__cluster_t *cluster)
{
    classic_t *classic = of_cluster(cluster);

    unsubscribe(classic);
    forget_counts(classic);
    sio__cluster_close(cluster);
    sio__cluster_decoder_free(&classic->decoder);
    free_names(classic);
    sio__free(classic);
}

static const sio__cluster_transport_t transport = {
    .publish = publish,
    .respond = respond,
    .count = count_servers,
    .asks_for_rooms = true,
    .free = free_classic,
};

static int subscribe(classic_t *classic)
{
    sio__redis_t *messages = classic->maker->hub.messages;

    if (!messages)
        return 0;
    if (sio__redis_subscribe(messages, SIO__REDIS_PATTERN, sio__buf_span(&classic->pattern),
                             on_broadcast, classic) ||
        sio__redis_subscribe(messages, SIO__REDIS_CHANNEL, sio__buf_span(&classic->requests),
                             on_request, classic) ||
        sio__redis_subscribe(messages, SIO__REDIS_CHANNEL, sio__buf_span(&classic->responses),
                             on_response, classic))
        return -1;
    return sio__redis_subscribe(messages, SIO__REDIS_CHANNEL,
                                sio__buf_span(&classic->own_responses), on_response, classic);
}

/* What means something in a pattern stands for itself. */
static void put_pattern(sio__buf_t *pattern, sio__span_t channel)
{
    for (size_t i = 0; i < channel.len; i++) {
        if (strchr("*?[]^\\", channel.data[i]))
            sio__buf_append_char(pattern, '\\');
        sio__buf_append_char(pattern, channel.data[i]);
    }
    sio__buf_append_char(pattern, '*');
}

static bool name_channels(classic_t *classic, const char *nsp)
{
    const char *key = classic->maker->key, *uid = classic->cluster.uid;

    sio__classic_put_name(&classic->broadcasts, key, "#", nsp, NULL);
    put_pattern(&classic->pattern, sio__buf_span(&classic->broadcasts));
    sio__classic_put_name(&classic->requests, key, "-request#", nsp, NULL);
    sio__classic_put_name(&classic->responses, key, "-response#", nsp, NULL);
    sio__classic_put_name(&classic->own_responses, key, "-response#", nsp, uid);
    if (!parser_of(classic->maker)) {
        sio__msgpack_put_array_head(&classic->mine, 3);
        sio__msgpack_put_text(&classic->mine, uid);
    }
    return !classic->broadcasts.failed && !classic->pattern.failed && !classic->requests.failed &&
           !classic->responses.failed && !classic->own_responses.failed && !classic->mine.failed;
}

static sio__adapter_t *make(sio_adapter_t *base, sio__adapter_host_t *host)
{
    maker_t *maker = SIO__CONTAINER(sio__redis_hub_of(base), maker_t, hub);
    classic_t *classic = sio__calloc(1, sizeof(*classic));
    sio__cluster_options_t options = {.requests_timeout_ms = maker->requests_timeout_ms};

    if (!classic)
        return NULL;
    classic->maker = maker;
    sio__list_init(&classic->counts);
    if (sio__cluster_init(&classic->cluster, host, &transport, &options)) {
        sio__free(classic);
        return NULL;
    }
    sio__cluster_decoder_init(&classic->decoder, host->max_json_depth);
    if (name_channels(classic, host->name) && subscribe(classic) == 0)
        return &classic->cluster.base;
    free_classic(&classic->cluster);
    return NULL;
}

/* ----------------------------------------------------------------------------------- the maker */

static void free_maker(sio_adapter_t *base)
{
    maker_t *maker = SIO__CONTAINER(sio__redis_hub_of(base), maker_t, hub);

    sio__redis_hub_end(&maker->hub);
    sio__buf_free(&maker->channel);
    sio__buf_free(&maker->out);
    sio__free(maker->key);
    sio__free(maker);
}

static const sio__maker_ops_t ops = {
    .library = sio__redis_library,
    .open = sio__redis_hub_open,
    .adapter = make,
    .close = sio__redis_hub_close,
    .free = free_maker,
};

static bool apply(maker_t *maker, const sio_redis_options_t *options)
{
    maker->key = sio__strdup(options->key ? options->key : "socket.io");
    maker->requests_timeout_ms = options->requests_timeout_ms;
    maker->specific_responses = options->publish_on_specific_response_channel;
    if (options->parser && options->parser->size >= sizeof(maker->parser)) {
        maker->parser = *options->parser;
        maker->codec = sio__redis_codec(&maker->parser);
    }
    return maker->key != NULL;
}

sio_adapter_t *sio_redis_adapter(const char *url, const sio_redis_options_t *options)
{
    sio_redis_options_t known = {.size = sizeof(known)};
    maker_t *maker = sio__redis_library_ready() ? sio__calloc(1, sizeof(*maker)) : NULL;

    if (!maker)
        return NULL;
    if (options)
        memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
    sio__redis_hub_init(&maker->hub, &ops, url, known.connection);
    if (apply(maker, &known))
        return &maker->hub.base;
    free_maker(&maker->hub.base);
    return NULL;
}
