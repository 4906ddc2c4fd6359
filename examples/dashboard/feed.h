/* What the viewers of the dashboard get: samples of the counters and what happens between them, in
 * batches. */
#ifndef DASHBOARD_FEED_H
#define DASHBOARD_FEED_H

#include "batch.h"
#include "sample.h"

#include <uv.h>

struct feed {
    sio_server_t *io;
    sio_namespace_t *nsp;
    struct history history;
    struct batch batch;
    size_t viewers;
    uv_timer_t sampling, sending;
    bool stopped; /* they are closed */
};

/* Begins to sample, and registers "watch" and "pause". 0 or a negative enum sio_error. */
int feed_init(struct feed *feed, sio_server_t *io, sio_namespace_t *nsp);

/* Something happened: a kind, and its argument (stolen). Costs nothing while nobody watches. */
void feed_add(struct feed *feed, const char *kind, json_t *argument);

/* Closes the timers. */
void feed_stop(struct feed *feed);

#endif
