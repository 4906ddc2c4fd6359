/* The memory of the server's process. */
#include "memory.h"
#include "clock.h"

#include <stdio.h>
#include <stdlib.h>

#define SETTLED_READINGS 3
#define READING_MS       200
#define READINGS_MAX     25

static void serve_for(load_t *load, uint64_t ms)
{
    uint64_t end = clock_now() + ms * NS_PER_MS;

    while (load->loop.now < end)
        loop_turn(&load->loop, 10);
}

long memory_settled(load_t *load)
{
    long pss = process_pss(load->options.pid);
    unsigned same = 0;

    for (unsigned i = 0; i < READINGS_MAX && same < SETTLED_READINGS && pss >= 0; i++) {
        long next;

        serve_for(load, READING_MS);
        next = process_pss(load->options.pid);
        same = labs(next - pss) <= pss / 200 ? same + 1 : 0;
        pss = next;
    }
    if (pss < 0)
        fprintf(stderr, "sioload: cannot read the memory of process %d\n", (int)load->options.pid);
    return pss;
}
