/* A borrowed run of bytes: how the codecs name parts of what they were given. */
#ifndef SIO_BASE_SPAN_H
#define SIO_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct sio__span {
    const char *data; /* not NUL-terminated */
    size_t len;
} sio__span_t;

static inline bool sio__span_equal(sio__span_t a, sio__span_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool sio__span_is(sio__span_t span, const char *text)
{
    return sio__span_equal(span, (sio__span_t){text, strlen(text)});
}

#endif
