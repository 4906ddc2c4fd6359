/* The request target: path and query parameters, decoded as URLSearchParams does. */
#ifndef EIO_QUERY_H
#define EIO_QUERY_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

enum { EIO_QUERY_MAX_PARAMS = 64 };

typedef struct eio_query {
    sio__span_t path; /* as sent, in `target`, up to '?' or '#'; without the authority of an
                         absolute URL; "/" when empty */
    size_t count; /* names are unique: a later duplicate replaces the value of the earlier one, in
                     its place */
    struct {
        sio__span_t name;
        sio__span_t value;
    } params[EIO_QUERY_MAX_PARAMS]; /* further parameters are ignored */
    char *storage; /* decoded names and values, each followed by a NUL; from sio__malloc */
} eio_query_t;

/*
 * Parses `target` ("/path?a=b", or an absolute URL). '+' is a blank, %XX is decoded, invalid UTF-8
 * becomes U+FFFD. Returns 0, or -1 when out of memory (nothing is to be freed then).
 */
int eio_query_parse(eio_query_t *query, const char *target, size_t len);
void eio_query_free(eio_query_t *query);

/* The value of a parameter, or NULL when absent. */
const sio__span_t *eio_query_get(const eio_query_t *query, const char *name);

#endif
