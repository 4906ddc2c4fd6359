/*
 * A growable byte buffer for encoders. A failed allocation is remembered, so that a chain of
 * appends needs one check at its end (sio__buf_failed).
 */
#ifndef SIO_BASE_BUF_H
#define SIO_BASE_BUF_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct sio__buf {
    char *data;
    size_t len;
    size_t cap;
    bool failed;
} sio__buf_t;

#define SIO__BUF_INIT     \
    {                     \
        NULL, 0, 0, false \
    }

/* Makes room for `size` more bytes; false (and `failed`) when out of memory. */
bool sio__buf_reserve_slow(sio__buf_t *buf, size_t size);
void sio__buf_append_uint(sio__buf_t *buf, uint64_t number); /* decimal digits */
void sio__buf_free(sio__buf_t *buf);                         /* back to SIO__BUF_INIT */

static inline bool sio__buf_reserve(sio__buf_t *buf, size_t size)
{
    return (!buf->failed && buf->cap - buf->len >= size) || sio__buf_reserve_slow(buf, size);
}

static inline void sio__buf_append(sio__buf_t *buf, const void *bytes, size_t size)
{
    if (size && sio__buf_reserve(buf, size)) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): there is room now. */
        memcpy(buf->data + buf->len, bytes, size);
        buf->len += size;
    }
}

/* What it holds, until it changes. */
static inline sio__span_t sio__buf_span(const sio__buf_t *buf)
{
    return (sio__span_t){buf->data, buf->len};
}

/* Inline, so that the length of a literal is known when compiled. */
static inline void sio__buf_append_str(sio__buf_t *buf, const char *text)
{
    sio__buf_append(buf, text, strlen(text));
}

static inline void sio__buf_append_char(sio__buf_t *buf, char c)
{
    if (sio__buf_reserve(buf, 1))
        buf->data[buf->len++] = c;
}

/* Empties the buffer, keeps its memory, forgets a failure. */
static inline void sio__buf_clear(sio__buf_t *buf)
{
    buf->len = 0;
    buf->failed = false;
}

#endif
