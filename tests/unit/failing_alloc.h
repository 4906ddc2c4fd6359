/* An allocator that fails from the nth allocation on, for tests that run the same steps until they
 * pass. */
#ifndef TESTS_FAILING_ALLOC_H
#define TESTS_FAILING_ALLOC_H

#include "base/alloc.h"

#include <stdlib.h>

static long allocations_left;

static inline void *failing_malloc(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

static inline void *failing_realloc(void *ptr, size_t size)
{
    return allocations_left-- > 0 ? realloc(ptr, size) : NULL;
}

static inline void fail_from_allocation(long nth)
{
    static const sio__alloc_fns_t failing = {failing_malloc, failing_realloc, free};

    allocations_left = nth;
    sio__alloc_set(&failing);
}

static inline void stop_failing(void)
{
    sio__alloc_set(NULL);
}

#endif
