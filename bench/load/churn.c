/* The workload churn: each slot connects, joins the namespace, closes, and begins again. A cycle is
 * counted when the server has answered the close frame. */
#include "client.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

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

static bool run(load_t *load, figures_t *figures)
{
    client_t *clients = calloc(load->options.connections, sizeof *clients);
    bool measured;

    if (clients == NULL) {
        fprintf(stderr, "sioload: out of memory\n");
        return false;
    }
    load->sending = true;
    for (unsigned i = 0; i < load->options.connections; i++) {
        clients[i].ledger.client = i;
        client_start(&clients[i], load, &events);
    }
    measured = measure_window(load, figures, owed, NULL);
    for (unsigned i = 0; i < load->options.connections; i++)
        conn_close(&clients[i].conn);
    free(clients);
    return measured;
}

const workload_t workload_churn = {"churn", run};
