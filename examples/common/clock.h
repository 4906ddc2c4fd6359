/* The two clocks, in milliseconds. */
#ifndef EXAMPLES_CLOCK_H
#define EXAMPLES_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_ms_of(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Since 1970; may jump. For what people read. */
static inline int64_t unix_ms(void)
{
    return clock_ms_of(CLOCK_REALTIME);
}

/* Since some moment; never jumps. For durations. */
static inline int64_t steady_ms(void)
{
    return clock_ms_of(CLOCK_MONOTONIC);
}

#endif
