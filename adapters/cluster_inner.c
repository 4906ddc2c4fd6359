/* The host of the memory adapter within a cluster: what it asks for goes on to the namespace, and
 * transports hear of rooms. */
#include "adapters/cluster.h"

static sio__cluster_t *of_inner(sio__adapter_host_t *inner)
{
    return SIO__CONTAINER(inner, sio__cluster_t, inner);
}

static void inner_join(sio__adapter_host_t *inner, sio__member_t *member, const char *room)
{
    sio__adapter_host_t *host = of_inner(inner)->base.host;

    host->ops->join(host, member, room);
}

static void inner_leave(sio__adapter_host_t *inner, sio__member_t *member, const char *room)
{
    sio__adapter_host_t *host = of_inner(inner)->base.host;

    host->ops->leave(host, member, room);
}

static void inner_disconnect(sio__adapter_host_t *inner, sio__member_t *member, bool close)
{
    sio__adapter_host_t *host = of_inner(inner)->base.host;

    host->ops->disconnect(host, member, close);
}

static void inner_room_changed(sio__adapter_host_t *inner, int change, const char *room,
                               const char *id)
{
    sio__cluster_t *cluster = of_inner(inner);
    sio__adapter_host_t *host = cluster->base.host;

    if (cluster->transport->room_changed)
        cluster->transport->room_changed(cluster, change, room, id);
    host->ops->room_changed(host, change, room, id);
}

const sio__adapter_host_ops_t sio__cluster_inner_ops = {
    .join = inner_join,
    .leave = inner_leave,
    .disconnect = inner_disconnect,
    .room_changed = inner_room_changed,
};
