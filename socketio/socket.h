/* A socket: a client's part in one namespace. */
#ifndef SIO_SOCKET_H
#define SIO_SOCKET_H

#include "adapters/adapter.h"
#include "base/id.h"
#include "engineio/loop.h"
#include "socketio/client.h"
#include "socketio/listeners.h"
#include "socketio/namespace.h"
#include "socketio/server.h"
#include "socketio/texts.h"

#include <stdatomic.h>

enum { SIO__CONNECTING, SIO__CONNECTED, SIO__GONE };

/* What few sockets have; made on first use. */
typedef struct sio__extras {
    json_t *data;
    char *auth_text;
    size_t auth_len;
    json_t *auth;
    sio__texts_t texts; /* NUL-terminated copies of headers and parameters asked for */
    sio__list_t acks;   /* pending ones */
    void *user;
    void (*user_free)(void *user);
    struct sio__deadline *deadline; /* deadline.c; NULL: never had one */
} sio__extras_t;

struct sio_socket {
    atomic_uint refs; /* the connection has one */
    atomic_uchar state;
    bool closing;
    bool plain; /* its client speaks no Socket.IO; it is part of a sio_ws_t */
    /* What a broadcast looks at is here together. */
    sio__client_t *client;
    sio__listeners_t *listeners;
    sio__extras_t *extras;
    sio__member_t member;
    struct sio__recoverable *recoverable; /* NULL: without connection state recovery */
    sio_namespace_t *nsp;
    sio__list_t of_client;
    sio__list_t of_namespace;
    int64_t issued;
    union {                     /* never at once: the second is for the last reference */
        eio_deferred_t release; /* of the connection's reference */
        eio_task_t destroy;
    };
    char *id; /* own_id, or longer */
    char own_id[SIO__ID_LEN + 1];
};

static inline int sio__socket_state(const sio_socket_t *socket)
{
    return atomic_load_explicit(&socket->state, memory_order_acquire);
}

/* Whether packets can be sent: connected, or in a middleware. */
static inline bool sio__socket_live(const sio_socket_t *socket)
{
    return sio__socket_state(socket) != SIO__GONE;
}

/* Connecting, with what the client's CONNECT packet said (a JSON object, or nothing). NULL: out of
 * memory. */
sio_socket_t *sio__socket_new(sio__client_t *client, sio_namespace_t *nsp, sio__span_t auth);

/* For zeroed memory: connecting, with a reference for its connection. False: out of memory. */
bool sio__socket_init(sio_socket_t *socket, sio__client_t *client, sio_namespace_t *nsp);

/* The middlewares let it in: CONNECT is answered, connection handlers are called. */
void sio__socket_connect(sio_socket_t *socket);

/* The middlewares refused it, or its client went meanwhile. No handlers are called. */
void sio__socket_drop(sio_socket_t *socket);

/* Gone: handlers are called, rooms left. No effect on a socket that isn't connected. */
void sio__socket_close(sio_socket_t *socket, enum sio_reason reason, const char *detail);

sio__extras_t *sio__socket_extras(sio_socket_t *socket); /* NULL: out of memory */

/* Disconnects it from its namespace, if it is connected: "server namespace disconnect". */
void sio__socket_disconnect(sio_socket_t *socket, const char *detail);

int64_t sio__unix_ms(void);

/* deadline.c. 0, SIO_ENOMEM. */
int sio__deadline_set(sio_socket_t *socket, int64_t unix_ms);
int64_t sio__deadline_of(const sio_socket_t *socket); /* 0: none */
void sio__deadline_connected(sio_socket_t *socket);   /* it may have passed before */
void sio__deadline_end(sio_socket_t *socket);         /* the socket has gone */

const char *sio__reason_text(enum sio_reason reason);

/* Calls "error" handlers. */
void sio__socket_error(sio_socket_t *socket, const char *message, const json_t *data);

#endif
