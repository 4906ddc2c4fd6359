/* The server: its loop, its engine, its namespaces, and what all of its sockets share. */
#ifndef SIO_SERVER_H
#define SIO_SERVER_H

#include "adapters/adapter.h"
#include "adapters/session_store.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "engineio/engine.h"
#include "engineio/loop.h"
#include "base/args.h"
#include "socketio/listeners.h"
#include "socketio/messages.h"
#include "socketio/socketio.h"

#include <stdatomic.h>

/* Functions of the program that concern requests rather than sockets. */
typedef struct sio__hooks {
    sio_allow_request_fn allow_request;
    void *allow_request_user;
    sio_headers_fn initial_headers, headers;
    void *initial_headers_user, *headers_user;
    sio_connection_error_fn connection_error;
    void *connection_error_user;
    sio_generate_id_fn generate_id;
    void *generate_id_user;
    sio_request_fn request;
    void *request_user;
    sio_cors_fn cors;
    void *cors_user;
    sio_oversize_fn oversize;
    void *oversize_user;
} sio__hooks_t;

/* dynamic.c: namespaces that clients bring about. */
typedef struct sio__dynamic {
    sio__list_t parents;
    unsigned parents_made; /* numbers their names, as upstream */
    size_t children, max_children;
    bool cleanup;
} sio__dynamic_t;

/* What stats count that isn't counted by being there. Changed on the loop thread. */
typedef struct sio__counts {
    uint64_t broadcasts, deliveries, volatile_dropped, backpressure_refused, parse_errors;
    uint64_t events_in, acks_in, acks_late, acks_timed_out;
    uint64_t sockets;
    uint64_t disconnects[SIO_REASONS]; /* by enum sio_reason */
    uint64_t deadlines_passed;
    uint64_t limited_namespaces, limited_rooms;
    uint64_t ws_refused, ws_limited;
} sio__counts_t;

/* Connection state recovery, with the defaults filled in. */
typedef struct sio__recovery_options {
    bool enabled, skip_middlewares;
    sio__session_limits_t limits;
} sio__recovery_options_t;

struct sio_server {
    eio_loop_t loop;
    eio_server_t *engine;
    sio__log_t log;
    sio_log_fn log_fn;
    void *log_user;
    void *user;

    /* The scratch memory in which packets are encoded on the loop thread; one at a time. */
    sio__args_t scratch;
    sio_messages_t scratch_messages; /* of a parser but the default */
    bool scratch_busy;

    uint32_t id_counter;
    size_t max_http_buffer_size;
    unsigned connect_timeout_ms, max_attachments, max_json_depth, max_namespaces, max_rooms;
    sio__recovery_options_t recovery;
    const sio_parser_t *parser; /* NULL: the default one */
    sio__map_t namespaces;
    sio__list_t namespace_list; /* in the order of their making */
    sio__map_t acks;            /* all pending acknowledgements, by socket and id */
    sio__list_t operations;     /* operation.h */
    bool operations_closed;
    unsigned ack_timeout_ms;
    sio__dynamic_t dynamic;           /* namespaces that clients bring about */
    sio__listeners_t *listeners;      /* of the server itself */
    sio__listeners_t *conn_listeners; /* of its connections, by enum sio_conn_event */
    sio__counts_t counts;
    atomic_uint_fast64_t sockets_allocated;

    /* Middlewares: answers wait until those that are being called have returned. */
    unsigned middlewares_running;
    sio__list_t answered;

    sio__hooks_t hooks;
    sio__list_t ws_endpoints;         /* in the order of their making */
    struct sio__bundle_files *bundle; /* the client's files, NULL: not served */
    struct sio__folder *folders;      /* of sio_serve_files() */
    struct sio__signals *signals;

    sio_adapter_t *maker; /* NULL: a server alone */

    /* Life. References: the server's own until its loop is closed, one of each allocated socket. */
    atomic_uint refs;
    bool shutting_down, loop_closed;
    sio_shutdown_fn shutdown_done;
    void *shutdown_user;
    bool owns_loop;
    uv_loop_t own_loop;
    uv_mutex_t post_mutex; /* guards posts_open and stats_* */
    uv_cond_t stats_cond;
    atomic_size_t posted_bytes; /* of packets that wait for the loop */
    bool posts_open, stats_asked;
    unsigned stats_round;
    sio_stats_t stats_snapshot;
    struct sio__cors *cors; /* options that the engine borrows */
};

void sio__server_ref(sio_server_t *io);
void sio__server_unref(sio_server_t *io);

/* options.c: those of this version, checked, and the log set up. 0, SIO_EINVAL. */
int sio__options_copy(sio_server_t *io, const sio_options_t *options, sio_options_t *known);

/* Fills in the engine's options and copies what must live on. 0, SIO_EINVAL, SIO_ENOMEM. */
int sio__options_apply(sio_server_t *io, const sio_options_t *options, eio_options_t *engine,
                       eio_cookie_t *cookie);
void sio__options_free(sio_server_t *io);
eio_deflate_options_t sio__options_deflate(const sio_per_message_deflate_t *deflate);

/* set_adapter.c. closed(io) comes later, or at once when there is no cluster. */
void sio__maker_close(sio_server_t *io, void (*closed)(void *user));
void sio__maker_free(sio_server_t *io);

/* stats.c */
void sio__stats_close(sio_server_t *io);

/* signals.c */
void sio__signals_close(sio_server_t *io);

static inline bool sio__on_loop(const sio_server_t *io)
{
    return eio_loop_on_thread(&io->loop);
}

/* What belongs to the loop thread says so at its beginning. */
#ifdef SIO_DEBUG_THREADS
void sio__wrong_thread(const char *function);
#define SIO__LOOP_ONLY(io)               \
    do {                                 \
        if (!sio__on_loop(io))           \
            sio__wrong_thread(__func__); \
    } while (0)
#else
#define SIO__LOOP_ONLY(io) ((void)(io))
#endif

/* Frees later, when no callback can be using it; at once when the loop is gone. */
void sio__server_release(sio_server_t *io, eio_deferred_t *deferred);

/* post.c: any thread. 0, or SIO_ESTATE when the loop is gone (the task stays the caller's). */
int sio__post(sio_server_t *io, eio_task_t *task);

/*
 * The same for packets, which may not wait for the loop without bound: also SIO_EBACKPRESSURE. The
 * task says when it has arrived, with the same number.
 */
int sio__post_packet(sio_server_t *io, eio_task_t *task, size_t bytes);
void sio__packet_arrived(sio_server_t *io, size_t bytes);

#endif
