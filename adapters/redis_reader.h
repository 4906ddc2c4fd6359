/* Reads a stream from its end on, entry by entry, on a connection of its own; after a disconnection
 * from where it was. */
#ifndef SIO_REDIS_READER_H
#define SIO_REDIS_READER_H

#include "adapters/redis_connection.h"
#include "adapters/redis_entries.h"

typedef struct sio__reader {
    uv_loop_t *loop;
    const sio__log_t *log;
    sio__redis_t *redis; /* NULL: closed */
    const char *stream;
    unsigned count, block_ms;
    void (*fn)(void *user, const char *id, const sio__cluster_entry_t *entry);
    void *user;
    char last[SIO__ENTRY_ID_SIZE]; /* "": not known yet */
    bool reading;
    uv_timer_t timer; /* after an error */
    unsigned open;
    void (*closed)(void *user);
    void *closed_user;
} sio__reader_t;

/* With loop, log, stream, count, block_ms, fn and user set. 0, or -1: out of memory. */
int sio__reader_open(sio__reader_t *reader, sio__redis_config_t *config);
void sio__reader_close(sio__reader_t *reader, void (*closed)(void *user), void *user);

/* Whether entries come as soon as they are added. */
bool sio__reader_reads(const sio__reader_t *reader);

#endif
