/* Which of a Redis Cluster's slots a channel or key is in, and whose they are as an error says.
 * Pure functions on bytes. */
#ifndef SIO_REDIS_SLOTS_H
#define SIO_REDIS_SLOTS_H

#include "base/span.h"

enum { SIO__SLOTS = 16384 };

/* Of what stands in the first braces, if anything does. */
unsigned sio__redis_slot(sio__span_t key);

/* "MOVED 3999 127.0.0.1:6381": the place, or false when it is no such error. An empty host means
 * the one that was asked. */
bool sio__redis_moved(sio__span_t error, unsigned *slot, sio__span_t *host, int *port);

#endif
