/*
 * The Engine.IO server, protocol 4 and, if wanted, 3: sessions over long-polling and WebSocket.
 * What socketio/ builds on, and usable alone. All of it belongs to the loop thread.
 */
#ifndef EIO_ENGINE_H
#define EIO_ENGINE_H

#include "base/buf.h"
#include "base/log.h"
#include "base/span.h"
#include "engineio/cookie.h"
#include "engineio/cors.h"
#include "engineio/deflate.h"
#include "engineio/limiter.h"
#include "engineio/loop.h"
#include "engineio/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct eio_server eio_server_t;
typedef struct eio_session eio_session_t; /* upstream: engine.io's Socket */
typedef struct eio_request eio_request_t; /* an HTTP request and the answer it waits for */

enum { EIO_ID_MAX = 63 };
enum { EIO_POLLING = 1 << 0, EIO_WEBSOCKET = 1 << 1 };

/* Why a session closed; eio_reason_text() has upstream's words. */
typedef enum eio_reason {
    EIO_REASON_TRANSPORT_CLOSE = 1,
    EIO_REASON_TRANSPORT_ERROR,
    EIO_REASON_PING_TIMEOUT,
    EIO_REASON_PARSE_ERROR,
    EIO_REASON_FORCED_CLOSE,
    EIO_REASON_FORCED_SERVER_CLOSE,
    EIO_REASONS
} eio_reason_t;

const char *eio_reason_text(eio_reason_t reason);

/* Upstream's codes for refused requests; eio_error_message() has their messages. */
typedef enum eio_error {
    EIO_ERROR_UNKNOWN_TRANSPORT = 0,
    EIO_ERROR_UNKNOWN_SID = 1,
    EIO_ERROR_BAD_HANDSHAKE_METHOD = 2,
    EIO_ERROR_BAD_REQUEST = 3,
    EIO_ERROR_FORBIDDEN = 4,
    EIO_ERROR_UNSUPPORTED_PROTOCOL_VERSION = 5,
    EIO_ERRORS
} eio_error_t;

const char *eio_error_message(eio_error_t error);

/* A request held by a hook that answers later; see on_handshake. Answer exactly once; any thread
 * must go through eio_loop_post(). */
typedef struct eio_verdict eio_verdict_t;
void eio_verdict_allow(eio_verdict_t *verdict);
void eio_verdict_refuse(eio_verdict_t *verdict, const char *message); /* 403; NULL: "Forbidden" */

/* The headers of an answer, as the headers hooks see them. */
typedef struct eio_headers eio_headers_t;
int eio_headers_add(eio_headers_t *headers, const char *name,
                    const char *value); /* -1: line break or no memory */

/* What the owner of a server is told. Each may be NULL. `user` is eio_options.user. */
typedef struct eio_handlers {
    void (*on_connection)(eio_session_t *session, void *user);
    /* `data` is valid until the call returns; text is valid UTF-8. */
    void (*on_message)(eio_session_t *session, bool binary, const char *data, size_t len,
                       void *user);
    /* The last call for a session; `detail` says in English what the reason can't. Its memory goes
     * at the end of the iteration. */
    void (*on_close)(eio_session_t *session, eio_reason_t reason, const char *detail, void *user);
    /* The shutdown is about to close it. */
    void (*on_closing)(eio_session_t *session, void *user);
    void (*on_upgrade)(eio_session_t *session, void *user);
    /* Packets had to wait, or were refused, and the outbox is empty now. In a later iteration, so
       that filling it again from here starves nobody. */
    void (*on_drained)(eio_session_t *session, void *user);
    /* A message or the body of a POST is over max_http_buffer_size, which ends it. `size`: as far
       as it is known. */
    void (*on_oversize)(eio_session_t *session, const char *transport, size_t size, void *user);
    /* A handshake (no sid) that is otherwise in order: allowRequest. NULL: all are allowed. */
    void (*on_handshake)(eio_request_t *request, eio_verdict_t *verdict, void *user);
    /* A refused request; context is upstream's, as JSON text. */
    void (*on_connection_error)(eio_request_t *request, eio_error_t code, const char *message,
                                const char *context, void *user);
    void (*on_initial_headers)(eio_request_t *request, eio_headers_t *headers, void *user);
    void (*on_headers)(eio_request_t *request, eio_headers_t *headers, void *user);
    /* Every request, before the engine looks at it, CORS headers prepared: true when the handler
       takes it over (and answers it, now or later, by eio_request_reply). Requests outside the path
       that nobody takes get 404. */
    bool (*on_request)(eio_request_t *request, bool inside_path, void *user);
    /* The id of a new session: up to EIO_ID_MAX characters of those that need no escape in a URL,
       not in use; left empty, a random one is made. False refuses the request. */
    bool (*on_generate_id)(eio_request_t *request, char id[], size_t size, void *user);
    /* For those who watch; see eio_server_watch(). `type` is upstream's name of it. Packets that
       are created may only be looked at: the session is in the middle of sending. */
    void (*on_packet)(eio_session_t *session, bool created, const char *type, bool binary,
                      const char *data, size_t len, void *user);
    void (*on_heartbeat)(eio_session_t *session, void *user);
    /* Packets are about to go to the transport (how many), and have. */
    void (*on_flush)(eio_session_t *session, size_t packets, void *user);
    void (*on_drain)(eio_session_t *session, void *user);
    void (*on_upgrading)(eio_session_t *session, void *user);
    /* Plain WebSockets: the answer to a ping, whoever sent it. */
    void (*on_pong)(eio_session_t *session, const char *data, size_t len, void *user);
} eio_handlers_t;

typedef struct eio_options {
    const char *path; /* "/engine.io" when NULL */
    bool no_trailing_slash;
    unsigned ping_interval_ms, ping_timeout_ms, upgrade_timeout_ms; /* 0: 25000, 20000, 10000 */
    size_t max_http_buffer_size;                                    /* 0: 1000000 */
    unsigned transports;                                            /* 0: both */
    bool no_upgrades;
    bool allow_eio3;            /* protocol 3 as well */
    const eio_cookie_t *cookie; /* NULL: none */
    const char *initial_packet;
    eio_deflate_options_t deflate;     /* perMessageDeflate */
    bool no_http_compression;          /* of poll answers, gzip or deflate */
    size_t http_compression_threshold; /* 0: 1024 */
    eio_cors_t cors;                   /* its texts must outlive the server */
    size_t outbox_limit;               /* 0: 16 MiB */
    unsigned outbox_stall_ms;          /* 0: 30000 */
    unsigned max_lifetime_ms;          /* of a session, less up to a tenth; 0: no limit */
    unsigned http_timeout_ms;          /* 0: 60000 */
    size_t max_connections;            /* 0: no limit */
    eio_limit_options_t limits;
    bool quiet_libwebsockets; /* its process-wide log: warnings and errors only */
    eio_handlers_t handlers;
    void *user;
    const sio__log_t *log; /* borrowed */
} eio_options_t;

/* Counters since the start, and gauges. */
typedef struct eio_counters {
    uint64_t connections, sessions, sessions_polling, queued_bytes;
    uint64_t requests; /* HTTP requests that have no answer yet */
    uint64_t packets_in, packets_out, bytes_in, bytes_out;
    uint64_t handshakes, handshakes_refused, upgrades, backpressure_refused;
    uint64_t outbox_peak;                    /* the most bytes that one session ever had queued */
    uint64_t refused[EIO_ERRORS];            /* requests, by eio_error_t */
    uint64_t closed[EIO_REASONS];            /* sessions, by eio_reason_t */
    uint64_t oversize, stalled;              /* messages; sessions closed */
    uint64_t limited_connections;            /* refused: max_connections, connections_per_address */
    uint64_t limited_handshakes;             /* refused with 429 */
    uint64_t limited_packets, limited_bytes; /* sessions closed for their rate */
    uint64_t loop_lag_ms, loop_lag_max_ms;   /* how late the newest timer was; the latest of all */
    uint64_t plain, plain_accepted, plain_in, plain_out; /* WebSockets, and their messages */
} eio_counters_t;

enum {
    EIO_ENOMEM = -2,
    EIO_ECLOSED = -5,
    EIO_EBACKPRESSURE = -6,
    EIO_EADDRINUSE = -8,
    EIO_EADDRESS = -9,
    EIO_ETLS = -10,
    EIO_ELOOP = -11 /* libwebsockets, for TLS, can't run on libuv here; logged */
};

/* Texts are copied. NULL with *error set: EIO_ENOMEM. */
eio_server_t *eio_server_new(eio_loop_t *loop, const eio_options_t *options, int *error);

typedef struct eio_tls {
    const char *cert_file, *key_file, *passphrase, *ciphers;
} eio_tls_t;

/* Host NULL: every address; "unix:PATH". tls NULL: plain. 0 or an error above. */
int eio_server_listen(eio_server_t *server, const char *host, int port, const eio_tls_t *tls);
int eio_server_port(const eio_server_t *server); /* of the newest TCP listener */

/*
 * Fills in the protocol by which a libwebsockets vhost of the program's, on the same libuv loop,
 * carries the server. It may outlive the server, and refuses requests then. 0, EIO_ENOMEM,
 * EIO_ECLOSED.
 */
struct lws_protocols;
int eio_server_lws_protocol(eio_server_t *server, struct lws_protocols *protocol);

/* No new connections; new sessions are refused with 503 from now on. */
void eio_server_stop_listening(eio_server_t *server);

/* So many sessions are closed together at a shutdown. */
enum { EIO_CLOSE_BATCH = 100 };

/*
 * Closes every session ("forced close"; when there are many, in batches over the first half of
 * drain_ms, so that their clients don't reconnect all at once), lets queued packets leave for at
 * most drain_ms, closes all connections and frees the server; `done` is called last, when nothing
 * of it is left on the loop.
 */
void eio_server_close(eio_server_t *server, unsigned drain_ms, void (*done)(void *user),
                      void *user);

/* From now on on_packet, on_heartbeat, on_flush and on_drain are called. */
void eio_server_watch(eio_server_t *server);

const eio_counters_t *eio_server_counters(const eio_server_t *server);
const char *eio_server_path(const eio_server_t *server); /* with its trailing slash */

/* ---- sessions ---- */

const char *eio_session_id(const eio_session_t *session);
void eio_session_set_user(eio_session_t *session, void *user);
void *eio_session_user(const eio_session_t *session);
unsigned eio_session_protocol(const eio_session_t *session);     /* 3 or 4 */
const char *eio_session_transport(const eio_session_t *session); /* "polling", "websocket" */
eio_request_t *eio_session_request(
    const eio_session_t *session); /* the first one; borrowed, as long as the session */

const char *eio_session_state_text(const eio_session_t *session); /* upstream's readyState */
bool eio_session_upgrading(const eio_session_t *session);
bool eio_session_upgraded(const eio_session_t *session);

/* Queues a message; it leaves at the end of the loop iteration. 0, EIO_ECLOSED, EIO_EBACKPRESSURE,
 * EIO_ENOMEM. */
int eio_session_send(eio_session_t *session, bool binary, const void *data, size_t len,
                     bool no_compress);

/* The same for shared bytes; takes a reference of its own. */
int eio_session_send_shared(eio_session_t *session, eio_message_t *message);

/*
 * Whether `bytes` more may be queued: a caller with several messages that belong together asks
 * first, so that either all or none are refused. 0, EIO_ECLOSED, EIO_EBACKPRESSURE.
 */
int eio_session_check(eio_session_t *session, size_t bytes);

/* One of those that it has allowed. 0, EIO_ECLOSED, EIO_ENOMEM. */
int eio_session_send_allowed(eio_session_t *session, bool binary, const void *data, size_t len,
                             bool no_compress);
int eio_session_send_shared_allowed(eio_session_t *session, eio_message_t *message);

/* Nothing queued and the transport ready: a volatile packet would leave at once. */
bool eio_session_writable(const eio_session_t *session);
size_t eio_session_queued_bytes(const eio_session_t *session);
size_t eio_session_queued_packets(const eio_session_t *session);

/*
 * Closes after queued packets have left (discard: at once). on_close follows, maybe from within the
 * call, with `reason` (upstream always says "forced close" here) and `detail`, which is static.
 */
void eio_session_close(eio_session_t *session, eio_reason_t reason, const char *detail,
                       bool discard);

/* ---- plain WebSockets: sessions that don't speak Engine.IO ---- */

/* Zero means what the server's own options say. */
typedef struct eio_plain_options {
    size_t max_message;
    unsigned ping_interval_ms, ping_timeout_ms; /* of ping frames */
    unsigned packets_per_second;
    uint64_t bytes_per_second;
    unsigned rate_code;                   /* close code of who is over one of them */
    const eio_deflate_options_t *deflate; /* only read by eio_plain_new() */
    /* on_message, on_closing, on_close, on_drained, on_pong */
    eio_handlers_t handlers;
    void *user;
} eio_plain_options_t;

typedef struct eio_plain eio_plain_t;

eio_plain_t *eio_plain_new(eio_server_t *server, const eio_plain_options_t *options);
void eio_plain_free(eio_plain_t *endpoint); /* no session of it is left; NULL is allowed */

/* Whether a request (that on_request took over) is a WebSocket handshake in order; answers it
 * otherwise. */
bool eio_plain_check(eio_plain_t *endpoint, eio_request_t *request);

/*
 * Completes the handshake (subprotocol NULL: none). Sends go through the outbox as any session's.
 * NULL: its address is over a limit (answered with 429), it has gone, or there is no memory.
 */
eio_session_t *eio_plain_accept(eio_plain_t *endpoint, eio_request_t *request,
                                const char *subprotocol);

/* Closes behind what is queued, with a close code and up to 123 bytes of reason. */
void eio_session_close_with(eio_session_t *session, unsigned code, const char *reason, size_t len);

/* In on_close: the peer's code and reason, or ours; 1005 without a code, 1006 without a close
 * frame. */
unsigned eio_session_close_code(const eio_session_t *session, sio__span_t *reason);

/* 0, EIO_ECLOSED. Up to 125 bytes. */
int eio_session_ping(eio_session_t *session, const void *data, size_t len);

/* ---- requests ---- */

/* References, to keep what a request said beyond its session. */
eio_request_t *eio_request_ref(eio_request_t *request);
void eio_request_unref(eio_request_t *request); /* NULL is allowed */

sio__span_t eio_request_method(const eio_request_t *request);
sio__span_t eio_request_target(const eio_request_t *request); /* as sent */
sio__span_t eio_request_path(const eio_request_t *request);
/* A header by its lower-case name; false when absent. */
bool eio_request_header(const eio_request_t *request, const char *name, sio__span_t *value);
size_t eio_request_header_count(const eio_request_t *request);
void eio_request_header_at(const eio_request_t *request, size_t index, sio__span_t *name,
                           sio__span_t *value);
/* Query parameters, decoded; parsed again at each call: keep what you need. False when absent. */
bool eio_request_query(const eio_request_t *request, const char *name, sio__buf_t *value);
void eio_request_query_each(const eio_request_t *request,
                            void (*fn)(sio__span_t name, sio__span_t value, void *user),
                            void *user);
/* The same of any text "...?name=value&...". 0, or -1: out of memory. */
int eio_query_each(sio__span_t text, void (*fn)(sio__span_t name, sio__span_t value, void *user),
                   void *user);
const char *eio_request_address(const eio_request_t *request); /* "" for a Unix socket */
bool eio_request_secure(const eio_request_t *request);

/* Whose request it is: the peer's address, or what trusted proxies say. */
enum { EIO_ADDRESS_SIZE = 46 };
void eio_client_address(const eio_server_t *server, const eio_request_t *request,
                        char out[EIO_ADDRESS_SIZE]);

/*
 * For requests inside the path that on_request took over to ask somebody: their body waits.
 * Afterwards they either go on to the engine, or are refused ("Bad request", MIDDLEWARE_FAILURE),
 * or replied to. Each of the three gives the request back.
 */
void eio_request_hold(eio_request_t *request);
void eio_server_route(eio_server_t *server, eio_request_t *request);
void eio_server_fail(eio_server_t *server, eio_request_t *request);

/*
 * Adds the header fields of these options (NULL: none) to the answer, for hooks that decide for
 * each request. True: there is nothing more to do, it was a preflight and has its answer, or its
 * client has gone.
 */
bool eio_request_apply_cors(eio_request_t *request, const eio_cors_t *cors);

/* Something of the program's that goes with the request. */
void eio_request_set_data(eio_request_t *request, void *data, void (*free_fn)(void *data));
void *eio_request_data(const eio_request_t *request);

/* For requests taken over by on_request. Headers: more lines for the answer. reply consumes the
 * request. */
int eio_request_reply_header(eio_request_t *request, const char *name, const char *value);
int eio_request_reply(eio_request_t *request, int status, const void *body, size_t len);

/* A body compressed before, for those who accept it so; zeros at first. */
typedef struct eio_coded {
    sio__buf_t gzip, deflate;
} eio_coded_t;

/* The same in the content coding that the client accepts, which is made on first use. */
int eio_request_reply_coded(eio_request_t *request, int status, const void *body, size_t len,
                            eio_coded_t *coded);
void eio_coded_clear(eio_coded_t *coded);

#endif
