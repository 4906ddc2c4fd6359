#include "adapters/cluster_nodes.h"

#include "base/alloc.h"

#include <string.h>

enum {
    SWEEP_MS = 1000,
    NODES_MAX = 10000 /* what isn't believed to be servers */
};

typedef struct node {
    sio__map_node_t by_uid;
    sio__list_t link;
    uint64_t heard_at;
    char uid[SIO__UID_SIZE];
} node_t;

static void on_heartbeat(sio__timer_t *timer)
{
    sio__nodes_t *nodes = SIO__CONTAINER(timer, sio__nodes_t, heartbeat);

    nodes->beat(nodes);
}

static void remove_node(sio__nodes_t *nodes, node_t *node)
{
    char uid[SIO__UID_SIZE];

    memcpy(uid, node->uid, sizeof(uid));
    sio__map_remove(&nodes->by_uid, &node->by_uid);
    sio__list_remove(&node->link);
    sio__free(node);
    if (nodes->gone)
        nodes->gone(nodes, uid);
}

static void on_sweep(sio__timer_t *timer)
{
    sio__nodes_t *nodes = SIO__CONTAINER(timer, sio__nodes_t, sweep);
    uint64_t now = nodes->host->ops->now(nodes->host);

    while (!sio__list_empty(&nodes->all)) {
        node_t *oldest = SIO__CONTAINER(nodes->all.next, node_t, link);

        if (now - oldest->heard_at <= nodes->timeout_ms)
            break;
        SIO__LOG(nodes->host->log, SIO__INFO, "socket.io:adapter", "server %s seems down",
                 oldest->uid);
        remove_node(nodes, oldest);
    }
    if (!sio__list_empty(&nodes->all))
        nodes->host->ops->timer_start(nodes->host, &nodes->sweep, SWEEP_MS);
}

void sio__nodes_init(sio__nodes_t *nodes, sio__adapter_host_t *host, uint64_t interval_ms,
                     uint64_t timeout_ms)
{
    *nodes = (sio__nodes_t){.host = host, .interval_ms = interval_ms, .timeout_ms = timeout_ms};
    sio__map_init(&nodes->by_uid);
    sio__list_init(&nodes->all);
    sio__timer_init(&nodes->heartbeat, on_heartbeat);
    sio__timer_init(&nodes->sweep, on_sweep);
}

void sio__nodes_close(sio__nodes_t *nodes)
{
    nodes->gone = NULL;
    nodes->host->ops->timer_stop(nodes->host, &nodes->heartbeat);
    nodes->host->ops->timer_stop(nodes->host, &nodes->sweep);
    while (!sio__list_empty(&nodes->all))
        remove_node(nodes, SIO__CONTAINER(nodes->all.next, node_t, link));
    sio__map_free(&nodes->by_uid);
}

void sio__nodes_published(sio__nodes_t *nodes)
{
    nodes->host->ops->timer_start(nodes->host, &nodes->heartbeat, nodes->interval_ms);
}

static node_t *find(const sio__nodes_t *nodes, const char *uid)
{
    sio__map_node_t *node = sio__map_find(&nodes->by_uid, uid, strlen(uid));

    return node ? SIO__CONTAINER(node, node_t, by_uid) : NULL;
}

static node_t *new_node(sio__nodes_t *nodes, const char *uid)
{
    size_t len = strlen(uid);
    node_t *node = len < SIO__UID_SIZE && nodes->by_uid.count < NODES_MAX
                       ? sio__calloc(1, sizeof(*node))
                       : NULL;

    if (!node)
        return NULL;
    sio__list_init(&node->link);
    memcpy(node->uid, uid, len + 1);
    if (sio__map_insert(&nodes->by_uid, &node->by_uid, node->uid, len) == 0)
        return node;
    sio__free(node);
    return NULL;
}

void sio__nodes_heard(sio__nodes_t *nodes, const char *uid)
{
    node_t *node = find(nodes, uid);

    if (!node)
        node = new_node(nodes, uid);
    if (!node)
        return;
    if (sio__list_linked(&node->link))
        sio__list_remove(&node->link);
    sio__list_append(&nodes->all, &node->link);
    node->heard_at = nodes->host->ops->now(nodes->host);
    if (!sio__timer_active(&nodes->sweep))
        nodes->host->ops->timer_start(nodes->host, &nodes->sweep, SWEEP_MS);
}

void sio__nodes_remove(sio__nodes_t *nodes, const char *uid)
{
    node_t *node = find(nodes, uid);

    if (node)
        remove_node(nodes, node);
}

size_t sio__nodes_count(const sio__nodes_t *nodes)
{
    return nodes->by_uid.count;
}

bool sio__nodes_each(const sio__nodes_t *nodes, bool (*fn)(const char *uid, void *user), void *user)
{
    const sio__list_t *at;

    for (at = nodes->all.next; at != &nodes->all; at = at->next)
        if (!fn(SIO__CONTAINER(at, const node_t, link)->uid, user))
            return false;
    return true;
}
