/* HTTP/1.1 answers on a keep-alive connection, as far as long-polling needs them. Pure functions on
 * bytes, used by the polling workload. */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#include <stddef.h>
#include <sys/types.h>

typedef struct http_response {
    int status;
    const char *body;
    size_t length;
} http_response_t;

/* The number of bytes read, 0 when the answer is not complete, -1 when it isn't one that keeps the
 * connection alive with a Content-Length. */
ssize_t http_parse(const char *data, size_t length, http_response_t *response);

#endif
