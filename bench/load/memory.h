/* The memory of the server's process, for the workloads that measure it. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include "load.h"

/* Waits until the memory stands still, so that what a garbage collector is about to return, or an
 * allocator about to take, is not attributed to the connections. KiB, or -1 with the reason on
 * stderr. */
long memory_settled(load_t *load);

#endif
