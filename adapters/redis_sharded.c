/* Clusters over sharded Pub/Sub: a channel for all, one for the answers to each server, and (in the
 * dynamic modes) one for each room that somebody here is in. */
#include "adapters/cluster.h"
#include "adapters/redis_shards.h"
#include "base/alloc.h"

enum { SOCKET_ID_LEN = 20 };

static const char area[] = "socket.io-redis";

typedef struct maker {
    sio__redis_hub_t hub;
    sio__shards_t shards;
    char *prefix;
    enum sio_redis_subscription_mode mode;
    sio__cluster_options_t options;
    void (*closed)(void *user);
    void *closed_user;
} maker_t;

typedef struct sharded {
    sio__cluster_t cluster;
    maker_t *maker;
    sio__buf_t main_channel, own_channel;
    sio__buf_t channel, message; /* used again for each */
    sio__cluster_decoder_t decoder;
} sharded_t;

static sharded_t *of_cluster(sio__cluster_t *cluster)
{
    return SIO__CONTAINER(cluster, sharded_t, cluster);
}

/* ---------------------------------------------------------------------------------- channels */

/* "<prefix>#<namespace>#<rest>#" */
static sio__span_t sub_channel(sharded_t *sharded, const char *rest)
{
    return sio__redis_sub_channel(&sharded->channel, &sharded->main_channel, rest);
}

static bool has_one_room(const sio__audience_t *audience)
{
    return audience->rooms && audience->rooms[0] && !audience->rooms[1];
}

/* Upstream's rule for those that emit: what looks like a socket's id is one. */
static bool has_own_channel(enum sio_redis_subscription_mode mode, const char *room)
{
    return mode == SIO_REDIS_DYNAMIC_PRIVATE ||
           (mode == SIO_REDIS_DYNAMIC && strlen(room) != SOCKET_ID_LEN);
}

static sio__span_t channel_for(sharded_t *sharded, const sio__cluster_message_t *message)
{
    if (message->type == SIO__BROADCAST && !message->request_id &&
        has_one_room(&message->audience) &&
        has_own_channel(sharded->maker->mode, message->audience.rooms[0]))
        return sub_channel(sharded, message->audience.rooms[0]);
    return sio__buf_span(&sharded->main_channel);
}

/* ------------------------------------------------------------------------------- the transport */

static void send_message(sharded_t *sharded, sio__span_t channel,
                         const sio__cluster_message_t *message)
{
    sio__buf_clear(&sharded->message);
    if (channel.data && sio__cluster_encode(message, SIO__JSON_IF_TEXT, &sharded->message) == 0)
        sio__shards_publish(&sharded->maker->shards, channel, sio__buf_span(&sharded->message));
    else
        sharded->maker->hub.dropped++;
}

static bool sharded_publish(sio__cluster_t *cluster, const sio__cluster_message_t *message)
{
    sharded_t *sharded = of_cluster(cluster);

    send_message(sharded, channel_for(sharded, message), message);
    return false;
}

static void sharded_respond(sio__cluster_t *cluster, const char *uid,
                            const sio__cluster_message_t *response)
{
    sharded_t *sharded = of_cluster(cluster);

    send_message(sharded, sub_channel(sharded, uid), response);
}

static void on_counted(void *user, const char *request_id, uint64_t count)
{
    sharded_t *sharded = user;

    sio__cluster_counted(&sharded->cluster, request_id, count);
}

static void sharded_count(sio__cluster_t *cluster, const char *request_id)
{
    sharded_t *sharded = of_cluster(cluster);

    if (sharded->maker->shards.closing ||
        sio__shards_count(&sharded->maker->shards, sio__buf_span(&sharded->main_channel),
                          on_counted, sharded, request_id))
        sio__cluster_counted(cluster, request_id, 0);
}

static void take_message(void *subscriber, sio__span_t channel, sio__span_t bytes)
{
    sharded_t *sharded = subscriber;
    sio__cluster_message_t message;

    sharded->maker->hub.received++;
    if (!sio__cluster_decode(&sharded->decoder, bytes, &message)) {
        sharded->maker->hub.refused++;
        SIO__LOG(sharded->maker->hub.log, SIO__DEBUG, area, "a malformed message of %zu bytes",
                 bytes.len);
    } else if (sio__span_equal(channel, sio__buf_span(&sharded->own_channel))) {
        sio__cluster_receive_response(&sharded->cluster, &message);
    } else {
        sio__cluster_receive(&sharded->cluster, &message, NULL);
    }
}

/* -------------------------------------------------------------------------------------- rooms */

static int subscribe(sharded_t *sharded, sio__span_t channel)
{
    return channel.data
               ? sio__shards_subscribe(&sharded->maker->shards, channel, take_message, sharded)
               : -1;
}

/* Rooms of ids have no channels in the dynamic mode, whose rule for those that receive is exact. */
static bool subscribes_to(const sharded_t *sharded, const char *room)
{
    const sio__adapter_t *adapter = &sharded->cluster.base;

    switch (sharded->maker->mode) {
    case SIO_REDIS_DYNAMIC:
        return !adapter->ops->find(adapter, room);
    case SIO_REDIS_DYNAMIC_PRIVATE:
        return true;
    default:
        return false;
    }
}

static void sharded_room_changed(sio__cluster_t *cluster, int change, const char *room,
                                 const char *id)
{
    sharded_t *sharded = of_cluster(cluster);

    (void)id;
    if ((change != SIO__CREATE_ROOM && change != SIO__DELETE_ROOM) || !subscribes_to(sharded, room))
        return;
    if (change == SIO__DELETE_ROOM)
        sio__shards_unsubscribe(&sharded->maker->shards, sub_channel(sharded, room));
    else if (subscribe(sharded, sub_channel(sharded, room)))
        SIO__LOG(sharded->maker->hub.log, SIO__ERROR, area,
                 "out of memory: nothing of other servers comes to room %s", room);
}

/* --------------------------------------------------------------------------------------- life */

static void free_buffers(sharded_t *sharded)
{
    sio__buf_free(&sharded->main_channel);
    sio__buf_free(&sharded->own_channel);
    sio__buf_free(&sharded->channel);
    sio__buf_free(&sharded->message);
    sio__cluster_decoder_free(&sharded->decoder);
}

static void sharded_free(sio__cluster_t *cluster)
{
    sharded_t *sharded = of_cluster(cluster);
    sio__shards_t *shards = &sharded->maker->shards;

    sio__shards_unsubscribe(shards, sio__buf_span(&sharded->main_channel));
    sio__shards_unsubscribe(shards, sio__buf_span(&sharded->own_channel));
    sio__shards_forget(shards, sharded);
    sio__cluster_close(cluster);
    free_buffers(sharded);
    sio__free(sharded);
}

static const sio__cluster_transport_t transport = {
    .publish = sharded_publish,
    .respond = sharded_respond,
    .count = sharded_count,
    .room_changed = sharded_room_changed,
    .free = sharded_free,
};

static int open_channels(sharded_t *sharded, const char *nsp)
{
    sio__buf_t *main_channel = &sharded->main_channel;
    bool named = sio__redis_name_channels(main_channel, &sharded->own_channel,
                                          sharded->maker->prefix, nsp, sharded->cluster.uid);

    return !named || subscribe(sharded, sio__buf_span(main_channel)) ||
                   subscribe(sharded, sio__buf_span(&sharded->own_channel))
               ? -1
               : 0;
}

static maker_t *maker_of(sio_adapter_t *base)
{
    return SIO__CONTAINER(sio__redis_hub_of(base), maker_t, hub);
}

static sio__adapter_t *new_adapter(sio_adapter_t *base, sio__adapter_host_t *host)
{
    maker_t *maker = maker_of(base);
    sharded_t *sharded = sio__calloc(1, sizeof(*sharded));

    if (!sharded)
        return NULL;
    sharded->maker = maker;
    sio__cluster_decoder_init(&sharded->decoder, host->max_json_depth);
    if (sio__cluster_init(&sharded->cluster, host, &transport, &maker->options)) {
        free_buffers(sharded);
        sio__free(sharded);
        return NULL;
    }
    if (open_channels(sharded, host->name) == 0)
        return &sharded->cluster.base;
    sharded_free(&sharded->cluster);
    return NULL;
}

static int open_maker(sio_adapter_t *base, const sio__adapter_setup_t *setup)
{
    maker_t *maker = maker_of(base);
    int error;

    if (maker->mode < SIO_REDIS_DYNAMIC || maker->mode > SIO_REDIS_STATIC)
        return SIO_EINVAL;
    sio__shards_prepare(&maker->shards, &maker->hub);
    error = maker->prefix ? sio__redis_hub_open(base, setup) : SIO_ENOMEM;

    if (error)
        return error;
    return sio__shards_open(&maker->shards, &maker->hub) ? SIO_ENOMEM : SIO_OK;
}

static void on_shards_closed(void *user)
{
    maker_t *maker = user;

    sio__redis_hub_close(&maker->hub.base, maker->closed, maker->closed_user);
}

static void close_maker(sio_adapter_t *base, void (*closed)(void *user), void *user)
{
    maker_t *maker = maker_of(base);

    maker->closed = closed;
    maker->closed_user = user;
    sio__shards_close(&maker->shards, on_shards_closed, maker);
}

static void free_maker(sio_adapter_t *base)
{
    maker_t *maker = maker_of(base);

    sio__redis_hub_end(&maker->hub);
    sio__free(maker->prefix);
    sio__free(maker);
}

static const sio__maker_ops_t maker_ops = {
    .library = sio__redis_library,
    .open = open_maker,
    .adapter = new_adapter,
    .close = close_maker,
    .free = free_maker,
};

sio_adapter_t *sio_redis_sharded_adapter(const char *url,
                                         const sio_redis_sharded_options_t *options)
{
    sio_redis_sharded_options_t known = {.size = sizeof(known)};
    maker_t *maker;

    if (!sio__redis_library_ready())
        return NULL;
    if (options)
        memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
    maker = sio__calloc(1, sizeof(*maker));
    if (!maker)
        return NULL;
    sio__redis_hub_init(&maker->hub, &maker_ops, url, known.connection);
    maker->prefix = sio__strdup(known.channel_prefix ? known.channel_prefix : "socket.io");
    maker->mode = known.subscription_mode;
    maker->options.requests_timeout_ms = known.requests_timeout_ms;
    return &maker->hub.base;
}
