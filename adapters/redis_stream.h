/* Bytes to and from a Redis server: over TCP, TLS, or a Unix socket; on a libuv loop. */
#ifndef SIO_REDIS_STREAM_H
#define SIO_REDIS_STREAM_H

#include "adapters/redis_config.h"
#include "base/buf.h"

#include <uv.h>

typedef struct sio__redis_stream sio__redis_stream_t;

typedef struct sio__redis_stream_events {
    void (*open)(void *user);
    void (*data)(void *user, const char *bytes, size_t len);
    void (*writable)(void *user);               /* all of it has been written */
    void (*end)(void *user, const char *error); /* by the peer; close it */
    void (*gone)(void *user);                   /* the last call: its memory has been freed */
} sio__redis_stream_events_t;

/* Connects, to each address of a name in turn. Config and events outlive it. NULL: out of memory.
 */
sio__redis_stream_t *sio__redis_stream_open(uv_loop_t *loop, const sio__redis_config_t *config,
                                            const sio__redis_address_t *address,
                                            const sio__redis_stream_events_t *events, void *user);

/* Writes them all, in place of which `bytes` gets memory to be used again; it must be writable.
 * False: out of memory, or it has failed: end() comes. */
bool sio__redis_stream_write(sio__redis_stream_t *stream, sio__buf_t *bytes);

/* Whether it is open and nothing waits. */
bool sio__redis_stream_writable(const sio__redis_stream_t *stream);

/* Nothing but gone() comes after it. */
void sio__redis_stream_close(sio__redis_stream_t *stream);

#endif
