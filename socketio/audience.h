/* Who an operation concerns, from a target; and a copy of it for the way to the loop thread. */
#ifndef SIO_AUDIENCE_H
#define SIO_AUDIENCE_H

#include "adapters/adapter.h"
#include "base/id.h"
#include "socketio/socketio.h"

/* Borrows the target's lists. `sender`, the socket that is left out, may be NULL. */
sio__audience_t sio__audience_of(const sio_target_t *target, const sio_socket_t *sender);

typedef struct sio__audience_copy {
    sio__audience_t audience; /* its lists are within this allocation */
    const char *const *more;
    const char *lists[];
} sio__audience_copy_t;

/* With one more list of names (may be NULL). sio__free(); NULL: out of memory. */
sio__audience_copy_t *sio__audience_copy(const sio__audience_t *audience, const char *const *more);

#endif
