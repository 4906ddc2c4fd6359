/* The workload poll: echo over HTTP long-polling. */
#include "clock.h"
#include "measure.h"
#include "poller.h"

static uint64_t owed(load_t *load, void *user)
{
    const pollers_t *pollers = user;
    uint64_t sum = 0;

    (void)load;
    for (unsigned i = 0; i < pollers->count; i++)
        sum += ledger_owed(&pollers->list[i].ledger);
    return sum;
}

static void begin(load_t *load, const pollers_t *pollers)
{
    load->loop.now = clock_now();
    load->sending = true;
    for (unsigned i = 0; i < pollers->count; i++) {
        pollers->list[i].state = WORKING;
        poller_post(&pollers->list[i]);
    }
}

static bool run(load_t *load, figures_t *figures)
{
    pollers_t pollers = {0};
    bool measured = false;

    if (pollers_join(&pollers, load, load->options.connections, false)) {
        begin(load, &pollers);
        measured = measure_window(load, figures, owed, &pollers);
    }
    pollers_free(&pollers);
    return measured;
}

const workload_t workload_poll = {"poll", run};
