/*
 * Redis: servers on many machines as one cluster, in which Node's servers may take part, and an emitter for processes without a server.
 * A library of its own, libsocketio-redis, of the same version as libsocketio.
 *
 *     sio_set_adapter(io, sio_redis_adapter("redis://localhost:6379", NULL));
 */
#ifndef SOCKETIO_REDIS_H
#define SOCKETIO_REDIS_H

#include <socketio/socketio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------ the connection
 *
 * redis://[[user]:password@]host[:port][/database], rediss://... (the same over TLS), or unix:[[user]:password@]/path[?db=database]. What
 * of it isn't plain is written %XX. Connections that can't be made, or break, are made anew by themselves, and resubscribe. What is
 * published meanwhile waits, as far as buffer_limit allows; what was under way when it broke is lost, as with upstream.
 */

enum sio_redis_status {
    SIO_REDIS_CONNECTING,   /* not yet, or not any more */
    SIO_REDIS_CONNECTED,    /* and all subscriptions are in force */
    SIO_REDIS_CLOSED        /* the server has been shut down */
};

typedef struct sio_redis_state {
    size_t size;                 /* in: sizeof(sio_redis_state_t) */
    enum sio_redis_status status;
    unsigned connections;        /* how many times it was connected */
    unsigned lag_ms;             /* how long Redis has been owing the oldest answer; 0: none, and the last one took less than 1 ms */
    uint64_t published, received; /* messages */
    uint64_t dropped;            /* messages not published, because buffer_limit was reached, or lost with a connection */
    uint64_t refused;            /* messages that came and could not be read */
    size_t buffered;             /* bytes that wait for Redis */
    char last_error[160];        /* why it was not, or is not, connected; empty: never */
} sio_redis_state_t;

/* The state has changed: connected, not any more, closed. On the loop thread. */
typedef void (*sio_redis_state_fn)(const sio_redis_state_t *state, void *user);

/* How Redis is reached. Zero means the default (in brackets). Texts and lists are copied. */
typedef struct sio_redis_connection {
    size_t size; /* sizeof(sio_redis_connection_t); SIO_REDIS_CONNECTION fills it in */
    const char *user, *password; /* [those of the URL] */
    int database;                /* [that of the URL] */

    /* Sentinels: they are asked for the master, before each connection; host and port of the URL are of no account. */
    const char *const *sentinels; /* "host:port" */
    const char *sentinel_master;  /* [mymaster] its name */
    const char *sentinel_user, *sentinel_password;

    /* TLS */
    const char *ca_file;             /* [the system's authorities] PEM */
    const char *cert_file, *key_file; /* [none] the client's own, PEM */
    const char *server_name;         /* [the host] whom the certificate must name */
    bool tls_no_verify;              /* any certificate will do: for tests */

    unsigned connect_timeout_ms; /* [5000] */
    unsigned retry_min_ms;       /* [100] before the second attempt; each further one doubles it, up to */
    unsigned retry_max_ms;       /* [500] and half of the time is left to chance */
    unsigned ping_interval_ms;   /* [10000] */
    unsigned ping_timeout_ms;    /* [30000] a connection that has been silent for so long is given up */
    size_t buffer_limit;         /* [16 MiB] of what waits for Redis; more is dropped, and counted */
    sio_redis_state_fn on_state; /* [none] */
    void *user_data;             /* for on_state */
} sio_redis_connection_t;

#define SIO_REDIS_CONNECTION(...) (&(const sio_redis_connection_t){.size = sizeof(sio_redis_connection_t), __VA_ARGS__})

/* ------------------------------------------------------------------------------------------------ the classic adapter */

/* Where a parser writes its message, or the JSON that a message means. */
typedef struct sio_redis_output sio_redis_output_t;

typedef struct sio_redis_bytes {
    const void *data;
    size_t len;
} sio_redis_bytes_t;

/*
 * What stands in for MessagePack in broadcasts and acknowledgements; the same on all servers. Both functions return 0, or another number
 * when they can't, and run on the loop thread.
 */
typedef struct sio_redis_parser {
    size_t size; /* sizeof(sio_redis_parser_t) */
    /* Writes a message: JSON, in which {"_placeholder":true,"num":n} is the n-th of the binary values. Borrowed. */
    int (*encode)(const char *json, size_t len, const sio_redis_bytes_t *binary, size_t count, sio_redis_output_t *output, void *user);
    /* Writes the JSON that a message of another server means. */
    int (*decode)(const void *message, size_t len, sio_redis_output_t *output, void *user);
    void *user;
} sio_redis_parser_t;

/* For a parser's functions. The second, in decode: a binary value of the JSON, which lies within the message. */
SIO_API void sio_redis_write(sio_redis_output_t *output, const void *bytes, size_t len);
SIO_API void sio_redis_write_binary(sio_redis_output_t *output, const void *bytes, size_t len);

typedef struct sio_redis_options {
    size_t size; /* sizeof(sio_redis_options_t); SIO_REDIS_OPTIONS fills it in */
    const sio_redis_connection_t *connection; /* [the defaults] SIO_REDIS_CONNECTION(...) */
    const char *key;                          /* ["socket.io"] begins the names of channels. upstream: key */
    unsigned requests_timeout_ms;             /* [5000] for what other servers are asked. upstream: requestsTimeout */
    bool publish_on_specific_response_channel; /* answers go to who asked alone. upstream: publishOnSpecificResponseChannel */
    const sio_redis_parser_t *parser;         /* [MessagePack] copied. upstream: parser */
} sio_redis_options_t;

#define SIO_REDIS_OPTIONS(...) (&(const sio_redis_options_t){.size = sizeof(sio_redis_options_t), __VA_ARGS__})

/*
 * An adapter over Redis' Pub/Sub, for sio_set_adapter(), which takes it; Node's servers with @socket.io/redis-adapter may be in the same
 * cluster. New; NULL when out of memory, or when the two libraries are of different versions. Any thread. upstream: createAdapter(pub, sub, opts)
 */
SIO_API sio_adapter_t *sio_redis_adapter(const char *url, const sio_redis_options_t *options) SIO_MUST_CHECK;

/* ----------------------------------------------------------------------------------- sharded Pub/Sub
 *
 * Compatible with createShardedAdapter() of npm's @socket.io/redis-adapter 8. For one Redis, 7.0 or newer, or a Redis Cluster, of which
 * the URL names any master; slots that move are followed.
 */

enum sio_redis_subscription_mode {
    SIO_REDIS_DYNAMIC,         /* upstream: "dynamic". A channel for each room, but for those of sockets' ids */
    SIO_REDIS_DYNAMIC_PRIVATE, /* upstream: "dynamic-private". For these too */
    SIO_REDIS_STATIC           /* upstream: "static". One channel for all */
};

/* Zero means the default (in brackets). Texts are copied. */
typedef struct sio_redis_sharded_options {
    size_t size; /* sizeof(sio_redis_sharded_options_t); SIO_REDIS_SHARDED fills it in */
    const sio_redis_connection_t *connection; /* [those of the URL] */
    const char *channel_prefix;               /* ["socket.io"] upstream: channelPrefix */
    enum sio_redis_subscription_mode subscription_mode; /* upstream: subscriptionMode; all servers must have the same */
    unsigned requests_timeout_ms; /* [5000] for the sockets of other servers, unless the target says another */
} sio_redis_sharded_options_t;

#define SIO_REDIS_SHARDED(...) (&(const sio_redis_sharded_options_t){.size = sizeof(sio_redis_sharded_options_t), __VA_ARGS__})

/*
 * New, for sio_set_adapter(), which says what is wrong with it. NULL: out of memory, or the two libraries are of different versions. Any
 * thread. upstream: createShardedAdapter(pubClient, subClient, options)
 */
SIO_API sio_adapter_t *sio_redis_sharded_adapter(const char *url, const sio_redis_sharded_options_t *options) SIO_MUST_CHECK;

/* --------------------------------------------------------------------------------------------- streams
 *
 * Compatible with npm's @socket.io/redis-streams-adapter 0.3, for one Redis, 6.2 or newer. With options.recovery, sessions are kept in Redis:
 * a client may come back to any server of the cluster, Node's too.
 */

typedef struct sio_redis_streams_options {
    size_t size; /* sizeof(sio_redis_streams_options_t); SIO_REDIS_STREAMS fills it in */
    const sio_redis_connection_t *connection; /* [those of the URL] */
    const char *stream_name;                  /* ["socket.io"] upstream: streamName */
    unsigned stream_count;                    /* [1] upstream: streamCount */
    const char *channel_prefix;               /* ["socket.io"] upstream: channelPrefix */
    bool sharded_pubsub;                      /* upstream: useShardedPubSub */
    uint64_t max_len;                         /* [10000] entries that a stream keeps, roughly; upstream: maxLen */
    unsigned read_count;                      /* [100] upstream: readCount */
    unsigned block_time_ms;                   /* [5000] below ping_timeout_ms; upstream: blockTimeInMs */
    const char *session_key_prefix;           /* ["sio:session:"] upstream: sessionKeyPrefix */
    unsigned requests_timeout_ms;             /* [5000] as above */
} sio_redis_streams_options_t;

#define SIO_REDIS_STREAMS(...) (&(const sio_redis_streams_options_t){.size = sizeof(sio_redis_streams_options_t), __VA_ARGS__})

/* As sio_redis_sharded_adapter(). upstream: createAdapter(redisClient, options) */
SIO_API sio_adapter_t *sio_redis_streams_adapter(const char *url, const sio_redis_streams_options_t *options) SIO_MUST_CHECK;

/* ------------------------------------------------------------------------------------------------ the emitter
 *
 * Emits into a cluster whose servers have the classic adapter, from a process that need not have a server. An emitter belongs to one
 * thread at a time. Nothing of it waits for Redis but sio_emitter_flush(). upstream: npm's @socket.io/redis-emitter
 */

typedef struct sio_emitter sio_emitter_t; /* upstream: Emitter */

typedef struct sio_emitter_options {
    size_t size; /* sizeof(sio_emitter_options_t); SIO_EMITTER_OPTIONS fills it in */
    const sio_redis_connection_t *connection; /* [the defaults] */
    const char *key;                          /* ["socket.io"] upstream: key */
    const sio_redis_parser_t *parser;         /* [MessagePack] copied. upstream: parser */
    struct uv_loop_s *loop;                   /* [one of its own] which the program runs */
} sio_emitter_options_t;

#define SIO_EMITTER_OPTIONS(...) (&(const sio_emitter_options_t){.size = sizeof(sio_emitter_options_t), __VA_ARGS__})

/* New; Redis need not be there. NULL: out of memory, or the URL or an option can't be used, which is said on stderr. */
SIO_API sio_emitter_t *sio_emitter_new(const char *url, const sio_emitter_options_t *options) SIO_MUST_CHECK;

/* What hasn't left is lost: flush first. With the program's loop it ends on a later turn. NULL is allowed. */
SIO_API void sio_emitter_free(sio_emitter_t *emitter);

/*
 * To the clients of a namespace (a slash is added in front if missing, NULL: "/"), on all servers, that the target names (NULL: all; its
 * time limit is of no account). Errors: SIO_EFORMAT, SIO_EINVAL, SIO_ERESERVED, SIO_EBACKPRESSURE (buffer_limit), SIO_ENOMEM. upstream:
 * of(nsp).to(...).except(...).emit(name, ...args)
 */
SIO_API int sio_emitter_emit(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target, const char *name,
                             const char *format, ...);
SIO_API int sio_emitter_emitv(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target, const char *name,
                              const char *format, va_list args);

/* The arguments as the JSON text of an array. More errors: SIO_EJSON. */
SIO_API int sio_emitter_emit_text(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target, const char *name,
                                  const char *args, size_t len);

/* These (args NULL: none), and binary arguments behind them. The same errors. */
SIO_API int sio_emitter_emit_bytes(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target, const char *name,
                                   const char *args, size_t len, const sio_redis_bytes_t *binary, size_t count);

/* The same errors but SIO_ERESERVED. upstream: socketsJoin(), socketsLeave(), disconnectSockets(close) */
SIO_API int sio_emitter_sockets_join(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target, const char *const *rooms);
SIO_API int sio_emitter_sockets_leave(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target, const char *const *rooms);
SIO_API int sio_emitter_disconnect_sockets(sio_emitter_t *emitter, const char *nsp, const sio_target_t *target, bool close);

/* To the servers themselves; they can't answer. The same errors. upstream: serverSideEmit(name, ...args) */
SIO_API int sio_emitter_server_side_emit(sio_emitter_t *emitter, const char *nsp, const char *name, const char *format, ...);
SIO_API int sio_emitter_server_side_emitv(sio_emitter_t *emitter, const char *nsp, const char *name, const char *format, va_list args);
SIO_API int sio_emitter_server_side_emit_text(sio_emitter_t *emitter, const char *nsp, const char *name, const char *args, size_t len);

/*
 * Runs the emitter's own loop until Redis has taken everything: 0; SIO_ETIMEDOUT; SIO_EDISCONNECTED (a connection broke, or Redis refused:
 * something since the last flush is lost); SIO_ESTATE (the loop is the program's). upstream: await emitter.emit(...)
 */
SIO_API int sio_emitter_flush(sio_emitter_t *emitter, unsigned timeout_ms);

/* Why Redis isn't reached, or wasn't; "": no reason. Borrowed until the next call. */
SIO_API const char *sio_emitter_error(const sio_emitter_t *emitter);

/* ---------------------------------------------------------------------------------------------------- state */

/*
 * Fills in state, whose size is set, of an adapter of this library that a server has. Loop thread. SIO_EINVAL: it is another's, or
 * size isn't set.
 */
SIO_API int sio_redis_state(sio_adapter_t *adapter, sio_redis_state_t *state);

#ifdef __cplusplus
}
#endif

#endif
