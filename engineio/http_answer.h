/* The head of an HTTP answer. A pure function on bytes. */
#ifndef EIO_HTTP_ANSWER_H
#define EIO_HTTP_ANSWER_H

#include "base/buf.h"
#include "base/span.h"

typedef struct eio_http_answer {
    int status;
    sio__span_t headers[2]; /* complete lines */
    const char *date;
    bool close; /* the connection ends with it */
    size_t body_len;
} eio_http_answer_t;

/* Appends everything up to the body. */
void eio_http_answer_append(sio__buf_t *out, const eio_http_answer_t *answer);

#endif
