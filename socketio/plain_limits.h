/* What one address or one user may ask of an endpoint: connections at a time, messages and bytes
 * per second, all of its connections together. */
#ifndef SIO_PLAIN_LIMITS_H
#define SIO_PLAIN_LIMITS_H

#include "base/map.h"
#include "engineio/engine.h"

/* 0: no limit. */
typedef struct sio__quotas {
    eio_loop_t *loop;
    sio__map_t by_key;
    unsigned connections;
    uint64_t messages_per_second, bytes_per_second;
} sio__quotas_t;

typedef struct sio__quota sio__quota_t;

void sio__quotas_init(sio__quotas_t *quotas, eio_loop_t *loop);
void sio__quotas_close(sio__quotas_t *quotas); /* no connection is left; the loop is there still */

/* One more connection. NULL with *refused: too many, or out of memory; NULL without: nothing is
 * limited, or the key is "". */
sio__quota_t *sio__quota_enter(sio__quotas_t *quotas, const char *key, bool *refused);
void sio__quota_leave(sio__quota_t *quota); /* NULL is allowed */

/* One more message; false: too many. NULL is allowed. */
bool sio__quota_take(sio__quota_t *quota, size_t bytes);

#endif
