#include "socketio/plain_limits.h"

#include "base/alloc.h"

#include <string.h>

enum { KEPT_MS = 2000 }; /* until its buckets are full again */

struct sio__quota {
    sio__map_node_t node;
    sio__quotas_t *quotas;
    unsigned connections;
    eio_bucket_t messages, bytes;
    sio__timer_t expiry; /* runs when it has no connection */
    char key[];
};

void sio__quotas_init(sio__quotas_t *quotas, eio_loop_t *loop)
{
    quotas->loop = loop;
    sio__map_init(&quotas->by_key);
}

static void forget(sio__quota_t *quota)
{
    eio_timer_stop(quota->quotas->loop, &quota->expiry);
    sio__map_remove(&quota->quotas->by_key, &quota->node);
    sio__free(quota);
}

static void on_expiry(sio__timer_t *timer)
{
    forget(SIO__CONTAINER(timer, sio__quota_t, expiry));
}

void sio__quotas_close(sio__quotas_t *quotas)
{
    for (size_t i = 0; quotas->by_key.buckets && i <= quotas->by_key.mask; i++)
        while (quotas->by_key.buckets[i])
            forget(SIO__CONTAINER(quotas->by_key.buckets[i], sio__quota_t, node));
    sio__map_free(&quotas->by_key);
    sio__map_init(&quotas->by_key);
}

static sio__quota_t *find_or_add(sio__quotas_t *quotas, const char *key)
{
    size_t len = strlen(key);
    sio__map_node_t *node = sio__map_find(&quotas->by_key, key, len);
    uint64_t now = eio_loop_now(quotas->loop);
    sio__quota_t *quota;

    if (node)
        return SIO__CONTAINER(node, sio__quota_t, node);
    quota = sio__malloc(sizeof(*quota) + len + 1);
    if (!quota)
        return NULL;
    *quota = (sio__quota_t){.quotas = quotas};
    memcpy(quota->key, key, len + 1);
    eio_bucket_fill(&quota->messages, quotas->messages_per_second, now);
    eio_bucket_fill(&quota->bytes, quotas->bytes_per_second, now);
    sio__timer_init(&quota->expiry, on_expiry);
    if (sio__map_insert(&quotas->by_key, &quota->node, quota->key, len) == 0)
        return quota;
    sio__free(quota);
    return NULL;
}

sio__quota_t *sio__quota_enter(sio__quotas_t *quotas, const char *key, bool *refused)
{
    bool limited = quotas->connections || quotas->messages_per_second || quotas->bytes_per_second;
    sio__quota_t *quota;

    *refused = false;
    if (!limited || !*key)
        return NULL;
    quota = find_or_add(quotas, key);
    *refused = !quota || (quotas->connections && quota->connections >= quotas->connections);
    if (*refused)
        return NULL;
    eio_timer_stop(quotas->loop, &quota->expiry);
    quota->connections++;
    return quota;
}

void sio__quota_leave(sio__quota_t *quota)
{
    if (quota && --quota->connections == 0)
        eio_timer_start(quota->quotas->loop, &quota->expiry, KEPT_MS);
}

bool sio__quota_take(sio__quota_t *quota, size_t bytes)
{
    const sio__quotas_t *quotas = quota ? quota->quotas : NULL;
    uint64_t now = quota ? eio_loop_now(quotas->loop) : 0;

    if (!quota)
        return true;
    if (quotas->messages_per_second &&
        !eio_bucket_take(&quota->messages, quotas->messages_per_second, 1, now))
        return false;
    return !quotas->bytes_per_second ||
           eio_bucket_take(&quota->bytes, quotas->bytes_per_second, bytes, now);
}
