/*
 * libsocketio: a Socket.IO server (protocol 5 over Engine.IO 4; 4 over 3, if wanted) as a C library.
 *
 * Words used for every function below
 *   any thread    may be called from every thread; all other functions belong to the thread that runs the
 *                 server's loop, and debug builds check it. Calls from one thread keep their order.
 *   borrowed      stays the callee's (or the library's); a pointer handed to a callback is borrowed until the
 *                 callback returns, unless its type can be held or referenced.
 *   new           belongs to the caller, who gives it back with the function named.
 *   upstream      the method of Node's `socket.io` that the function corresponds to.
 *
 * Errors are negative (enum sio_error), success is 0 unless said otherwise. Texts are NUL-terminated UTF-8 and copied
 * before a call returns. Callbacks run on the loop thread, and everything may be called from inside one: a
 * handler may disconnect its own socket, any other socket, or shut the server down.
 */
#ifndef SOCKETIO_H
#define SOCKETIO_H

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SIO_API        __attribute__((visibility("default")))
#define SIO_MUST_CHECK __attribute__((warn_unused_result))
#else
#define SIO_API
#define SIO_MUST_CHECK
#endif

typedef struct sio_server sio_server_t;       /* upstream: Server */
typedef struct sio_namespace sio_namespace_t; /* upstream: Namespace */
typedef struct sio_socket sio_socket_t;       /* upstream: Socket; reference-counted */
typedef struct sio_event sio_event_t;         /* a received event or acknowledgement: name and arguments */
typedef struct sio_value sio_value_t;         /* one received argument, as it came */
typedef struct sio_next sio_next_t;           /* a middleware's pending answer; upstream: next */
typedef struct sio_conn sio_conn_t;           /* an Engine.IO connection; upstream: socket.conn */
typedef struct sio_request sio_request_t;     /* an HTTP request; upstream: req and res */
typedef struct sio_headers sio_headers_t;     /* the headers of an answer, as a hook sees them */
typedef struct sio_replies sio_replies_t;     /* the acknowledgements of many */
typedef struct sio_remote sio_remote_t;       /* a socket somewhere in the cluster; upstream: RemoteSocket */
typedef struct sio_adapter sio_adapter_t;     /* what joins servers to a cluster; upstream: adapter */
typedef struct sio_parser sio_parser_t;       /* how packets are written into messages; upstream: parser */

struct uv_loop_s;
struct lws_protocols;

/* ------------------------------------------------------------------------------------------------------- errors */

enum sio_error {
    SIO_OK = 0,
    SIO_EINVAL = -1,        /* an argument is out of its range */
    SIO_ENOMEM = -2,        /* out of memory; nothing was changed */
    SIO_EFORMAT = -3,       /* a format string and its arguments don't fit; see sio_format_error() */
    SIO_ETIMEDOUT = -4,     /* no acknowledgement in time; upstream: "operation has timed out" */
    SIO_EDISCONNECTED = -5, /* the socket is not connected (any more) */
    SIO_EBACKPRESSURE = -6, /* the client's outbox (from another thread: the loop's queue) is full: the packet was not queued */
    SIO_ESTATE = -7,        /* not possible now: answered already, shutting down */
    SIO_EADDRINUSE = -8,    /* the address to listen on is taken */
    SIO_EADDRESS = -9,      /* the address can't be listened on: unknown host, no permission, path too long */
    SIO_ETLS = -10,         /* certificate or key can't be used */
    SIO_ELOOP = -11,        /* libwebsockets, which carries TLS, can't run on libuv here: is its libuv plugin installed? */
    SIO_ENOTSUP = -12,      /* this build or configuration can't do it */
    SIO_ERESERVED = -13,    /* the event name is reserved: connect, connect_error, disconnect, disconnecting... */
    SIO_EJSON = -14,        /* not JSON */
    SIO_ELIMIT = -15        /* one of options.limits is reached; the log says which */
};

/* A short English text for an error; never NULL, static. Any thread. */
SIO_API const char *sio_strerror(int error);

/* "1.2.3", of the library that runs. Any thread. */
SIO_API const char *sio_version(void);

/*
 * Replaces the allocator of the whole process's libsocketio (jansson's is left alone). Once, before any other call.
 * All three must be given; they must be callable from any thread.
 */
SIO_API int sio_set_allocator(void *(*malloc_fn)(size_t), void *(*realloc_fn)(void *, size_t),
                              void (*free_fn)(void *));

/* ----------------------------------------------------------------------------------------------- lists and targets */

/* A NULL-terminated list of texts, as an argument: SIO_LIST("a", "b"). C only; C++ callers fill an array. */
#define SIO_LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

enum sio_flags {
    SIO_VOLATILE = 1 << 0,   /* upstream: volatile. Dropped when the client isn't ready to be written to */
    SIO_LOCAL = 1 << 1,      /* upstream: local. This server only, not the cluster */
    SIO_NO_COMPRESS = 1 << 2 /* upstream: compress(false) */
};

/*
 * Who receives a broadcast, and how. A value: SIO_TARGET(.to = SIO_LIST("room")); NULL means every socket of the namespace.
 * upstream: io.to(...).in(...).except(...).volatile.local.compress(...).timeout(...)
 */
typedef struct sio_target {
    size_t size;               /* sizeof(sio_target_t); SIO_TARGET fills it in */
    const char *const *to;     /* rooms, a union: each client receives once. NULL or empty: everybody */
    const char *const *except; /* rooms left out. A socket's id is a room */
    unsigned flags;            /* SIO_VOLATILE | SIO_LOCAL | SIO_NO_COMPRESS */
    unsigned timeout_ms;       /* for calls with acknowledgement; 0: options.ack_timeout_ms */
} sio_target_t;

#define SIO_TARGET(...) (&(const sio_target_t){.size = sizeof(sio_target_t), __VA_ARGS__})

/* ------------------------------------------------------------------------------------------------------------ log */

enum sio_log_level { SIO_LOG_ERROR = 1, SIO_LOG_WARN, SIO_LOG_INFO, SIO_LOG_DEBUG };

/*
 * `area` is named as upstream's DEBUG names: "engine", "engine:socket", "engine:polling", "engine:ws", "socket.io:server",
 * "socket.io:client", "socket.io:namespace", "socket.io:socket", "socket.io-parser", "socket.io-adapter".
 */
typedef void (*sio_log_fn)(enum sio_log_level level, const char *area, const char *message, void *user);

/* -------------------------------------------------------------------------------------------------------- options */

enum sio_transports { SIO_POLLING = 1 << 0, SIO_WEBSOCKET = 1 << 1 };

/* The handshake cookie. upstream: cookie; SIO_COOKIE() gives { name: "io", path: "/", httpOnly: true, sameSite: "lax" } */
typedef struct sio_cookie {
    size_t size;           /* sizeof(sio_cookie_t); SIO_COOKIE fills it in */
    const char *name;      /* NULL: "io" */
    const char *path;      /* NULL: "/"; "": no attribute */
    const char *domain;    /* NULL: no attribute */
    const char *same_site; /* NULL: "lax"; "": no attribute; "strict", "none" */
    const char *priority;  /* NULL: no attribute; "low", "medium", "high" */
    int64_t max_age;       /* seconds; 0: no attribute */
    int64_t expires;       /* Unix time in seconds; 0: no attribute */
    bool not_http_only;
    bool secure;
    bool partitioned;
} sio_cookie_t;

#define SIO_COOKIE(...) (&(const sio_cookie_t){.size = sizeof(sio_cookie_t), __VA_ARGS__})

/*
 * Compression of WebSocket messages (RFC 7692), off by default as upstream. Zero means the default (in brackets). Each message is
 * compressed for itself, and a broadcast once for all its receivers. upstream: perMessageDeflate; SIO_DEFLATE() gives true
 */
typedef struct sio_per_message_deflate {
    size_t size;      /* sizeof(sio_per_message_deflate_t); SIO_DEFLATE fills it in */
    size_t threshold; /* [1024] bytes from which a message is compressed */
    bool server_no_context_takeover, client_no_context_takeover;
    int server_max_window_bits, client_max_window_bits; /* 8 to 15 [not asked for] */
    int level;                                          /* zlib's, 1 to 9 [6] */
    int mem_level;                                      /* zlib's, 1 to 9 [8] */
} sio_per_message_deflate_t;

#define SIO_DEFLATE(...) (&(const sio_per_message_deflate_t){.size = sizeof(sio_per_message_deflate_t), __VA_ARGS__})

/*
 * Connection state recovery: a client that lost its connection for a while gets its socket's id, rooms and data back, and the events
 * that it missed; sio_recovered() then says so. Each event without acknowledgement carries one more argument, a text, by which the
 * client tells what it has received. Kept in memory, per namespace; zero means the default (in brackets). SIO_RECOVERY() gives {}.
 * upstream: connectionStateRecovery
 */
typedef struct sio_recovery {
    size_t size;                   /* sizeof(sio_recovery_t); SIO_RECOVERY fills it in */
    unsigned max_disconnection_ms; /* [120000] upstream: maxDisconnectionDuration */
    bool no_skip_middlewares;      /* middlewares also see those who come back. upstream: skipMiddlewares: false */
    size_t max_packets;            /* [100000] kept for those who are away; the oldest go first, and who has missed them starts anew */
    size_t max_bytes;              /* [64 MiB] these take, with all that belongs to them */
    size_t max_sessions;           /* [100000] kept at most; the oldest go first */
} sio_recovery_t;

#define SIO_RECOVERY(...) (&(const sio_recovery_t){.size = sizeof(sio_recovery_t), __VA_ARGS__})

/*
 * What one address and one client may ask of the server; zero: no limit. An address over a limit gets 429 for a handshake, its
 * connection is closed when accepted; a client over a rate (bursts of two seconds' worth pass) is closed, reason "transport error", the
 * limit in the detail. The log names address and session. upstream has none of them
 */
typedef struct sio_limits {
    size_t size;                      /* sizeof(sio_limits_t); SIO_LIMITS fills it in */
    unsigned connections_per_address; /* TCP connections at a time, by the peer's own address */
    unsigned sessions_per_address;    /* clients at a time */
    unsigned handshakes_per_second;   /* per address */
    unsigned packets_per_second;      /* per client, as received */
    uint64_t bytes_per_second;        /* per client, of the packets received */
    unsigned trusted_proxies;         /* that many entries at the end of X-Forwarded-For are our proxies': the clients' addresses are
                                         taken from there. 0: the header is not believed */
    unsigned namespaces_per_client;   /* joined at a time; one more is refused: "Too many namespaces" */
    unsigned rooms_per_socket;        /* at a time, but for the room of its id; sio_join() answers SIO_ELIMIT for one more */
} sio_limits_t;

#define SIO_LIMITS(...) (&(const sio_limits_t){.size = sizeof(sio_limits_t), __VA_ARGS__})

/*
 * Everything a server can be told. Zero means the default (in brackets), so that SIO_OPTIONS() is a usable server and
 * fields can be added without breaking programs. Texts, lists and structs are copied.
 */
typedef struct sio_options {
    size_t size; /* sizeof(sio_options_t); SIO_OPTIONS fills it in */

    /* Engine.IO */
    const char *path;              /* ["/socket.io"] upstream: path */
    bool no_trailing_slash;        /* upstream: addTrailingSlash: false */
    unsigned ping_interval_ms;     /* [25000] upstream: pingInterval */
    unsigned ping_timeout_ms;      /* [20000] upstream: pingTimeout */
    unsigned upgrade_timeout_ms;   /* [10000] upstream: upgradeTimeout */
    size_t max_http_buffer_size;   /* [1000000] bytes per message and per POST. upstream: maxHttpBufferSize */
    unsigned transports;           /* [SIO_POLLING | SIO_WEBSOCKET] upstream: transports */
    bool no_upgrades;              /* upstream: allowUpgrades: false */
    bool allow_eio3;               /* clients of Socket.IO v2 (Engine.IO 3) as well. upstream: allowEIO3 */
    const sio_cookie_t *cookie;    /* [none] upstream: cookie */
    const sio_per_message_deflate_t *per_message_deflate; /* [off] upstream: perMessageDeflate */
    bool no_http_compression;          /* poll answers are never compressed. upstream: httpCompression: false */
    size_t http_compression_threshold; /* [1024] bytes from which they are, with gzip or deflate */
    const char *initial_packet;    /* [none] a message sent right after the open packet. upstream: initialPacket */

    /* CORS, as the npm package `cors`; off unless one of the first five is set; per request: sio_cors().
       upstream: cors */
    const char *cors_origin;         /* this origin, or "*", always. upstream: origin: "..." */
    const char *const *cors_origins; /* a list; a request's Origin is reflected when in it. upstream: origin: [...] */
    const char *const *cors_patterns; /* more of that list: POSIX extended regular expressions that an Origin must contain a match
                                         of: anchor them. upstream: origin: ["...", /regex/] */
    bool cors_any_origin;            /* reflects whatever Origin comes. upstream: origin: true */
    bool (*cors_origin_allowed)(const char *origin, void *user); /* asked about other Origins ("": the request has none), which are
                                                                    reflected, or get no CORS. upstream: origin: a function */
    void *cors_user;
    const char *cors_methods;         /* ["GET,HEAD,PUT,PATCH,POST,DELETE"] */
    const char *cors_allowed_headers; /* [those the request asks for] comma-separated */
    const char *cors_exposed_headers; /* [none] comma-separated */
    bool cors_credentials;
    bool cors_preflight_continue;
    int cors_max_age;        /* seconds; -1: 0, ask each time [none] */
    int cors_success_status; /* [204] upstream: optionsSuccessStatus */

    /* Socket.IO */
    unsigned connect_timeout_ms; /* [45000] upstream: connectTimeout */
    unsigned ack_timeout_ms;     /* [10000] for broadcasts with acknowledgement whose target has no timeout */
    const char *client_dir;      /* [none] folder with socket.io.js etc. (npm's socket.io-client/dist), served below
                                    path. upstream: serveClient */
    const char *client_version;  /* [from ../package.json beside client_dir] the bundle's ETag */
    unsigned max_attachments;    /* [10] binary attachments per packet. upstream: parser's maxAttachments */
    unsigned max_json_depth;     /* [10000] arrays and objects within each other */
    const sio_recovery_t *recovery; /* [off] upstream: connectionStateRecovery */
    const sio_parser_t *parser;  /* [JSON text] what every client must use as well: sio_msgpack_parser(), sio_parser_new().
                                    upstream: parser */
    bool cleanup_empty_child_namespaces; /* a child of a dynamic namespace goes with its last socket. upstream:
                                            cleanupEmptyChildNamespaces */

    /* Limits that upstream doesn't have */
    size_t outbox_limit;         /* [16 MiB] bytes queued per client before emit answers SIO_EBACKPRESSURE */
    unsigned max_lifetime_ms;    /* [none] a connection that old, less up to a tenth, is closed at its next ping ("forced close"); its
                                    client connects anew, maybe to another server */
    unsigned outbox_stall_ms;    /* [30000] over the limit and no progress for so long: the client is closed */
    unsigned http_timeout_ms;    /* [60000] for a request to arrive whole; an idle keep-alive connection: 5 s */
    const sio_limits_t *limits;  /* [none] per address and per client */
    size_t max_connections;      /* [no limit] TCP connections; more are closed when accepted */
    size_t max_child_namespaces; /* [10000] that clients may bring about; more are refused with "Invalid namespace" */

    /* Program */
    struct uv_loop_s *loop; /* [one of its own] the program's libuv loop; see sio_run() */
    bool quiet_libwebsockets; /* lowers libwebsockets' own log, which is the whole process's, to warnings and errors */
    sio_log_fn log;         /* [warnings and errors to stderr] */
    void *log_user;
    enum sio_log_level log_level; /* [SIO_LOG_WARN] */
    void *user;                   /* for sio_server_user() */
} sio_options_t;

#define SIO_OPTIONS(...) (&(const sio_options_t){.size = sizeof(sio_options_t), __VA_ARGS__})

/* --------------------------------------------------------------------------------------------------------- server */

/*
 * A server, not listening yet. New; NULL when out of memory or when an option is out of its range (the log says which). It lives
 * until sio_shutdown() has called back. upstream: new Server(opts)
 */
SIO_API sio_server_t *sio_server_new(const sio_options_t *options) SIO_MUST_CHECK;

/* What options.user held. Any thread. */
SIO_API void *sio_server_user(const sio_server_t *io);

/*
 * Listens on host and port, in addition to what it listens on already. host NULL: every address, IPv6 and IPv4; "127.0.0.1", "::1",
 * a name, or "unix:/path/to.sock" (a stale socket file there is replaced; the port is ignored). Port 0: a free one, see sio_port().
 * Errors: SIO_EADDRINUSE, SIO_EADDRESS, SIO_ENOMEM. upstream: listen(port)
 */
SIO_API int sio_listen(sio_server_t *io, const char *host, int port) SIO_MUST_CHECK;

typedef struct sio_tls {
    size_t size;
    const char *cert_file;  /* PEM, with intermediate certificates after the server's own */
    const char *key_file;   /* PEM */
    const char *passphrase; /* of the key, or NULL */
    const char *ciphers;    /* OpenSSL cipher list up to TLS 1.2, or NULL */
} sio_tls_t;

#define SIO_TLS(...) (&(const sio_tls_t){.size = sizeof(sio_tls_t), __VA_ARGS__})

/* The same with TLS. More errors: SIO_ETLS, SIO_ELOOP. upstream: an https.Server */
SIO_API int sio_listen_tls(sio_server_t *io, const char *host, int port, const sio_tls_t *tls) SIO_MUST_CHECK;

/* The port of the newest TCP listener, 0 when there is none. Any thread once listening. */
SIO_API int sio_port(const sio_server_t *io);

/*
 * Runs the server's own loop on the calling thread until sio_shutdown() is done; returns 0, or SIO_ESTATE when the program gave
 * a loop of its own (then uv_run() it). The server is gone when this returns.
 */
SIO_API int sio_run(sio_server_t *io);

/* The loop the server runs on: its own or options.loop. Borrowed. */
SIO_API struct uv_loop_s *sio_loop(sio_server_t *io);

typedef void (*sio_shutdown_fn)(void *user);

/*
 * Stops listening, refuses new sessions (503), disconnects every socket (reason "server shutting down"), lets queued packets
 * leave for at most drain_ms milliseconds, closes the connections, then calls `done` (may be NULL) and frees the server:
 * `io` must not be used after that. Idempotent. Any thread. upstream: close()
 */
SIO_API int sio_shutdown(sio_server_t *io, unsigned drain_ms, sio_shutdown_fn done, void *user);

/*
 * Shuts down (draining for 5 s) on the first SIGINT or SIGTERM and at once on the second. For programs; a library that embeds the
 * server handles signals itself. Returns 0 or SIO_ENOMEM.
 */
SIO_API int sio_shutdown_on_signals(sio_server_t *io);

/* Calls fn(user) on the loop thread, soon and in order. Any thread. SIO_ENOMEM, SIO_ESTATE after the shutdown's end. */
SIO_API int sio_post(sio_server_t *io, void (*fn)(void *user), void *user);

/*
 * The server as a protocol ("socket.io") of the program's own libwebsockets vhost; options.loop must be the libuv loop of its
 * context. Fills in an entry of the vhost's protocols array. The vhost also needs a mount for the server's path (LWSMPRO_CALLBACK,
 * origin "socket.io", no protocol), "socket.io" as its default protocol, and with TLS the alpn "http/1.1": examples/embed-lws
 * shows it. Its README says what differs from sio_listen(): header fields that libwebsockets doesn't know must be named, WebSocket
 * messages are not compressed over TLS, requests can't be pipelined. The protocol may stay in the vhost when the server has gone; it
 * answers 503 then.
 * Errors: SIO_ESTATE when shutting down, SIO_ENOMEM. upstream: attach(httpServer)
 */
SIO_API int sio_lws_protocol(sio_server_t *io, struct lws_protocols *protocol);

/*
 * Joins the server to a cluster: rooms, broadcasts and requests then span all servers of it. Takes the adapter, also when it fails.
 * Before the first client connects; once. Errors: SIO_EINVAL (adapter is NULL, or something that it was made with is wrong: the log
 * says what), SIO_ESTATE, SIO_ENOMEM. What is there yet of the cluster is of no account: it need not be reached. upstream: io.adapter(...)
 */
SIO_API int sio_set_adapter(sio_server_t *io, sio_adapter_t *adapter) SIO_MUST_CHECK;

/* ----------------------------------------------------------------------------------------------------- namespaces */

/* The namespace of that name, made when it doesn't exist ("/" added in front if missing). Borrowed, lives as long as the server;
   NULL when out of memory. upstream: of(name) */
SIO_API sio_namespace_t *sio_of(sio_server_t *io, const char *name);

/*
 * Namespaces that come into being when a client asks for them. What is returned is their parent, borrowed, living as long as the
 * server: middlewares and handlers set on it are copied by each child when the child is made, what is emitted to it reaches the
 * sockets of all children. A socket's namespace is the child. Parents are asked in the order of their making; names that exist
 * already, whoever made them, need no asking. A parent has no sockets of its own: counting, walking and finding see none.
 *
 * With a pattern: a POSIX extended regular expression (case-sensitive) that the name must contain a match of: anchor it, as in
 * "^/dynamic-[0-9]+$", to match whole names. sio_of() of a name that matches makes a child as well. NULL when out of memory or when
 * the pattern isn't one (the log says so). upstream: of(/^\/dynamic-\d+$/)
 *
 * Names that clients ask for have at most 1024 bytes, and there are at most options.max_child_namespaces; others are refused with
 * "Invalid namespace".
 */
SIO_API sio_namespace_t *sio_of_pattern(sio_server_t *io, const char *pattern);

/*
 * With a function that answers `next`, now or later: sio_next_ok() accepts, sio_next_error() leaves the name to the next parent
 * (message and data don't reach the client). `auth` is the client's payload, NULL when jansson can't hold it; name and auth are
 * borrowed until the answer. upstream: of((name, auth, next) => ...)
 */
typedef void (*sio_namespace_fn)(const char *name, const json_t *auth, sio_next_t *next, void *user);
SIO_API sio_namespace_t *sio_of_function(sio_server_t *io, sio_namespace_fn fn, void *user);

/* Calls fn for each child of a parent until it returns false; fn may make and end children. upstream: parent.children */
SIO_API void sio_namespace_each_child(sio_namespace_t *parent, bool (*fn)(sio_namespace_t *child, void *user), void *user);

typedef void (*sio_new_namespace_fn)(sio_namespace_t *nsp, void *user);

/* A namespace was made, by sio_of() or by a client; its parent's handlers are set already. upstream: io.on("new_namespace") */
SIO_API int sio_on_new_namespace(sio_server_t *io, sio_new_namespace_fn fn, void *user);

/*
 * One more reference to a namespace. Needed only for children with options.cleanup_empty_child_namespaces, whose handles otherwise
 * live as long as one of their sockets (or references to them). A child that has been removed has no sockets and gets none; sio_of()
 * makes another of its name. Any thread.
 */
SIO_API sio_namespace_t *sio_namespace_ref(sio_namespace_t *nsp);

/* Gives a reference back. NULL is allowed. Any thread. */
SIO_API void sio_namespace_unref(sio_namespace_t *nsp);

/* Borrowed. Any thread. upstream: nsp.name */
SIO_API const char *sio_namespace_name(const sio_namespace_t *nsp);

/* Borrowed. Any thread. */
SIO_API sio_server_t *sio_namespace_server(const sio_namespace_t *nsp);

/* How many sockets are connected to it here. upstream: nsp.sockets.size */
SIO_API size_t sio_namespace_count(const sio_namespace_t *nsp);

/* Calls fn for each socket connected here, in the order of connection, until it returns false. upstream: nsp.sockets */
SIO_API void sio_namespace_each(sio_namespace_t *nsp, bool (*fn)(sio_socket_t *socket, void *user), void *user);

/* The connected socket of that id, borrowed, or NULL. upstream: nsp.sockets.get(id) */
SIO_API sio_socket_t *sio_namespace_find(sio_namespace_t *nsp, const char *id);

typedef void (*sio_connection_fn)(sio_socket_t *socket, void *user);

/* A client joined the namespace. Several handlers are called in order. upstream: nsp.on("connection") */
SIO_API int sio_on_connection(sio_namespace_t *nsp, sio_connection_fn fn, void *user);

typedef void (*sio_middleware_fn)(sio_socket_t *socket, sio_next_t *next, void *user);

/* Runs before the connection is accepted; must answer `next` exactly once, now or later. upstream: nsp.use() */
SIO_API int sio_use(sio_namespace_t *nsp, sio_middleware_fn fn, void *user);

/* Goes on. Any thread; `next` is gone after it. upstream: next() */
SIO_API int sio_next_ok(sio_next_t *next);

/*
 * Refuses: the client's "connect_error" has that message, and `data` (stolen, may be NULL) as err.data. In a socket middleware the
 * event is dropped and the socket's error handlers run. Any thread; `next` is gone after it. upstream: next(err)
 */
SIO_API int sio_next_error(sio_next_t *next, const char *message, json_t *data);

/* ------------------------------------------------------------------------------------- emitting: the format string
 *
 * An event's arguments are described by a format of one letter per argument, jansson's json_pack() letters:
 *   s    const char *            text. "s#": and int length; "s%": and size_t length; "s?": NULL gives null;
 *                                "s+": concatenated with the next text
 *   i I  int, json_int_t         f  double (NaN and infinities give null, as JSON.stringify)
 *   b    int (0 or not)          n  null
 *   o O  json_t *                o is stolen, O is borrowed
 *   [ ]  array of the letters within        { }  object: "{s:i, s:s}", keys are const char *
 * and three of this library:
 *   B    const void *, size_t    bytes: a binary attachment
 *   V    const sio_value_t *     a received value, handed on byte for byte, with its attachments
 *   E    const sio_event_t *     all arguments of a received event, likewise; upstream: ...args
 * Blanks, commas and colons are ignored. NULL or "" means no arguments. With an error nothing is sent.
 */

/* What was wrong with the last format of the calling thread that gave SIO_EFORMAT: "position 3: ...". Static per thread. */
SIO_API const char *sio_format_error(void);

/*
 * Sends an event to one client. Errors: SIO_EFORMAT, SIO_EDISCONNECTED, SIO_EBACKPRESSURE, SIO_ERESERVED, SIO_ENOMEM.
 * Any thread. upstream: socket.emit(name, ...args)
 */
SIO_API int sio_emit(sio_socket_t *socket, const char *name, const char *format, ...);
SIO_API int sio_emitv(sio_socket_t *socket, const char *name, const char *format, va_list args);

/* An event "message". upstream: socket.send(...args), nsp.send(...args) */
#define sio_send(socket, ...)            sio_emit((socket), "message", __VA_ARGS__)
#define sio_send_to(nsp, target, ...)    sio_emit_to((nsp), (target), "message", __VA_ARGS__)

/* With SIO_VOLATILE, SIO_NO_COMPRESS. Any thread. upstream: socket.volatile.emit(), socket.compress(false).emit() */
SIO_API int sio_emit_flags(sio_socket_t *socket, unsigned flags, const char *name, const char *format, ...);

/* The arguments as a jansson array (borrowed). Any thread. */
SIO_API int sio_emit_json(sio_socket_t *socket, unsigned flags, const char *name, const json_t *args);

/* The arguments as the JSON text of an array; checked, then sent as it is. Any thread. More errors: SIO_EJSON. */
SIO_API int sio_emit_text(sio_socket_t *socket, unsigned flags, const char *name, const char *args, size_t len);

/*
 * The answer to an emit with acknowledgement: status SIO_OK and the arguments, or SIO_ETIMEDOUT or SIO_EDISCONNECTED and NULL.
 * Called exactly once for every call that returned 0, always later than that call.
 */
typedef void (*sio_reply_fn)(int status, const sio_event_t *reply, void *user);

/*
 * Sends an event and waits at most timeout_ms (0: for as long as the socket is connected) for its acknowledgement. Any thread; the
 * reply comes on the loop thread. upstream: socket.timeout(ms).emit(name, ...args, callback)
 */
SIO_API int sio_emit_ack(sio_socket_t *socket, unsigned timeout_ms, sio_reply_fn fn, void *user, const char *name,
                         const char *format, ...);
SIO_API int sio_emit_ackv(sio_socket_t *socket, unsigned timeout_ms, sio_reply_fn fn, void *user, const char *name,
                          const char *format, va_list args);

/*
 * Sends an event to the sockets of a namespace that the target names (NULL: all). Encoded once. Any thread; from the loop thread the
 * rooms are those of the moment of the call. upstream: io.to(...).emit(name, ...args)
 */
SIO_API int sio_emit_to(sio_namespace_t *nsp, const sio_target_t *target, const char *name, const char *format, ...);
SIO_API int sio_emit_tov(sio_namespace_t *nsp, const sio_target_t *target, const char *name, const char *format,
                         va_list args);
SIO_API int sio_emit_to_json(sio_namespace_t *nsp, const sio_target_t *target, const char *name, const json_t *args);
SIO_API int sio_emit_to_text(sio_namespace_t *nsp, const sio_target_t *target, const char *name, const char *args,
                             size_t len);

/* The same without the socket itself. Any thread. upstream: socket.broadcast.emit(), socket.to(...).emit() */
SIO_API int sio_broadcast(sio_socket_t *socket, const sio_target_t *target, const char *name, const char *format, ...);
SIO_API int sio_broadcastv(sio_socket_t *socket, const sio_target_t *target, const char *name, const char *format,
                           va_list args);
SIO_API int sio_broadcast_json(sio_socket_t *socket, const sio_target_t *target, const char *name, const json_t *args);
SIO_API int sio_broadcast_text(sio_socket_t *socket, const sio_target_t *target, const char *name, const char *args,
                               size_t len);

/* ------------------------------------------------------------------------------------------------ receiving events */

typedef void (*sio_event_fn)(sio_socket_t *socket, sio_event_t *event, void *user);

/* Calls fn for each event of that name from this client. Several handlers are called in order. upstream: socket.on() */
SIO_API int sio_on(sio_socket_t *socket, const char *name, sio_event_fn fn, void *user);

/* For the next one only. upstream: socket.once() */
SIO_API int sio_once(sio_socket_t *socket, const char *name, sio_event_fn fn, void *user);

/* Removes one handler (fn and user as given), or all of that name (fn NULL), or all (name NULL). upstream: socket.off() */
SIO_API int sio_off(sio_socket_t *socket, const char *name, sio_event_fn fn, void *user);

/* How many handlers the socket itself has: for a name (NULL: for all), for every incoming, for every outgoing event.
   upstream: socket.listenerCount(name), socket.listenersAny().length, socket.listenersAnyOutgoing().length */
SIO_API size_t sio_count(const sio_socket_t *socket, const char *name);
SIO_API size_t sio_count_any(const sio_socket_t *socket);
SIO_API size_t sio_count_any_outgoing(const sio_socket_t *socket);

/*
 * A handler for the sockets of a namespace, set once instead of once per connection: ten thousand clients then carry no tables of
 * their own. Runs before the socket's own handlers.
 */
SIO_API int sio_namespace_on(sio_namespace_t *nsp, const char *name, sio_event_fn fn, void *user);

/* Every incoming event, before the others. upstream: onAny, prependAny, offAny (fn NULL: all) */
SIO_API int sio_on_any(sio_socket_t *socket, sio_event_fn fn, void *user);
SIO_API int sio_prepend_any(sio_socket_t *socket, sio_event_fn fn, void *user);
SIO_API int sio_off_any(sio_socket_t *socket, sio_event_fn fn, void *user);

/* Every outgoing event, broadcasts included, acknowledgements not. upstream: onAnyOutgoing, prependAnyOutgoing, offAnyOutgoing */
SIO_API int sio_on_any_outgoing(sio_socket_t *socket, sio_event_fn fn, void *user);
SIO_API int sio_prepend_any_outgoing(sio_socket_t *socket, sio_event_fn fn, void *user);
SIO_API int sio_off_any_outgoing(sio_socket_t *socket, sio_event_fn fn, void *user);

typedef void (*sio_event_middleware_fn)(sio_socket_t *socket, const sio_event_t *event, sio_next_t *next, void *user);

/* Runs for each incoming event, after the catch-all handlers; must answer `next` once. upstream: socket.use() */
SIO_API int sio_socket_use(sio_socket_t *socket, sio_event_middleware_fn fn, void *user);

typedef void (*sio_socket_error_fn)(sio_socket_t *socket, const char *message, const json_t *data, void *user);

/* A socket middleware refused an event, or the client sent a malformed packet. upstream: socket.on("error") */
SIO_API int sio_on_error(sio_socket_t *socket, sio_socket_error_fn fn, void *user);

typedef void (*sio_drained_fn)(sio_socket_t *socket, void *user);

/*
 * What was queued for the client has left, after packets had to wait for it or an emit was answered SIO_EBACKPRESSURE: the moment to go on.
 * Comes in a later turn of the loop, so that whoever fills the outbox again here starves nobody. upstream has none
 */
SIO_API int sio_on_drained(sio_socket_t *socket, sio_drained_fn fn, void *user);
SIO_API int sio_namespace_on_drained(sio_namespace_t *nsp, sio_drained_fn fn, void *user);

enum sio_reason {
    SIO_REASON_TRANSPORT_CLOSE = 1,         /* "transport close" */
    SIO_REASON_TRANSPORT_ERROR,             /* "transport error" */
    SIO_REASON_PING_TIMEOUT,                /* "ping timeout" */
    SIO_REASON_PARSE_ERROR,                 /* "parse error" */
    SIO_REASON_FORCED_CLOSE,                /* "forced close" */
    SIO_REASON_FORCED_SERVER_CLOSE,         /* "forced server close" */
    SIO_REASON_SERVER_SHUTTING_DOWN,        /* "server shutting down" */
    SIO_REASON_CLIENT_NAMESPACE_DISCONNECT, /* "client namespace disconnect" */
    SIO_REASON_SERVER_NAMESPACE_DISCONNECT, /* "server namespace disconnect" */
    SIO_REASONS                             /* how many, with one for 0, which is none */
};

/* Why a socket went: upstream's reason, and what it can't tell, in English: "close code 1009", "no pong for 20000 ms"... */
typedef struct sio_disconnect {
    enum sio_reason reason;
    const char *text;   /* the reason as upstream writes it */
    const char *detail; /* never NULL, maybe "" */
} sio_disconnect_t;

typedef void (*sio_disconnect_fn)(sio_socket_t *socket, const sio_disconnect_t *why, void *user);

/* About to leave its rooms; it is in them still. upstream: socket.on("disconnecting") */
SIO_API int sio_on_disconnecting(sio_socket_t *socket, sio_disconnect_fn fn, void *user);
SIO_API int sio_namespace_on_disconnecting(sio_namespace_t *nsp, sio_disconnect_fn fn, void *user);

/* Gone, its rooms left. upstream: socket.on("disconnect") */
SIO_API int sio_on_disconnect(sio_socket_t *socket, sio_disconnect_fn fn, void *user);
SIO_API int sio_namespace_on_disconnect(sio_namespace_t *nsp, sio_disconnect_fn fn, void *user);

/* ---------------------------------------------------------------------------------------- events and their arguments */

/* The event's name, borrowed; NULL for an acknowledgement or a nameless event. */
SIO_API const char *sio_event_name(const sio_event_t *event);

/* How many arguments it has. */
SIO_API size_t sio_event_count(const sio_event_t *event);

/* The argument at index (from 0), borrowed; NULL when there are fewer. */
SIO_API const sio_value_t *sio_event_arg(const sio_event_t *event, size_t index);

/*
 * The arguments into variables, by a format of json_unpack()'s letters:
 *   s const char ** ("s%": and size_t *)   i int *   I json_int_t *   f double * (real)   F double * (any number)   b int *
 *   n (null)   o json_t ** (borrowed)   O json_t ** (new reference)   [ ] { } as in json_unpack, "s?" for keys that may be absent
 *   B const void **, size_t *   V const sio_value_t **   |   the arguments after it may be missing (variables keep their values)
 * Texts, bytes and borrowed values live as long as the event. Extra arguments are ignored. 0, or SIO_EFORMAT (see sio_format_error()).
 */
SIO_API int sio_unpack(const sio_event_t *event, const char *format, ...) SIO_MUST_CHECK;

/* All arguments as a jansson array, new (json_decref). NULL when jansson can't hold them. Bytes appear as { "_placeholder": true, "num": n }. */
SIO_API json_t *sio_event_json(const sio_event_t *event);

/* Whether the client waits for an acknowledgement. */
SIO_API bool sio_event_wants_ack(const sio_event_t *event);

/*
 * Answers an event: the client's callback gets the arguments. At most once; 0 also when the client asked for none. Any thread, for a
 * held event. Errors: SIO_EFORMAT, SIO_ESTATE (answered already), SIO_EDISCONNECTED. upstream: callback(...args)
 */
SIO_API int sio_ack(sio_event_t *event, const char *format, ...);
SIO_API int sio_ackv(sio_event_t *event, const char *format, va_list args);
SIO_API int sio_ack_json(sio_event_t *event, const json_t *args);
SIO_API int sio_ack_text(sio_event_t *event, const char *args, size_t len);

/* Keeps an event beyond its handler, to look at it or answer it later. New (sio_event_release); NULL when out of memory. */
SIO_API sio_event_t *sio_event_hold(sio_event_t *event) SIO_MUST_CHECK;

/* Gives a held event back. NULL is allowed. Any thread. */
SIO_API void sio_event_release(sio_event_t *event);

/* The socket an event came from, borrowed from the event. */
SIO_API sio_socket_t *sio_event_socket(const sio_event_t *event);

enum sio_value_type {
    SIO_NULL,
    SIO_FALSE,
    SIO_TRUE,
    SIO_NUMBER,
    SIO_STRING,
    SIO_ARRAY,
    SIO_OBJECT,
    SIO_BYTES /* a binary attachment */
};

/* Its kind; what is no value (NULL) is null. */
SIO_API enum sio_value_type sio_value_type(const sio_value_t *value);

/* The JSON text as it came, not NUL-terminated; borrowed from the event. */
SIO_API const char *sio_value_text(const sio_value_t *value, size_t *len);

/*
 * Parsed, on first use; borrowed from the event. NULL when jansson can't hold it (integers from 2^63 on become reals, but lone
 * surrogates, NUL in keys and very deep nesting have no form): sio_value_text() still has it. SIO_BYTES: NULL.
 */
SIO_API json_t *sio_value_json(const sio_value_t *value);

/* The bytes of a SIO_BYTES value, borrowed from the event; NULL for others. */
SIO_API const void *sio_value_bytes(const sio_value_t *value, size_t *len);

/* The attachment that a nested placeholder { "_placeholder": true, "num": n } of this value means; NULL when there is none. */
SIO_API const void *sio_value_attachment(const sio_value_t *value, size_t num, size_t *len);

/* -------------------------------------------------------------------------------------------------------- sockets */

/* One more reference; a held socket outlives its connection, and calls on it then answer SIO_EDISCONNECTED. Any thread. */
SIO_API sio_socket_t *sio_socket_ref(sio_socket_t *socket);

/* Gives a reference back. NULL is allowed. Any thread. */
SIO_API void sio_socket_unref(sio_socket_t *socket);

/* 20 characters, borrowed. Any thread. upstream: socket.id */
SIO_API const char *sio_id(const sio_socket_t *socket);

/* Any thread. upstream: socket.connected */
SIO_API bool sio_connected(const sio_socket_t *socket);

/*
 * Whether it is the continuation of an earlier connection, with options.recovery: id, rooms and sio_data() are what they were, and the
 * events missed have been sent. sio_set_user() doesn't survive. Known in middlewares already. Any thread. upstream: socket.recovered
 */
SIO_API bool sio_recovered(const sio_socket_t *socket);

/* Borrowed. Any thread. upstream: socket.nsp */
SIO_API sio_namespace_t *sio_socket_namespace(const sio_socket_t *socket);

/* Borrowed. Any thread. */
SIO_API sio_server_t *sio_socket_server(const sio_socket_t *socket);

/* The Engine.IO connection that carries it; borrowed, as long as the socket is referenced. Any thread. upstream: socket.conn */
SIO_API sio_conn_t *sio_conn(const sio_socket_t *socket);

/* "polling" or "websocket", static. upstream: socket.conn.transport.name */
SIO_API const char *sio_transport(const sio_socket_t *socket);

/* Joins or leaves a room. Any thread; in order with the emits of the same thread. Errors: SIO_EDISCONNECTED, SIO_ENOMEM; on the loop
   thread also SIO_ELIMIT (limits.rooms_per_socket). upstream: socket.join(), socket.leave() */
SIO_API int sio_join(sio_socket_t *socket, const char *room);
SIO_API int sio_leave(sio_socket_t *socket, const char *room);

/* Whether it is in a room (its own id counts). upstream: socket.rooms.has() */
SIO_API bool sio_in_room(const sio_socket_t *socket, const char *room);

/* Calls fn for each room it is in, in the order of joining: its own first unless a middleware made it join others. upstream: socket.rooms */
SIO_API void sio_rooms(const sio_socket_t *socket, void (*fn)(const char *room, void *user), void *user);

/*
 * Disconnects from its namespace or, with close, disconnects every socket of the client and closes the connection; queued packets
 * leave first. The reason is "server namespace disconnect". Any thread. upstream: socket.disconnect(close)
 */
SIO_API int sio_disconnect(sio_socket_t *socket, bool close);

/*
 * Until when the socket may stay, in Unix milliseconds: for tokens that expire. When that time has come, it is disconnected from its
 * namespace as by sio_disconnect(), with the detail "its deadline has passed". Set again, it moves; 0 takes it away. May be set in a
 * middleware. Sessions kept in memory (options.recovery) keep it, those kept in Redis don't: set it again in a middleware, with
 * no_skip_middlewares. Costs one timer, O(1). Errors: SIO_EINVAL (negative), SIO_EDISCONNECTED, SIO_ENOMEM. Any thread. upstream
 * has none
 */
SIO_API int sio_set_deadline(sio_socket_t *socket, int64_t unix_ms);

/* The deadline, 0: none. */
SIO_API int64_t sio_deadline(const sio_socket_t *socket);

/* A JSON object of the program's, which other servers of a cluster can see; borrowed, made on first use. upstream: socket.data */
SIO_API json_t *sio_data(sio_socket_t *socket);

/* A pointer of the program's; the destructor (may be NULL) is called when it is replaced or the socket is freed. */
SIO_API void sio_set_user(sio_socket_t *socket, void *user, void (*destructor)(void *user));
SIO_API void *sio_user(const sio_socket_t *socket);

/* Bytes queued for the client. upstream: conn.writeBuffer */
SIO_API size_t sio_queued_bytes(const sio_socket_t *socket);

/* What the client sent with its first request and its CONNECT packet. Borrowed from the socket. upstream: socket.handshake */
SIO_API json_t *sio_handshake_auth(sio_socket_t *socket);                            /* an object; {} without payload */
SIO_API const char *sio_handshake_auth_text(const sio_socket_t *socket, size_t *len); /* as it came */
SIO_API const char *sio_handshake_header(const sio_socket_t *socket, const char *name); /* lower-case name; NULL: absent */
SIO_API const char *sio_handshake_query(const sio_socket_t *socket, const char *name);  /* decoded; NULL: absent */
SIO_API const char *sio_handshake_url(const sio_socket_t *socket);                      /* path and query */
SIO_API const char *sio_handshake_address(const sio_socket_t *socket); /* the peer's IP address, "" for a Unix socket */
SIO_API int64_t sio_handshake_issued(const sio_socket_t *socket);      /* Unix milliseconds */
SIO_API bool sio_handshake_secure(const sio_socket_t *socket);         /* over TLS */
SIO_API bool sio_handshake_xdomain(const sio_socket_t *socket);        /* with an Origin header */

/* The whole of it as upstream serialises it: headers, time, address, xdomain, secure, issued, url, query, auth. New (json_decref). */
SIO_API json_t *sio_handshake(sio_socket_t *socket);

#ifdef __cplusplus
}
#endif

#include <socketio/cluster.h>
#include <socketio/http.h>
#include <socketio/parsers.h>
#include <socketio/stats.h>
#include <socketio/ws.h>

#endif
