/* What one client has sent and what it is owed. */
#include "ledger.h"

#include <inttypes.h>
#include <string.h>

#define SHOWN_MAX 80

bool ledger_full(const ledger_t *ledger, const load_t *load)
{
    return ledger->next_send - ledger->next_reply >= load->options.depth;
}

uint64_t ledger_owed(const ledger_t *ledger)
{
    return ledger->next_send - ledger->next_reply;
}

size_t ledger_request(ledger_t *ledger, load_t *load, const shape_t *shape, char *out)
{
    uint64_t number = ledger->next_send++;

    ledger->sent_at[number % load->options.depth] = load->loop.now;
    return shape_render(shape, out, load->options.size, ledger->client, number);
}

static void count(ledger_t *ledger, load_t *load)
{
    uint64_t number = ledger->next_reply++;

    load->messages++;
    if (load->measuring)
        histogram_add(&load->latencies,
                      load->loop.now - ledger->sent_at[number % load->options.depth]);
}

/* After a fault the ledger goes on from what did arrive, so that one fault is counted as one. */
static void blame(ledger_t *ledger, load_t *load, const shape_t *shape, const char *data,
                  size_t length)
{
    uint64_t number, wanted = ledger->next_reply;
    uint32_t client;

    if (!shape_read(shape, data, length, load->options.size, &client, &number) ||
        client != ledger->client || number >= ledger->next_send) {
        fault_add(&load->faults, FAULT_ALTERED, 1, "client %u: instead of reply %" PRIu64 ": %.*s",
                  ledger->client, wanted, length < SHOWN_MAX ? (int)length : SHOWN_MAX, data);
        if (ledger_owed(ledger) > 0)
            count(ledger, load);
    } else if (number < wanted) {
        fault_add(&load->faults, FAULT_DUPLICATE, 1, "client %u: reply %" PRIu64 " again", client,
                  number);
    } else {
        fault_add(&load->faults, FAULT_MISSING, number - wanted, "client %u: no reply %" PRIu64,
                  client, wanted);
        ledger->next_reply = number;
        count(ledger, load);
    }
}

void ledger_reply(ledger_t *ledger, load_t *load, const shape_t *shape, const char *data,
                  size_t length)
{
    static char packet[PACKET_MAX];
    size_t wanted =
        shape_render(shape, packet, load->options.size, ledger->client, ledger->next_reply);

    if (ledger_owed(ledger) > 0 && length == wanted && memcmp(data, packet, length) == 0)
        count(ledger, load);
    else
        blame(ledger, load, shape, data, length);
}
