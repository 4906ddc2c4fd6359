/* Clusters over Redis' streams: what its parts know of each other. */
#ifndef SIO_REDIS_STREAMS_H
#define SIO_REDIS_STREAMS_H

#include "adapters/cluster.h"
#include "adapters/redis_reader.h"
#include "adapters/redis_shards.h"
#include "adapters/session_store.h"

struct sio__sessions;

typedef struct sio__streams_reader {
    sio__list_t link;
    sio__reader_t reader;
    char name[];
} sio__streams_reader_t;

/* One for all namespaces of a server. */
typedef struct sio__streams_maker {
    sio__redis_hub_t hub;
    sio__shards_t shards; /* with sharded_pubsub */
    bool sharded;
    char *stream, *prefix, *session_prefix;
    unsigned stream_count, read_count, block_ms;
    uint64_t max_len;
    sio__cluster_options_t options;
    sio__list_t readers; /* one a stream, made when a namespace needs it */
    sio__map_t by_nsp;   /* sio__streams_t */
    bool closing;
    unsigned open; /* what isn't closed yet */
    void (*closed)(void *user);
    void *closed_user;
} sio__streams_maker_t;

/* Of one namespace. */
typedef struct sio__streams {
    sio__cluster_t cluster;
    sio__streams_maker_t *maker;
    sio__map_node_t by_nsp;
    sio__streams_reader_t *reader;
    sio__buf_t public_channel, own_channel;
    sio__list_t counts;          /* servers being counted */
    sio__buf_t channel, message; /* used again for each */
    sio__cluster_decoder_t decoder;
    struct sio__sessions *sessions; /* NULL: without connection state recovery */
    sio__list_t own;                /* broadcasts of this server that have not come back yet */
    size_t own_count;
    sio__timer_t own_timer;
    uint64_t hash_seed[2];
} sio__streams_t;

/* What `id` is to the clients that get the broadcast now: their offset, or NULL. Volatile events
 * have none, unless clients would take their last argument for one. */
const char *sio__streams_offset(const sio__cluster_message_t *message, const char *id);

/* redis_own.c: with recovery, broadcasts of this server are given to its clients when they come
 * back in the stream, so that all servers' clients have them in one order. */
void sio__own_open(sio__streams_t *streams);
void sio__own_publish(sio__streams_t *streams, const sio__cluster_message_t *message);
/* One has come back, decoded. */
void sio__own_entry(sio__streams_t *streams, const char *id, sio__span_t data,
                    const sio__cluster_message_t *message);
void sio__own_close(sio__streams_t *streams);

static inline bool sio__streams_alive(const sio__streams_t *streams)
{
    return !streams->maker->closing;
}

/* "XADD <stream> MAXLEN ~ <max> * uid <uid> nsp <nsp> type <type> [data <data>]" */
int sio__streams_add(sio__streams_t *streams, unsigned type, sio__span_t data,
                     sio__redis_reply_fn fn, void *user);

/* Tells this adapter's kind on other servers that a client comes back with that private id. */
void sio__streams_want_session(sio__streams_t *streams, const char *pid);

/* redis_sessions.c */
sio__session_store_t *sio__sessions_new(sio__streams_t *streams,
                                        const sio__session_limits_t *limits);

/* A broadcast in the stream, before it is given to clients. */
void sio__sessions_follow(struct sio__sessions *sessions, const char *id,
                          const sio__cluster_message_t *message);
void sio__sessions_close(struct sio__sessions *sessions); /* nothing more comes of Redis */

#endif
