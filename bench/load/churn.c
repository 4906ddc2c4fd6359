/* The workloads churn and leak: each slot connects, joins the namespace, closes, and begins again.
 * A cycle is counted when the server has answered the close frame. */
#include "client.h"
#include "clock.h"
#include "measure.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>

#define EARLY_CYCLES     10000
#define PATIENCE_SECONDS 15

static const client_events_t events;

static void on_left(client_t *client)
{
    load_t *load = client->load;

    load->messages++;
    if (load->measuring)
        histogram_add(&load->latencies, load->loop.now - client->started_at);
    if (load->sending)
        client_start(client, load, &events);
}

static const client_events_t events = {.on_joined = client_leave, .on_left = on_left};

static uint64_t owed(load_t *load, void *user)
{
    (void)user;
    return load->alive;
}

static void begin(load_t *load, client_t *clients)
{
    load->loop.now = clock_now();
    load->sending = true;
    for (unsigned i = 0; i < load->options.connections; i++)
        client_start(&clients[i], load, &events);
}

static bool measure_rate(load_t *load, figures_t *figures, client_t *clients)
{
    begin(load, clients);
    return measure_window(load, figures, owed, NULL);
}

/* Cycles until so many are through in all, then waits for the last ones to end. */
static void cycle_to(load_t *load, client_t *clients, uint64_t total)
{
    uint64_t seen = load->messages, progress = clock_now();

    begin(load, clients);
    while (load->alive > 0 && faults_total(&load->faults) == 0) {
        loop_turn(&load->loop, 100);
        load->sending = load->messages + load->alive < total;
        if (load->messages > seen)
            progress = load->loop.now;
        seen = load->messages;
        if (load->loop.now - progress > PATIENCE_SECONDS * NS_PER_S)
            fault_add(&load->faults, FAULT_MISSING, load->alive, "connections stand still");
    }
}

/* How much more memory the server has after many connections than after the first ones. */
static bool measure_growth(load_t *load, figures_t *figures, client_t *clients)
{
    cycle_to(load, clients, EARLY_CYCLES);
    figures->pss_before = memory_settled(load);
    cycle_to(load, clients, load->options.cycles);
    figures->pss_after = memory_settled(load);
    figures->cycles = load->messages;
    return figures->pss_before > 0 && figures->pss_after > 0;
}

static bool run(load_t *load, figures_t *figures,
                bool (*measure)(load_t *, figures_t *, client_t *))
{
    client_t *clients = calloc(load->options.connections, sizeof *clients);
    bool measured;

    if (clients == NULL) {
        fprintf(stderr, "sioload: out of memory\n");
        return false;
    }
    for (unsigned i = 0; i < load->options.connections; i++)
        clients[i].ledger.client = i;
    measured = measure(load, figures, clients);
    for (unsigned i = 0; i < load->options.connections; i++)
        conn_close(&clients[i].conn);
    free(clients);
    return measured;
}

static bool run_churn(load_t *load, figures_t *figures)
{
    return run(load, figures, measure_rate);
}

static bool run_leak(load_t *load, figures_t *figures)
{
    return run(load, figures, measure_growth);
}

const workload_t workload_churn = {"churn", run_churn};
const workload_t workload_leak = {"leak", run_leak};
