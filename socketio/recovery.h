/*
 * Connection state recovery: sessions that outlive their connections, and the packets they miss
 * meanwhile. What the namespace, its sockets and the ways out of the server call; the sessions and
 * packets themselves are kept by a store of the namespace (adapters/session_store.h). A namespace
 * whose `recovery` is NULL has none of it.
 */
#ifndef SIO_RECOVERY_H
#define SIO_RECOVERY_H

#include "adapters/session_store.h"
#include "base/wheel.h"
#include "socketio/encoder.h"
#include "socketio/socket.h"

/* Of a namespace. */
struct sio__recovery {
    sio_namespace_t *nsp;
    sio__session_store_t *store;
    sio__map_t live;     /* sockets with a private id, by it */
    sio__timer_t expiry; /* runs while the store keeps something */
};

/* Of a socket. */
struct sio__recoverable {
    char pid[SIO__ID_LEN + 1]; /* upstream: the private id, which only its client knows */
    sio__map_node_t by_pid;
    sio_socket_t *socket;
    bool listed, recovered;
    bool borrowed; /* recovered, but not connected yet */
    bool saved;    /* gone, and its session was kept */
    uint64_t saved_at;
    char start[SIO__OFFSET_SIZE]; /* of the session */
    char from[SIO__OFFSET_SIZE];  /* recovered: it has missed what came after it */
    uint64_t connected_at;
};

/* When a namespace is made. 0, SIO_ENOMEM. */
int sio__recovery_open(sio_namespace_t *nsp);
void sio__recovery_close(sio_namespace_t *nsp);

/* Sessions are kept there from now on, before there are any. Takes the store. */
void sio__recovery_keep_in(sio_namespace_t *nsp, sio__session_store_t *store);

/* Whether what is emitted gets its offset from the adapter, on its way through the cluster. */
bool sio__recovery_of_adapter(const sio_namespace_t *nsp);

/* The client with that private id has come back elsewhere. */
void sio__recovery_supersede(sio_namespace_t *nsp, const char *pid);

/* A client asks for a namespace with recovery: restores the session that it names, if any, and goes
 * on to the middlewares. */
void sio__recovery_begin(sio_socket_t *socket);

/* Before CONNECT is answered: sends what was missed. False: it can't be. */
bool sio__recovery_connected(sio_socket_t *socket);

/* The socket's end: keeps its session, when the reason is one that clients come back from. */
void sio__recovery_save(sio_socket_t *socket, enum sio_reason reason);

/* It has left its namespace, or never got in. */
void sio__recovery_left(sio_socket_t *socket);

/*
 * An event without acknowledgement on its way out: appends its offset, and keeps it unless it is
 * volatile. Once per emit, before it is delivered. 0, SIO_ENOMEM.
 */
int sio__recovery_log(sio_namespace_t *nsp, const sio__audience_t *audience, sio__bundle_t *bundle);

/* Whether what is emitted to the socket now will be sent when its session is recovered. */
bool sio__recovery_waits(const sio_socket_t *socket);

/* recovery_packet.c: a bundle whose last argument is a string; one more argument, a string that
 * needs no escaping; the same messages once more; the memory they take. */
bool sio__bundle_ends_with_string(const sio__bundle_t *bundle);
int sio__bundle_append_string(sio__bundle_t *bundle, const char *string); /* 0, SIO_ENOMEM */
sio__bundle_t *sio__bundle_share(const sio__bundle_t *bundle);            /* NULL: out of memory */
size_t sio__bundle_memory(const sio__bundle_t *bundle);

/* Whether clients may come back to it. */
bool sio__recovery_expects(const sio_namespace_t *nsp);

void sio__recovery_count(const sio_namespace_t *nsp, sio__session_counts_t *counts);

#endif
