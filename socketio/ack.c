#include "socketio/ack.h"

#include "base/alloc.h"

typedef struct ack_key {
    const sio_socket_t *socket;
    uint64_t id;
} ack_key_t;

struct sio__ack {
    sio__map_node_t by_key;
    ack_key_t key;
    sio__list_t of_socket;
    sio__list_t of_group; /* acknowledgements of one broadcast */
    sio__timer_t timer;
    unsigned timeout_ms;
    sio_server_t *server; /* NULL: it doesn't wait */
    sio_reply_fn fn;
    void *user;
};

static sio__ack_t *ack_of_timer(sio__timer_t *timer)
{
    return SIO__CONTAINER(timer, sio__ack_t, timer);
}

static void on_timeout(sio__timer_t *timer)
{
    sio__ack_t *ack = ack_of_timer(timer);

    ack->server->counts.acks_timed_out++;
    SIO__LOG(&ack->server->log, SIO__DEBUG, "socket.io:socket", "no acknowledgement within %u ms",
             ack->timeout_ms);
    sio__ack_end(ack, SIO_ETIMEDOUT, NULL);
}

sio__ack_t *sio__ack_new(sio_reply_fn fn, void *user, unsigned timeout_ms, uint64_t id)
{
    sio__ack_t *ack = fn ? sio__calloc(1, sizeof(*ack)) : NULL;

    if (!ack)
        return NULL;
    ack->fn = fn;
    ack->user = user;
    ack->timeout_ms = timeout_ms;
    ack->key.id = id;
    sio__list_init(&ack->of_socket);
    sio__list_init(&ack->of_group);
    sio__timer_init(&ack->timer, on_timeout);
    return ack;
}

int sio__ack_start(sio_socket_t *socket, sio__ack_t *ack)
{
    sio_server_t *io = socket->nsp->server;
    sio__extras_t *extras = sio__socket_extras(socket);

    if (!extras)
        return SIO_ENOMEM;
    ack->key.socket = socket;
    if (sio__map_insert(&io->acks, &ack->by_key, (const char *)&ack->key, sizeof(ack->key)))
        return SIO_ENOMEM;
    sio__list_append(&extras->acks, &ack->of_socket);
    ack->server = io;
    if (ack->timeout_ms)
        eio_timer_start(&io->loop, &ack->timer, ack->timeout_ms);
    return SIO_OK;
}

static void stop(sio__ack_t *ack)
{
    sio_server_t *io = ack->server;

    if (!io)
        return;
    sio__map_remove(&io->acks, &ack->by_key);
    sio__list_remove(&ack->of_socket);
    sio__list_remove(&ack->of_group);
    eio_timer_stop(&io->loop, &ack->timer);
    ack->server = NULL;
}

void sio__ack_free(sio__ack_t *ack)
{
    stop(ack);
    sio__free(ack);
}

void sio__ack_group(sio__ack_t *ack, sio__list_t *group)
{
    sio__list_append(group, &ack->of_group);
}

void sio__ack_free_all(sio__list_t *group)
{
    while (!sio__list_empty(group))
        sio__ack_free(SIO__CONTAINER(group->next, sio__ack_t, of_group));
}

void sio__ack_end(sio__ack_t *ack, int status, const sio_event_t *reply)
{
    stop(ack);
    ack->fn(status, reply, ack->user);
    sio__free(ack);
}

sio__ack_t *sio__ack_find(sio_socket_t *socket, double id)
{
    ack_key_t key = {socket, 0};
    sio__map_node_t *node;

    /* An id above 2^53 was never given out. */
    if (!(id >= 0 && id <= 9007199254740992.0))
        return NULL;
    key.id = (uint64_t)id;
    node = sio__map_find(&socket->nsp->server->acks, (const char *)&key, sizeof(key));
    return node ? SIO__CONTAINER(node, sio__ack_t, by_key) : NULL;
}

void sio__ack_end_all(sio_socket_t *socket)
{
    sio__list_t *node;

    if (!socket->extras)
        return;
    while ((node = socket->extras->acks.next) != &socket->extras->acks)
        sio__ack_end(SIO__CONTAINER(node, sio__ack_t, of_socket), SIO_EDISCONNECTED, NULL);
}
