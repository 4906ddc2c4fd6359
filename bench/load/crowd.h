/* Many clients brought into the namespace, a bounded number of handshakes at a time. Called by the
 * workloads before they start. */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "client.h"

typedef struct crowd {
    client_t *clients;
    unsigned count;
    const client_events_t *events;
} crowd_t;

/* False when the index-th couldn't be started. */
typedef bool (*start_fn)(load_t *load, unsigned index, void *user);

/* Starts so many, a bounded number of handshakes at a time, until all have joined. False when one
 * could not; the fault is counted. */
bool join_gradually(load_t *load, unsigned count, start_fn start, void *user);

/* False when one of them could not join; the fault is counted. */
bool crowd_join(crowd_t *crowd, load_t *load, unsigned count, const client_events_t *events);
/* Clients that only answer pings; anything else they are sent is a fault. */
bool crowd_join_idle(crowd_t *crowd, load_t *load, unsigned count);
/* Closes what is open. A crowd of zeroes may be freed too. */
void crowd_free(crowd_t *crowd);

#endif
