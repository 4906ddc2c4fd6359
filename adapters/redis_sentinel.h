/* Asking Redis Sentinels where the master is, one after the other. */
#ifndef SIO_REDIS_SENTINEL_H
#define SIO_REDIS_SENTINEL_H

#include "adapters/redis_connection.h"

typedef struct sio__redis_search sio__redis_search_t;

/* The master, borrowed, or NULL and why none was found. */
typedef void (*sio__redis_found_fn)(const sio__redis_address_t *master, const char *error,
                                    void *user);

/*
 * Calls found() once, later, unless it is cancelled; then gone(), when its memory is free.
 * `start` says with which of the sentinels to begin. NULL: out of memory.
 */
sio__redis_search_t *sio__redis_search(uv_loop_t *loop, const sio__log_t *log,
                                       sio__redis_config_t *config, unsigned start,
                                       sio__redis_found_fn found, void (*gone)(void *user),
                                       void *user);
void sio__redis_search_cancel(sio__redis_search_t *search);

#endif
