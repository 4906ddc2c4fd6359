/* TLS as a filter between bytes: what comes in goes through it, what goes out likewise. */
#ifndef SIO_REDIS_TLS_H
#define SIO_REDIS_TLS_H

#include "base/buf.h"

#include <socketio/redis.h>

struct ssl_ctx_st;
typedef struct sio__redis_tls sio__redis_tls_t;

/* NULL: a file can't be used, or out of memory. */
struct ssl_ctx_st *sio__redis_tls_context(const sio_redis_connection_t *options);
void sio__redis_tls_context_free(struct ssl_ctx_st *context); /* NULL is allowed */

/* `name`: whom the certificate must name, NULL: nobody is asked. NULL: out of memory. */
sio__redis_tls_t *sio__redis_tls_new(struct ssl_ctx_st *context, const char *name, bool verify);
void sio__redis_tls_free(sio__redis_tls_t *tls); /* NULL is allowed */

/*
 * Begins, or goes on with, the handshake, after bytes of the peer's (none at the beginning).
 * Appends to `out` what is to be sent. 1 when it is done, 0 when it isn't, -1 when it has failed.
 */
int sio__redis_tls_handshake(sio__redis_tls_t *tls, const void *bytes, size_t len, sio__buf_t *out);

/* Afterwards. False: the peer has ended it, or broken it. */
bool sio__redis_tls_decrypt(sio__redis_tls_t *tls, const void *bytes, size_t len,
                            sio__buf_t *plain);
bool sio__redis_tls_encrypt(sio__redis_tls_t *tls, const void *plain, size_t len, sio__buf_t *out);

/* Why it has failed. */
const char *sio__redis_tls_error(const sio__redis_tls_t *tls);

#endif
