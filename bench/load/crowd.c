/* Many clients brought into the namespace. */
#include "crowd.h"
#include "clock.h"

#include <stdio.h>
#include <stdlib.h>

#define HANDSHAKES_AT_ONCE 64
#define PATIENCE_SECONDS   15

static client_t *allocate(load_t *load, unsigned count)
{
    client_t *clients = calloc(count, sizeof *clients);
    uint64_t *sent_at = calloc((size_t)count * load->options.depth, sizeof *sent_at);

    if (clients == NULL || sent_at == NULL) {
        fprintf(stderr, "sioload: out of memory\n");
        exit(2);
    }
    for (unsigned i = 0; i < count; i++) {
        clients[i].ledger.client = i;
        clients[i].conn.fd = -1;
        clients[i].ledger.sent_at = sent_at + (size_t)i * load->options.depth;
    }
    return clients;
}

bool join_gradually(load_t *load, unsigned count, start_fn start, void *user)
{
    uint64_t before = load->joined, joined = 0, progress = clock_now();
    unsigned started = 0;

    while (joined < count) {
        while (started < count && started - joined < HANDSHAKES_AT_ONCE)
            if (!start(load, started++, user))
                return false;
        loop_turn(&load->loop, 100);
        if (faults_total(&load->faults) > 0)
            return false;
        if (load->joined - before > joined)
            progress = load->loop.now;
        joined = load->joined - before;
        if (load->loop.now - progress > PATIENCE_SECONDS * NS_PER_S) {
            fault_add(&load->faults, FAULT_MISSING, count - joined, "handshakes stand still");
            return false;
        }
    }
    return true;
}

static bool start_client(load_t *load, unsigned index, void *user)
{
    const crowd_t *crowd = user;

    return client_start(&crowd->clients[index], load, crowd->events);
}

bool crowd_join(crowd_t *crowd, load_t *load, unsigned count, const client_events_t *events)
{
    crowd->clients = allocate(load, count);
    crowd->count = count;
    crowd->events = events;
    return join_gradually(load, count, start_client, crowd);
}

bool crowd_join_idle(crowd_t *crowd, load_t *load, unsigned count)
{
    static const client_events_t nothing;

    return count == 0 || crowd_join(crowd, load, count, &nothing);
}

void crowd_free(crowd_t *crowd)
{
    for (unsigned i = 0; i < crowd->count; i++)
        conn_close(&crowd->clients[i].conn);
    if (crowd->count > 0)
        free(crowd->clients[0].ledger.sent_at);
    free(crowd->clients);
    *crowd = (crowd_t){0};
}
