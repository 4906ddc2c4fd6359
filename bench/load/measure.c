/* The measured window: warm-up, window, drain. */
#include "measure.h"
#include "clock.h"

#include <inttypes.h>
#include <stdio.h>

#define DRAIN_SECONDS 5

/* Counters at one edge of the window. */
typedef struct edge {
    uint64_t at, messages, own_cpu;
    process_times_t server;
    bool has_server;
} edge_t;

static void take_edge(load_t *load, edge_t *edge)
{
    edge->has_server = load->options.pid != 0 && process_times(load->options.pid, &edge->server);
    edge->own_cpu = process_own_cpu();
    edge->messages = load->messages;
    edge->at = clock_now();
}

/* `messages`: until so many are through at most; 0: any number. */
static void run_for(load_t *load, double seconds, uint64_t messages)
{
    uint64_t end = clock_now() + (uint64_t)(seconds * (double)NS_PER_S);
    uint64_t last = messages > 0 ? load->messages + messages : UINT64_MAX;

    while (load->loop.now < end && load->alive > 0 && load->messages < last)
        loop_turn(&load->loop, (int)((end - load->loop.now) / NS_PER_MS) + 1);
}

static void drain(load_t *load, owed_fn owed, void *user)
{
    uint64_t end = clock_now() + DRAIN_SECONDS * NS_PER_S, missing;

    load->sending = false;
    while ((missing = owed(load, user)) > 0 && load->loop.now < end && load->alive > 0)
        loop_turn(&load->loop, 10);
    if (missing > 0)
        fault_add(&load->faults, FAULT_MISSING, missing, "%" PRIu64 " answers never came", missing);
}

static void compare(figures_t *figures, const edge_t *from, const edge_t *to)
{
    double elapsed = (double)(to->at - from->at);

    figures->seconds = elapsed / (double)NS_PER_S;
    figures->messages = to->messages - from->messages;
    figures->own_percent = 100 * (double)(to->own_cpu - from->own_cpu) / elapsed;
    figures->has_cpu = from->has_server && to->has_server && figures->messages > 0;
    if (figures->has_cpu) {
        double cpu = (double)(to->server.cpu_ns - from->server.cpu_ns);
        double wait = (double)(to->server.wait_ns - from->server.wait_ns);

        figures->server_cpu_us = cpu / 1000 / (double)figures->messages;
        figures->server_percent = 100 * cpu / elapsed;
        figures->server_wait_percent = 100 * wait / elapsed;
    }
}

bool measure_window(load_t *load, figures_t *figures, owed_fn owed, void *user)
{
    edge_t from, to;

    run_for(load, load->options.warmup, 0);
    load->measuring = true;
    take_edge(load, &from);
    run_for(load, load->options.seconds, load->options.messages);
    take_edge(load, &to);
    load->measuring = false;
    drain(load, owed, user);
    compare(figures, &from, &to);
    if (load->options.pid != 0 && !figures->has_cpu && figures->messages > 0)
        fprintf(stderr, "sioload: no CPU time for process %d\n", (int)load->options.pid);
    return figures->messages > 0;
}
