/* A session as it is kept outside of the process: what upstream saves in Redis, and the offset at
 * its beginning. Pure functions on bytes. */
#ifndef SIO_SESSION_CODEC_H
#define SIO_SESSION_CODEC_H

#include "adapters/session_store.h"
#include "base/buf.h"
#include "base/span.h"

/* Appends it: MessagePack in base64. 0, SIO__ENOMEM, SIO__EINVAL (too large). */
int sio__session_encode(const sio__session_t *session, sio__buf_t *out);

typedef struct sio__saved_session {
    sio__session_t session; /* what it points at is in here */
    json_t *json;
    const char **rooms;
} sio__saved_session_t;

/* False: it isn't one, or there is no memory. */
bool sio__session_decode(sio__span_t text, unsigned max_depth, sio__saved_session_t *saved);
void sio__session_free(sio__saved_session_t *saved);

#endif
