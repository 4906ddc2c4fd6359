/*
 * Connection state recovery as the namespace sees it: where sessions are kept while their clients
 * are away, and the packets those miss meanwhile. There is one store per namespace; without
 * recovery there is none. socketio/recovery.c is the caller; session_memory.c is the one in memory,
 * an adapter that keeps sessions for several servers brings its own. All of it belongs to the loop
 * thread. A store has no clock: `now` is in milliseconds, on the server's monotonic clock.
 */
#ifndef SIO_SESSION_STORE_H
#define SIO_SESSION_STORE_H

#include "adapters/adapter.h"

#include <jansson.h>

enum { SIO__OFFSET_SIZE = 40 }; /* an offset's text and its NUL */

/* What a client gets back. */
typedef struct sio__session {
    const char *sid, *pid;
    const char *const *rooms; /* ends with NULL; in the order of joining */
    json_t *data;             /* borrowed; NULL: never used */
    int64_t deadline;         /* until when its socket may stay, Unix ms; 0: no limit */
    const char *start;        /* the newest offset at its beginning: it has missed nothing older */
    uint64_t connected_ms;    /* how long its last connection lasted */
} sio__session_t;

/*
 * What a search found: NULL, or a session that has missed nothing up to the offset `from` and
 * everything after it. Valid during the call.
 */
typedef void (*sio__restored_fn)(const sio__session_t *session, const char *from, void *user);

typedef struct sio__missed {
    bool (*in_room)(const char *room, void *user); /* whether the session was in it */
    void (*fn)(void *packet, void *user);
    void *user;
} sio__missed_t;

typedef struct sio__session_counts {
    size_t sessions, packets, bytes;
} sio__session_counts_t;

typedef struct sio__session_store sio__session_store_t;

typedef struct sio__session_store_ops {
    /* The offset of the next packet. NULL: the adapter gives offsets, and keeps what is broadcast;
       then neither this nor keep() is called. */
    void (*next_offset)(sio__session_store_t *store, uint64_t unix_ms, char offset[]);
    /* The newest one given ("" when none was). */
    void (*last_offset)(const sio__session_store_t *store, char offset[]);

    /*
     * Keeps the packet that the newest offset was given to, for those of the audience that are
     * away; takes its reference over (NULL: there was no memory for one). `bytes` is the memory it
     * holds. When it can't be kept, sessions that miss it are not restored.
     */
    void (*keep)(sio__session_store_t *store, uint64_t now, const sio__audience_t *audience,
                 void *packet, size_t bytes);

    void (*persist_session)(sio__session_store_t *store, uint64_t now,
                            const sio__session_t *session);
    /* `offset` NULL: the client has received nothing that has one. Calls fn once, now or later. */
    void (*restore_session)(sio__session_store_t *store, uint64_t now, const char *pid,
                            const char *offset, sio__restored_fn fn, void *user);
    void (*forget_session)(sio__session_store_t *store, const char *pid); /* it is back */
    /* NULL, or: it was restored, but its client has not come back after all. */
    void (*return_session)(sio__session_store_t *store, const char *pid);

    /* The packets that a session misses, after an offset that restore_session gave. False: they
       aren't all there any more. */
    bool (*each_missed)(const sio__session_store_t *store, const char *pid, const char *from,
                        const sio__missed_t *missed);

    /* Lets go what is too old. When to call again: UINT64_MAX when nothing is kept. */
    uint64_t (*expire)(sio__session_store_t *store, uint64_t now);
    void (*count)(const sio__session_store_t *store, sio__session_counts_t *counts);
    void (*free)(sio__session_store_t *store);
} sio__session_store_ops_t;

struct sio__session_store {
    const sio__session_store_ops_t *ops;
};

typedef struct sio__session_limits {
    uint64_t disconnection_ms; /* a session is kept for so long */
    uint64_t unnoticed_ms;     /* a connection may be dead for so long before its end is noticed */
    size_t packets, bytes;     /* kept at most; the oldest go first */
    size_t sessions;
} sio__session_limits_t;

/* In memory of this process. `release` gives packets back. NULL: out of memory. */
sio__session_store_t *sio__session_memory_new(const sio__session_limits_t *limits,
                                              void (*release)(void *packet));

#endif
