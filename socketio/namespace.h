/* A namespace: its sockets, its listeners, its rooms. Lives as long as the server's memory. */
#ifndef SIO_NAMESPACE_H
#define SIO_NAMESPACE_H

#include "adapters/adapter.h"
#include "base/map.h"
#include "socketio/listeners.h"
#include "socketio/socketio.h"

#include <stdatomic.h>

/* A walk over the sockets that survives their leaving. */
typedef struct sio__cursor {
    struct sio__cursor *outer;
    sio__list_t *next;
} sio__cursor_t;

struct sio_namespace {
    sio_server_t *server;
    char *name;
    size_t name_len;
    sio__map_node_t by_name;
    sio__list_t link;
    sio__list_t sockets; /* connected ones, in the order of connection */
    size_t count;
    sio__cursor_t *cursors;
    sio__listeners_t *listeners;
    sio__adapter_t *adapter;
    atomic_uint_fast64_t
        ack_ids; /* one counter for the acknowledgements of all sockets, as upstream */
};

sio_namespace_t *sio__namespace_find(const sio_server_t *io, sio__span_t name);
void sio__namespace_add(sio_namespace_t *nsp, sio_socket_t *socket);
void sio__namespace_remove(sio_namespace_t *nsp, sio_socket_t *socket);
void sio__namespace_free(sio_namespace_t *nsp);

#endif
