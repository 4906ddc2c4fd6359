/*
 * The part of socketio.h that counts; programs include that one. The words are the same.
 */
#ifndef SOCKETIO_STATS_H
#define SOCKETIO_STATS_H

#include <socketio/socketio.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What there is now: it returns to zero when the clients have gone (but for the namespaces, and for recovery with time). Then what
 * has happened since the start, which only grows.
 */
typedef struct sio_stats {
    size_t size;                 /* in: sizeof(sio_stats_t) */
    uint64_t connections;        /* TCP connections open */
    uint64_t requests;           /* HTTP requests without an answer yet: parked polls, hooks that answer later */
    uint64_t sessions;           /* Engine.IO sessions open. upstream: engine.clientsCount */
    uint64_t sessions_polling;   /* of these, carried by long-polling */
    uint64_t sockets;            /* Socket.IO sockets connected, all namespaces */
    uint64_t sockets_allocated;  /* connected, connecting, or disconnected and still referenced */
    uint64_t namespaces;
    uint64_t rooms;              /* with at least one socket, a socket's own room not counted */
    uint64_t acks_pending;
    uint64_t operations;         /* broadcasts with acknowledgement, fetches and the like that wait for answers */
    uint64_t queued_bytes;       /* in all outboxes */
    uint64_t posted_bytes;       /* of packets from other threads that the loop hasn't come to yet */
    uint64_t recovery_sessions;  /* of clients that are away and may come back */
    uint64_t recovery_packets, recovery_bytes; /* kept for them */

    uint64_t packets_in, packets_out; /* Engine.IO packets */
    uint64_t bytes_in, bytes_out;     /* at the TCP level (before TLS) */
    uint64_t handshakes;              /* sessions opened */
    uint64_t handshakes_refused;      /* requests refused, for whatever reason */
    uint64_t refused[6];              /* of these, by upstream's code: 0 Transport unknown ... 5 Unsupported protocol version */
    uint64_t upgrades;
    uint64_t closed[SIO_REASONS];      /* sessions, by enum sio_reason (the engine's ones) */
    uint64_t disconnects[SIO_REASONS]; /* sockets, by enum sio_reason */
    uint64_t events_in;                /* events received */
    uint64_t broadcasts, deliveries;   /* emits to many, and to how many they went */
    uint64_t acks_in, acks_late, acks_timed_out; /* received; for nothing that waits (late, twice); not received */

    /* What was dropped, refused or ended, by cause */
    uint64_t volatile_dropped;     /* packets of volatile emits */
    uint64_t backpressure_refused; /* packets that emit answered SIO_EBACKPRESSURE */
    uint64_t outbox_peak;          /* the most bytes that one client has had queued */
    uint64_t stalled;              /* clients that took nothing for outbox_stall_ms */
    uint64_t oversize;             /* messages over max_http_buffer_size */
    uint64_t parse_errors;         /* packets that ended their connection */
    uint64_t deadlines_passed;     /* see sio_set_deadline() */
    uint64_t limited_connections;  /* refused: max_connections, connections_per_address */
    uint64_t limited_handshakes;   /* refused: sessions_per_address, handshakes_per_second */
    uint64_t limited_packets;      /* clients closed: packets_per_second */
    uint64_t limited_bytes;        /* clients closed: bytes_per_second */
    uint64_t limited_namespaces;   /* refused: namespaces_per_client */
    uint64_t limited_rooms;        /* refused: rooms_per_socket */

    uint64_t loop_lag_ms, loop_lag_max_ms; /* how late the loop was for its newest timer, and for any so far */

    /* Plain WebSockets, which are not among sessions, sockets and packets */
    uint64_t ws_endpoints;
    uint64_t ws_connections; /* open */
    uint64_t ws_accepted;
    uint64_t ws_refused; /* handshakes answered with an HTTP error */
    uint64_t ws_limited; /* connections closed with 4003 */
    uint64_t ws_messages_in, ws_messages_out;
} sio_stats_t;

/* Fills in what is known. Any thread (from others than the loop's: a recent snapshot). SIO_EINVAL: no size. */
SIO_API int sio_stats(sio_server_t *io, sio_stats_t *stats);

/*
 * The same as text in Prometheus' exposition format (metrics named socketio_..., content type text/plain; version=0.0.4), as snprintf()
 * does: at most `size` bytes with their NUL go to `text`; returns the length of the whole, which may be more: 16 KiB are enough. Any
 * thread.
 */
SIO_API size_t sio_stats_text(const sio_stats_t *stats, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
