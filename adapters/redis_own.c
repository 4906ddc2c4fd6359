#include "adapters/redis_streams.h"
#include "base/alloc.h"

enum {
    WAIT_MS = 2000,  /* for a broadcast to come back, before its clients get it without */
    KEPT_MS = 60000, /* one that they have, should it come back after all */
    SWEEP_MS = 500,
    OWN_MAX = 100000
};

typedef struct own {
    sio__list_t link;
    sio__streams_t *streams;
    uint64_t hash, since;
    bool delivered;
    bool answered; /* Redis has, or the connection broke */
    bool back;     /* in the stream */
    size_t len;
    char data[];
} own_t;

static uint64_t now_of(const sio__streams_t *streams)
{
    const sio__adapter_host_t *host = streams->cluster.base.host;

    return host->ops->now(host);
}

static uint64_t hash_of(const sio__streams_t *streams, sio__span_t data)
{
    return sio__siphash(streams->hash_seed, data.data, data.len);
}

static void unlist(own_t *own)
{
    sio__list_remove(&own->link);
    own->streams->own_count--;
    own->back = true;
    if (own->answered)
        sio__free(own);
}

static sio__cluster_entry_t entry_of(const sio__streams_t *streams, const own_t *own)
{
    const char *nsp = streams->cluster.base.host->name;

    return (sio__cluster_entry_t){
        .uid = SIO__WORD(streams->cluster.uid),
        .nsp = SIO__WORD(nsp),
        .type = SIO__WORD("3"),
        .data = {own->data, own->len},
    };
}

static void deliver(sio__streams_t *streams, const sio__cluster_message_t *message, const char *id)
{
    sio__server_side_t event = {message->packet, message->attachments.items,
                                message->attachments.count};

    sio__cluster_deliver(&streams->cluster, &message->audience, &event,
                         sio__streams_offset(message, id));
}

/* Local delivery doesn't wait for Redis for long: with the offset of what came before. */
static void deliver_early(own_t *own)
{
    sio__streams_t *streams = own->streams;
    sio__cluster_entry_t entry = entry_of(streams, own);
    const char *last = streams->reader->reader.last;
    sio__cluster_message_t message;

    own->delivered = true;
    if (sio__cluster_decode_entry(&streams->decoder, &entry, &message))
        deliver(streams, &message, *last ? last : NULL);
}

static void on_added(const redisReply *reply, void *user)
{
    own_t *own = user;
    sio__streams_t *streams = own->streams;
    bool added = reply && reply->type != REDIS_REPLY_ERROR;

    own->answered = true;
    if (added)
        streams->maker->hub.published++;
    else
        streams->maker->hub.dropped++;
    if (own->back) {
        sio__free(own);
        return;
    }
    if (!added && !own->delivered)
        deliver_early(own);
    if (reply && !added)
        unlist(own);
}

static void on_sweep(sio__timer_t *timer)
{
    sio__streams_t *streams = SIO__CONTAINER(timer, sio__streams_t, own_timer);
    sio__adapter_host_t *host = streams->cluster.base.host;
    uint64_t now = now_of(streams);
    sio__list_t *node = streams->own.next;

    while (node != &streams->own) {
        own_t *own = SIO__CONTAINER(node, own_t, link);

        if (now - own->since < WAIT_MS)
            break;
        node = node->next;
        if (!own->delivered)
            deliver_early(own);
        else if (own->answered && now - own->since > KEPT_MS)
            unlist(own);
    }
    if (!sio__list_empty(&streams->own))
        host->ops->timer_start(host, &streams->own_timer, SWEEP_MS);
}

void sio__own_open(sio__streams_t *streams)
{
    sio__list_init(&streams->own);
    sio__timer_init(&streams->own_timer, on_sweep);
    streams->hash_seed[0] = (uint64_t)(uintptr_t)streams;
}

static own_t *new_own(sio__streams_t *streams, sio__span_t data)
{
    own_t *own = sio__calloc(1, sizeof(*own) + data.len);

    if (!own)
        return NULL;
    memcpy(own->data, data.data, data.len);
    own->len = data.len;
    own->streams = streams;
    own->since = now_of(streams);
    own->hash = hash_of(streams, data);
    sio__list_append(&streams->own, &own->link);
    streams->own_count++;
    return own;
}

void sio__own_publish(sio__streams_t *streams, const sio__cluster_message_t *message)
{
    sio__adapter_host_t *host = streams->cluster.base.host;
    sio__buf_t *data = &streams->message;
    own_t *own;

    sio__buf_clear(data);
    own = sio__cluster_encode_entry(message, data) == 0
              ? new_own(streams, (sio__span_t){data->data, data->len})
              : NULL;
    if (!own) {
        SIO__LOG(host->log, SIO__ERROR, "socket.io-redis", "out of memory: a broadcast is lost");
        streams->maker->hub.dropped++;
        return;
    }
    if (sio__streams_add(streams, message->type, (sio__span_t){own->data, own->len}, on_added,
                         own)) {
        on_added(NULL, own);
        unlist(own);
    } else if (!sio__reader_reads(&streams->reader->reader) || streams->own_count > OWN_MAX) {
        deliver_early(own);
    }
    if (!sio__timer_active(&streams->own_timer) && !sio__list_empty(&streams->own))
        host->ops->timer_start(host, &streams->own_timer, SWEEP_MS);
}

void sio__own_entry(sio__streams_t *streams, const char *id, sio__span_t data,
                    const sio__cluster_message_t *message)
{
    uint64_t hash = hash_of(streams, data);

    for (sio__list_t *node = streams->own.next; node != &streams->own; node = node->next) {
        own_t *own = SIO__CONTAINER(node, own_t, link);
        bool delivered = own->delivered;

        if (own->hash != hash || !sio__span_equal((sio__span_t){own->data, own->len}, data))
            continue;
        unlist(own);
        if (!delivered)
            deliver(streams, message, id);
        return;
    }
}

void sio__own_close(sio__streams_t *streams)
{
    sio__adapter_host_t *host = streams->cluster.base.host;

    host->ops->timer_stop(host, &streams->own_timer);
    while (!sio__list_empty(&streams->own)) {
        own_t *own = SIO__CONTAINER(streams->own.next, own_t, link);

        if (!own->answered && streams->maker->hub.commands)
            sio__redis_forget(streams->maker->hub.commands, own);
        own->answered = true;
        unlist(own);
    }
}
