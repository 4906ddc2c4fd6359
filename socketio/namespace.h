/*
 * A namespace: its sockets, its listeners, its rooms. It lives as long as the server, but for
 * children of parents that are cleaned up when their last socket has gone: then as long as it is
 * referenced.
 */
#ifndef SIO_NAMESPACE_H
#define SIO_NAMESPACE_H

#include "adapters/adapter.h"
#include "base/map.h"
#include "engineio/loop.h"
#include "socketio/listeners.h"
#include "socketio/socketio.h"

#include <stdatomic.h>

/* A walk over the sockets that survives their leaving. */
typedef struct sio__cursor {
    struct sio__cursor *outer;
    sio__list_t *next;
} sio__cursor_t;

struct sio__family;

struct sio_namespace {
    atomic_uint refs; /* the server's, one of each socket and of each posted broadcast */
    eio_task_t destroy;
    sio_server_t *server;
    char *name;
    size_t name_len;
    sio__map_node_t by_name;
    sio__list_t link;
    sio__list_t sockets; /* connected ones, in the order of connection */
    size_t count;
    size_t members;          /* sockets that are connecting included */
    sio_namespace_t *parent; /* of a child; NULL: its name was given by the program */
    sio__list_t of_parent;
    struct sio__family *family; /* of a parent */
    sio__cursor_t *cursors;
    sio__listeners_t *listeners;
    sio__listeners_t *server_side; /* for events of other servers */
    sio__listeners_t *on_room;     /* by enum sio_room_event */
    sio__adapter_t *adapter;
    size_t servers_missing;         /* for the callback that is running */
    sio__adapter_host_t host;       /* what the adapter sees of it */
    struct sio__recovery *recovery; /* NULL: without connection state recovery */
    atomic_uint_fast64_t
        ack_ids; /* one counter for the acknowledgements of all sockets, as upstream */
};

sio_namespace_t *sio__namespace_find(const sio_server_t *io, sio__span_t name);
void sio__namespace_add(sio_namespace_t *nsp, sio_socket_t *socket);
void sio__namespace_remove(sio_namespace_t *nsp, sio_socket_t *socket);

/* A new one; with `parent`, a child that copies its handlers. NULL: out of memory. */
sio_namespace_t *sio__namespace_new(sio_server_t *io, const char *name, sio_namespace_t *parent);

/* One that no client finds, to be a parent. NULL: out of memory. */
sio_namespace_t *sio__namespace_new_hidden(sio_server_t *io, const char *name);

/* set_adapter.c: gives it the adapter of the server's cluster, if there is one. 0, SIO_ENOMEM. */
int sio__namespace_adapt(sio_namespace_t *nsp);

/* No client finds it any more. */
void sio__namespace_forget(sio_namespace_t *nsp);

/* Any thread. */
void sio__namespace_ref(sio_namespace_t *nsp);
void sio__namespace_unref(sio_namespace_t *nsp);

/* A socket came into being, or went. */
void sio__namespace_enter(sio_namespace_t *nsp);
void sio__namespace_leave(sio_namespace_t *nsp);

#endif
