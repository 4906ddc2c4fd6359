/*
 * What one address, and one client, may ask of the server: connections and sessions at a time,
 * handshakes, packets and bytes per second. Nothing is kept for addresses that have gone and rates
 * that nobody asked for.
 */
#ifndef EIO_LIMITER_H
#define EIO_LIMITER_H

#include "base/map.h"
#include "engineio/loop.h"

#include <stdbool.h>
#include <stdint.h>

/* 0: no limit. */
typedef struct eio_limit_options {
    unsigned connections_per_address;
    unsigned sessions_per_address;
    unsigned handshakes_per_second; /* per address */
    unsigned packets_per_second;    /* per session */
    uint64_t bytes_per_second;      /* per session, of messages received */
    unsigned trusted_proxies;       /* how many entries of X-Forwarded-For are ours, from its end */
} eio_limit_options_t;

/* A token bucket: it holds two seconds' worth, so that bursts pass. */
typedef struct eio_bucket {
    uint64_t tokens;   /* in thousandths */
    uint64_t refilled; /* loop time, ms */
} eio_bucket_t;

void eio_bucket_fill(eio_bucket_t *bucket, uint64_t per_second, uint64_t now);
bool eio_bucket_take(eio_bucket_t *bucket, uint64_t per_second, uint64_t count, uint64_t now);

typedef struct eio_limits {
    eio_loop_t *loop;
    eio_limit_options_t options;
    sio__map_t addresses;
} eio_limits_t;

/* One address with something open, or a bucket that isn't full again. */
typedef struct eio_address eio_address_t;

void eio_limits_init(eio_limits_t *limits, eio_loop_t *loop, const eio_limit_options_t *options);
void eio_limits_free(eio_limits_t *limits);

/*
 * One more connection or session of an address. NULL with *refused: over a limit, or out of memory;
 * NULL without: nothing is limited. Give the result back with eio_limits_leave_*. A session also
 * takes from the handshake bucket.
 */
eio_address_t *eio_limits_connect(eio_limits_t *limits, const char *address, bool *refused);
void eio_limits_disconnect(eio_limits_t *limits, eio_address_t *address); /* NULL is allowed */
eio_address_t *eio_limits_open(eio_limits_t *limits, const char *address, bool *refused);
void eio_limits_close(eio_limits_t *limits, eio_address_t *address); /* NULL is allowed */

/* The client's address behind `trusted` proxies: that entry of X-Forwarded-For, counted from its
 * end. Empty: none there. */
struct sio__span;
void eio_forwarded_address(const char *header, size_t len, unsigned trusted, char out[46]);

#endif
