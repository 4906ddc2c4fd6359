/* The workloads idle and park: how much memory the server's process gains for connections that have
 * joined the namespace and do nothing, over WebSocket, or over long-polling with a GET held. */
#include "crowd.h"
#include "memory.h"
#include "poller.h"

typedef struct group {
    crowd_t crowd;
    pollers_t pollers;
} group_t;

typedef bool (*join_fn)(group_t *group, load_t *load, unsigned count);

static bool join_idle(group_t *group, load_t *load, unsigned count)
{
    return crowd_join_idle(&group->crowd, load, count);
}

static bool join_parked(group_t *group, load_t *load, unsigned count)
{
    return pollers_join(&group->pollers, load, count, true);
}

static bool grow(load_t *load, figures_t *figures, join_fn join, group_t *early, group_t *late)
{
    unsigned count = load->options.connections, half = count / 2;
    long middle;

    if (!join(early, load, half))
        return false;
    middle = memory_settled(load);
    if (!join(late, load, count - half))
        return false;
    figures->pss_after = memory_settled(load);
    figures->pss_per_connection = (double)(figures->pss_after - figures->pss_before) / count;
    figures->pss_per_late_connection = (double)(figures->pss_after - middle) / (count - half);
    return load->joined == count;
}

static void free_group(group_t *group)
{
    crowd_free(&group->crowd);
    pollers_free(&group->pollers);
}

static bool run(load_t *load, figures_t *figures, join_fn join)
{
    group_t early = {0}, late = {0};
    bool measured;

    figures->pss_before = memory_settled(load);
    if (figures->pss_before < 0)
        return false;
    measured = grow(load, figures, join, &early, &late);
    free_group(&early);
    free_group(&late);
    return measured;
}

static bool run_idle(load_t *load, figures_t *figures)
{
    return run(load, figures, join_idle);
}

static bool run_parked(load_t *load, figures_t *figures)
{
    return run(load, figures, join_parked);
}

const workload_t workload_idle = {"idle", run_idle};
const workload_t workload_park = {"park", run_parked};
