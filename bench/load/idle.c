/* The workload idle: how much memory the server's process gains for connections that have joined
 * the namespace and do nothing. */
#include "clock.h"
#include "crowd.h"

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

/* Waits until the memory stands still, so that what a garbage collector is about to return, or an
 * allocator about to take, is not attributed to the connections. */
static long settled_pss(load_t *load)
{
    long pss = process_pss(load->options.pid);
    unsigned same = 0;

    for (unsigned i = 0; i < READINGS_MAX && same < SETTLED_READINGS; i++) {
        long next;

        serve_for(load, READING_MS);
        next = process_pss(load->options.pid);
        same = labs(next - pss) <= pss / 200 ? same + 1 : 0;
        pss = next;
    }
    return pss;
}

static bool grow(load_t *load, figures_t *figures, crowd_t *early, crowd_t *late)
{
    unsigned count = load->options.connections, half = count / 2;
    long middle;

    if (!crowd_join_idle(early, load, half))
        return false;
    middle = settled_pss(load);
    if (!crowd_join_idle(late, load, count - half))
        return false;
    figures->pss_after = settled_pss(load);
    figures->pss_per_connection = (double)(figures->pss_after - figures->pss_before) / count;
    figures->pss_per_late_connection = (double)(figures->pss_after - middle) / (count - half);
    return load->joined == count;
}

static bool run(load_t *load, figures_t *figures)
{
    crowd_t early = {0}, late = {0};
    bool measured;

    figures->pss_before = settled_pss(load);
    if (figures->pss_before < 0) {
        fprintf(stderr, "sioload: cannot read the memory of process %d\n", (int)load->options.pid);
        return false;
    }
    measured = grow(load, figures, &early, &late);
    crowd_free(&early);
    crowd_free(&late);
    return measured;
}

const workload_t workload_idle = {"idle", run};
