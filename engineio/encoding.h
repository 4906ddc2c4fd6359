/* Content codings of answers: what an Accept-Encoding header asks for, and compressing a body. */
#ifndef EIO_ENCODING_H
#define EIO_ENCODING_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>

typedef enum eio_encoding { EIO_IDENTITY, EIO_GZIP, EIO_DEFLATE } eio_encoding_t;

/* By q-value, then in the client's order, as the npm package `accepts` chooses among gzip and
 * deflate. */
eio_encoding_t eio_encoding_negotiate(sio__span_t accept_encoding);

/* Appends the compressed body; false: no memory, `out` is as before. */
bool eio_encoding_compress(eio_encoding_t encoding, const void *body, size_t len, sio__buf_t *out);

#endif
