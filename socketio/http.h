/*
 * The part of socketio.h that is about HTTP requests and Engine.IO connections; programs include that one. The words are the same.
 */
#ifndef SOCKETIO_HTTP_H
#define SOCKETIO_HTTP_H

#include <socketio/socketio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------- HTTP and the engine */

/* What a request says; borrowed, as long as the request. upstream: req */
SIO_API const char *sio_request_method(const sio_request_t *request);
SIO_API const char *sio_request_url(const sio_request_t *request);                      /* path and query */
SIO_API const char *sio_request_path(const sio_request_t *request);                     /* as sent, not decoded */
SIO_API const char *sio_request_header(const sio_request_t *request, const char *name); /* lower-case; NULL: absent */
SIO_API const char *sio_request_query(const sio_request_t *request, const char *name);  /* decoded; NULL: absent */
SIO_API const char *sio_request_address(const sio_request_t *request);                  /* the peer's, "" for a Unix socket */

/* A pointer of the program's that goes with a request, and with the connection whose first request it is: what a middleware found
   out is there in sio_conn_request(sio_conn(socket)). upstream: properties of req */
SIO_API void sio_request_set_user(sio_request_t *request, void *user, void (*destructor)(void *user));
SIO_API void *sio_request_user(const sio_request_t *request);

typedef void (*sio_engine_middleware_fn)(sio_request_t *request, sio_next_t *next, void *user);

/*
 * Sees every HTTP request and WebSocket handshake inside the server's path, after CORS and before anything is checked, the client's
 * files excepted. Several are asked in order. It must do one of three things once, now or later: sio_next_ok(next); refuse with
 * sio_next_error(next, NULL, NULL) (400, code 3 "Bad request", context MIDDLEWARE_FAILURE); or answer by itself with sio_reply(), on
 * the loop thread, `next` being gone with it. What sio_reply_header() adds is on the answer, whoever gives it, and on the 101 of a
 * WebSocket. `request` lives until one of the three. upstream: io.engine.use((req, res, next) => ...)
 */
SIO_API int sio_engine_use(sio_server_t *io, sio_engine_middleware_fn fn, void *user);

/* The options of CORS for one request, as the cors_... of sio_options_t; zero means their defaults, and with none of the first five any
   origin is allowed. */
typedef struct sio_cors {
    size_t size; /* sizeof(sio_cors_t); SIO_CORS fills it in */
    const char *origin;
    const char *const *origins;
    const char *const *patterns;
    bool any_origin;
    bool (*origin_allowed)(const char *origin, void *user);
    void *user;
    const char *methods;
    const char *allowed_headers;
    const char *exposed_headers;
    bool credentials;
    bool preflight_continue;
    int max_age;
    int success_status;
} sio_cors_t;

#define SIO_CORS(...) (&(const sio_cors_t){.size = sizeof(sio_cors_t), __VA_ARGS__})

typedef void (*sio_cors_fn)(sio_request_t *request, sio_next_t *next, void *user);

/*
 * Asks about every request inside the path and every WebSocket handshake, before anything else, instead of the options: must answer
 * once, now or later, by sio_next_cors(), or by sio_next_error(next, NULL, NULL), which refuses the request (400, code 3 "Bad request").
 * `request` lives until the answer. upstream: cors: (req, callback) => ..., origin: (origin, callback) => ...
 */
SIO_API int sio_cors(sio_server_t *io, sio_cors_fn fn, void *user);

/*
 * The answer: these options, copied, or (NULL) no CORS for this request; `next` is gone with it. Any thread. Errors, and then `next` still
 * waits: SIO_EINVAL (not from sio_cors(), a pattern that is none, a line break), SIO_ENOMEM.
 */
SIO_API int sio_next_cors(sio_next_t *next, const sio_cors_t *options);

/*
 * Makes up the id of a new Engine.IO session (a Socket.IO socket's id is another): writes up to 63 of the characters
 * A-Z a-z 0-9 - . _ ~ and a NUL to `id`, or nothing for a random one, and returns SIO_OK. An error, an id in use or another character
 * refuses the request (400, code 3 "Bad request", context ID_GENERATION_ERROR). upstream: io.engine.generateId = (req) => ...
 */
typedef int (*sio_generate_id_fn)(sio_request_t *request, char *id, size_t size, void *user);
SIO_API int sio_generate_id(sio_server_t *io, sio_generate_id_fn fn, void *user);

typedef void (*sio_allow_request_fn)(sio_request_t *request, sio_next_t *next, void *user);

/*
 * Asked at each handshake; must answer `next` once, now or later. sio_next_error(next, message, NULL) refuses with 403 and that
 * message (NULL: "Forbidden"). `request` lives until the answer. upstream: allowRequest
 */
SIO_API int sio_allow_request(sio_server_t *io, sio_allow_request_fn fn, void *user);

typedef void (*sio_headers_fn)(sio_request_t *request, sio_headers_t *headers, void *user);

/* The first answer of a session, and every answer to a poll, a POST or an upgrade. upstream: engine.on("initial_headers"), ("headers") */
SIO_API int sio_on_initial_headers(sio_server_t *io, sio_headers_fn fn, void *user);
SIO_API int sio_on_headers(sio_server_t *io, sio_headers_fn fn, void *user);

/* Sets a header of the answer; a second one of the same name is sent as well. Line breaks give SIO_EINVAL. */
SIO_API int sio_headers_add(sio_headers_t *headers, const char *name, const char *value);

/* A refused request. upstream: engine.on("connection_error"), { req, code, message, context } */
typedef struct sio_connection_error {
    sio_request_t *request;
    int code;            /* 0 to 5, as upstream */
    const char *message; /* "Transport unknown", "Session ID unknown"... */
    const char *context; /* upstream's context object as JSON text: {"transport":"abc"} */
} sio_connection_error_t;

typedef void (*sio_connection_error_fn)(const sio_connection_error_t *error, void *user);

/* Calls fn for each request that the engine refuses; `error` is borrowed. upstream: engine.on("connection_error") */
SIO_API int sio_on_connection_error(sio_server_t *io, sio_connection_error_fn fn, void *user);

typedef void (*sio_request_fn)(sio_request_t *request, void *user);

/*
 * Requests outside the server's path. The handler must answer each with sio_reply(), now or later; without a handler they get 404.
 * The body of a request is not read. upstream: a handler of the http.Server
 */
SIO_API int sio_on_request(sio_server_t *io, sio_request_fn fn, void *user);

/* A header for the answer to come. SIO_EINVAL: line breaks in it. */
SIO_API int sio_reply_header(sio_request_t *request, const char *name, const char *value);

/* Answers (Content-Length and Date are added; HEAD sends no body); `request` is gone after it. */
SIO_API int sio_reply(sio_request_t *request, int status, const void *body, size_t len);

/*
 * Serves the files of a folder below a URL prefix ("/": everything no other handler or prefix takes), GET and HEAD, with content type,
 * ETag and 304, index.html for a folder. For pages of examples and tests and small sites; hidden files are not served.
 */
SIO_API int sio_serve_files(sio_server_t *io, const char *prefix, const char *folder);

/* --------------------------------------------------------------------------------------- Engine.IO connections
 *
 * Under each socket lies a connection: an Engine.IO session, first over long-polling or WebSocket, shared by the sockets that one
 * client has in several namespaces.
 */

enum sio_conn_event {
    SIO_CONN_CONNECTION = 1, /* a new one; for sio_engine_on(). upstream: io.engine.on("connection") */
    SIO_CONN_PACKET,         /* a packet has come. upstream: conn.on("packet") */
    SIO_CONN_PACKET_CREATE,  /* a packet was queued; the handler may only look, not send, join or close. upstream: "packetCreate" */
    SIO_CONN_HEARTBEAT,      /* a pong has come. upstream: "heartbeat" */
    SIO_CONN_UPGRADING,      /* a WebSocket is being tried beside long-polling. upstream: "upgrading" */
    SIO_CONN_UPGRADE,        /* it has taken over. upstream: "upgrade" */
    SIO_CONN_CLOSE,          /* it is over, its sockets have heard of it. upstream: "close" */
    SIO_CONN_MESSAGE,        /* a message has come, before its handlers hear of it. upstream: "message", "data" */
    SIO_CONN_FLUSH,          /* what is queued is about to be handed to the transport. upstream: "flush" */
    SIO_CONN_DRAIN           /* it has been, nothing is queued any more; see also sio_on_drained(). upstream: "drain" */
};

typedef struct sio_conn_info {
    size_t size;
    enum sio_conn_event event;
    const char *packet; /* of packets: "open", "ping", "pong", "message", "upgrade", "noop", "close", "error" (none of these) */
    bool binary;        /* a binary message */
    const char *data;   /* what the packet carries; borrowed, not NUL-terminated */
    size_t len;
    const sio_disconnect_t *why; /* of SIO_CONN_CLOSE: the engine's reason and detail */
    size_t packets;              /* of SIO_CONN_FLUSH: how many */
} sio_conn_info_t;

typedef void (*sio_conn_fn)(sio_conn_t *conn, const sio_conn_info_t *info, void *user);

/* Calls fn for an event of one connection, or of all of them, present and future. Errors: SIO_EINVAL, SIO_EDISCONNECTED, SIO_ENOMEM.
   upstream: conn.on(); io.engine.on("connection", (conn) => conn.on()) */
SIO_API int sio_conn_on(sio_conn_t *conn, enum sio_conn_event event, sio_conn_fn fn, void *user);
SIO_API int sio_engine_on(sio_server_t *io, enum sio_conn_event event, sio_conn_fn fn, void *user);

/* Removes one handler (fn and user as given), or all of that event (fn NULL). upstream: conn.off() */
SIO_API int sio_conn_off(sio_conn_t *conn, enum sio_conn_event event, sio_conn_fn fn, void *user);

/* One more reference, for those that have no socket to hold; and its return (NULL is allowed). */
SIO_API sio_conn_t *sio_conn_ref(sio_conn_t *conn);
SIO_API void sio_conn_unref(sio_conn_t *conn);

/* What it is; borrowed. */
SIO_API sio_server_t *sio_conn_server(const sio_conn_t *conn);
SIO_API const char *sio_conn_id(const sio_conn_t *conn);          /* the session's id, a secret; "" once it is closed. upstream: conn.id */
SIO_API const char *sio_conn_ready_state(const sio_conn_t *conn); /* "open", "closing", "closed". upstream: conn.readyState */
SIO_API const char *sio_conn_transport(const sio_conn_t *conn);   /* "polling" or "websocket". upstream: conn.transport.name */
SIO_API bool sio_conn_upgrading(const sio_conn_t *conn);          /* upstream: conn.upgrading */
SIO_API bool sio_conn_upgraded(const sio_conn_t *conn);           /* upstream: conn.upgraded */
SIO_API int sio_conn_protocol(const sio_conn_t *conn);            /* of Engine.IO: 4, or 3. upstream: conn.protocol */
SIO_API const char *sio_conn_address(const sio_conn_t *conn);     /* the peer's IP address. upstream: conn.remoteAddress */

/* The connection's first request, borrowed, as long as the connection; NULL when out of memory. Not to be replied to.
   upstream: conn.request, socket.request */
SIO_API sio_request_t *sio_conn_request(sio_conn_t *conn);

/* How many packets are queued; sio_queued_bytes() has their bytes. upstream: conn.writeBuffer.length */
SIO_API size_t sio_conn_queued(const sio_conn_t *conn);

/* Calls fn for each connected socket of the client until it returns false; fn may do anything. upstream: client.sockets */
SIO_API void sio_conn_each_socket(sio_conn_t *conn, bool (*fn)(sio_socket_t *socket, void *user), void *user);

/* An Engine.IO message that is no Socket.IO packet: for clients that know of it. Text must be UTF-8. Errors: SIO_EDISCONNECTED,
   SIO_EINVAL, SIO_EBACKPRESSURE, SIO_ENOMEM. upstream: conn.send() */
SIO_API int sio_conn_send(sio_conn_t *conn, bool binary, const void *data, size_t len);

/* Closes the connection, without a word to its sockets; what is queued leaves first, but for discard. The reason is "forced close".
   upstream: conn.close(discard) */
SIO_API int sio_conn_close(sio_conn_t *conn, bool discard);

/* A message over options.max_http_buffer_size. */
typedef struct sio_oversize {
    size_t size;
    const char *transport; /* "polling": the POST is answered 413, the session lives; "websocket": closed with code 1009 */
    size_t limit;          /* options.max_http_buffer_size */
    size_t received;       /* its size so far, or as announced; compressed ones are inflated up to the limit only */
    const char *address;   /* of the client's first request */
    sio_conn_t *conn;      /* sio_conn_each_socket() names its sockets; NULL when there was no memory for it */
} sio_oversize_t;

typedef void (*sio_oversize_fn)(const sio_oversize_t *oversize, void *user);

/* Calls fn for each of them, which the log and the stats know of too; clients see no more than a lost connection, and send it again.
   upstream has none */
SIO_API int sio_on_oversize(sio_server_t *io, sio_oversize_fn fn, void *user);

#ifdef __cplusplus
}
#endif

#endif
