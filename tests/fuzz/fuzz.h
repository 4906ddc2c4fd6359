/* What the fuzz targets share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Not assert(): the invariants hold with NDEBUG as well. */
#define REQUIRE(condition) \
    do {                   \
        if (!(condition))  \
            abort();       \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly that size, so that the address sanitizer sees a read beyond it. */
static inline void *exact_copy(const void *bytes, size_t size)
{
    void *copy = malloc(size ? size : 1);

    REQUIRE(copy);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

/* Whether a span lies within len bytes at start. */
static inline bool within(const char *span, size_t span_len, const char *start, size_t len)
{
    uintptr_t from = (uintptr_t)span;
    uintptr_t low = (uintptr_t)start;

    return from >= low && span_len <= len && from - low <= len - span_len;
}

#endif
