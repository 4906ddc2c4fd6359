/*
 * Plain WebSockets: endpoints, and connections that are sockets of a namespace whose client speaks
 * no Socket.IO. Rooms, broadcasts, references and threads are the sockets'; here is what differs.
 */
#ifndef SIO_PLAIN_H
#define SIO_PLAIN_H

#include "engineio/engine.h"
#include "socketio/encoder.h"
#include "socketio/plain_limits.h"
#include "socketio/plain_path.h"
#include "socketio/socket.h"

/* The program's functions of an endpoint, cast from their own types. */
enum {
    SIO__WS_UPGRADE,
    SIO__WS_AUTH,
    SIO__WS_CONNECT,
    SIO__WS_MESSAGE,
    SIO__WS_CLOSE,
    SIO__WS_ERROR,
    SIO__WS_PONG,
    SIO__WS_DRAIN,
    SIO__WS_MAP_EVENT,
    SIO__WS_MAP_MESSAGE,
    SIO__WS_HOOKS
};

typedef struct sio__ws_hook {
    sio__fn_t fn;
    void *user;
} sio__ws_hook_t;

struct sio_ws_endpoint {
    sio_server_t *server;
    sio__list_t link; /* in the server's list */
    sio__path_t path;
    sio_namespace_t *nsp; /* a reference */
    bool shared;          /* with Socket.IO clients */
    eio_plain_t *engine;
    sio__list_t connections; /* those that are connected */
    size_t count;
    sio__ws_hook_t hooks[SIO__WS_HOOKS];
    char **subprotocols, **origins; /* NULL, or ended by NULL */
    sio__quotas_t addresses, users;
    unsigned auth_timeout_ms;
    bool json_pings;
    void *user;
};

/* Before it is connected. */
typedef enum sio__ws_stage {
    SIO__WS_ASKING, /* the program, before the upgrade */
    SIO__WS_UNAUTHENTICATED,
    SIO__WS_AUTHENTICATING, /* the program looks at the first message */
    SIO__WS_OPEN
} sio__ws_stage_t;

struct sio_ws {
    sio_socket_t socket; /* first: a reference to it is one to the whole */
    sio_ws_endpoint_t *endpoint;
    sio__list_t of_endpoint;
    sio__ws_stage_t stage;
    sio__path_values_t params;
    char *subprotocol;
    char *identity;
    sio__quota_t *address_quota, *user_quota;
    json_t *auth;
    sio__timer_t auth_timer;
    sio__list_t held; /* messages that came while the first was being looked at */
    size_t held_count;
    int close_code; /* asked for before there was a connection to close; 0: not */
    char *close_reason;
};

struct sio_ws_message {
    bool binary, parsed;
    const char *data;
    size_t len;
    json_t *json;
};

/* What a mapping writes: a message, or (with an encoder) an event. */
struct sio_ws_out {
    eio_message_t *message;
    sio__encoder_t *encoder;
    const sio_namespace_t *nsp;
    bool written, failed;
};

static inline sio_ws_t *sio__ws_of(const sio_socket_t *socket)
{
    return SIO__CONTAINER(socket, sio_ws_t, socket);
}

/* plain_endpoint.c */
void sio__ws_endpoints_close(sio_server_t *io); /* the engine ends */
void sio__ws_endpoints_free(sio_server_t *io);

/* Their own namespaces get the server's adapter. 0, SIO_ENOMEM. */
int sio__ws_endpoints_adapt(sio_server_t *io);
bool sio__ws_endpoints_used(const sio_server_t *io); /* connections that need the old one */
static inline sio__fn_t sio__ws_hook(const sio_ws_endpoint_t *endpoint, int hook)
{
    return endpoint->hooks[hook].fn;
}

/* plain_handshake.c: whether a request is for an endpoint; it is taken then. */
bool sio__ws_take(sio_server_t *io, eio_request_t *request);
/* The path is an endpoint's, but it is no handshake: 426. */
bool sio__ws_require_upgrade(sio_server_t *io, eio_request_t *request);
bool sio__ws_offers(const eio_request_t *request, const char *subprotocol);

/* plain.c: its life. A new one has a request and no session. NULL: out of memory. */
sio_ws_t *sio__ws_new(sio_ws_endpoint_t *endpoint, eio_request_t *request);
void sio__ws_accepted(sio_ws_t *ws, eio_session_t *session);
void sio__ws_open(sio_ws_t *ws);
void sio__ws_drop(sio_ws_t *ws); /* it never got a session */
void sio__ws_destroy(sio_ws_t *ws);
void sio__ws_close_now(sio_ws_t *ws, int code, const char *reason);
/* It is over a limit: closed with 4003. */
void sio__ws_limit(sio_ws_t *ws, const char *reason);
void sio__ws_session_closed(sio_ws_t *ws, eio_reason_t reason, const char *detail);

/* socket.c calls this instead of the handlers for "disconnect". */
void sio__ws_tell_closed(sio_ws_t *ws);

/* plain_auth.c: a message before it is connected. */
void sio__ws_first_messages(sio_ws_t *ws, sio_ws_message_t *message);
void sio__ws_await_first_message(sio_ws_t *ws);
void sio__ws_auth_init(sio_ws_t *ws);
void sio__ws_auth_end(sio_ws_t *ws);

/* An answer's close code or HTTP status, or `otherwise`. */
int sio__ws_refusal_code(const sio_next_t *next, int otherwise);

/* Whether a program may close with it. */
bool sio__ws_code_valid(int code);

/* plain_message.c: from the engine. */
void sio__ws_on_message(eio_session_t *session, bool binary, const char *data, size_t len,
                        void *endpoint);
void sio__ws_handle(sio_ws_t *ws, sio_ws_message_t *message);
void sio__ws_message_clear(sio_ws_message_t *message);

/*
 * plain_mapping.c: what a plain WebSocket receives for an event. Of a bundle: borrowed from it,
 * made once for all those of an endpoint. Of a packet's text: new. NULL: nothing, or out of memory.
 */
eio_message_t *sio__ws_message_of_bundle(sio_ws_t *ws, sio__bundle_t *bundle);
eio_message_t *sio__ws_message_of_text(sio_ws_t *ws, sio__span_t text,
                                       sio__attachments_t attachments, bool no_compress);

#endif
