/* NUL-terminated copies of texts that come as spans, kept for whoever asks by name again. */
#ifndef SIO_TEXTS_H
#define SIO_TEXTS_H

#include "engineio/engine.h"

typedef struct sio__texts {
    struct sio__text *first;
} sio__texts_t;

/* A header of a request, those of the same name joined as Node joins them. NULL: absent or out of
 * memory. */
const char *sio__texts_header(sio__texts_t *texts, const eio_request_t *request, const char *name);
const char *sio__texts_query(sio__texts_t *texts, const eio_request_t *request, const char *name);
const char *sio__texts_target(sio__texts_t *texts, const eio_request_t *request);
const char *sio__texts_path(sio__texts_t *texts, const eio_request_t *request);
const char *sio__texts_method(sio__texts_t *texts, const eio_request_t *request);
void sio__texts_free(sio__texts_t *texts);

/* Makes UTF-8 of a text from the network's head: it is Latin-1 when it isn't that. */
void sio__texts_utf8(sio__buf_t *text);

/* The values of a header, joined, UTF-8, into an empty buffer; false: absent. */
bool sio__header_join(const eio_request_t *request, sio__span_t name, sio__buf_t *out);

#endif
