/* The workloads echo, ack and bin: each connection keeps a fixed number of messages in flight, and
 * sends the follow-ups of all replies of one recv with one send. */
#include "clock.h"
#include "crowd.h"
#include "frame.h"
#include "measure.h"

#include <string.h>

#define BINARY_HEADER "451-[\"bin\",{\"_placeholder\":true,\"num\":0}]"

typedef struct exchange {
    shape_t request, reply;
    bool binary; /* the payload travels as an attachment, after BINARY_HEADER */
} exchange_t;

static const exchange_t echo = {
    {"42", false, "[\"echo\",\"", "\"]"},
    {"42", false, "[\"echo\",\"", "\"]"},
    false,
};
static const exchange_t ack = {
    {"42", true, "[\"ack\",\"", "\"]"},
    {"43", true, "[\"", "\"]"},
    false,
};
static const exchange_t bin = {{"", false, "", ""}, {"", false, "", ""}, true};

/* One of the three runs in a program. */
static const exchange_t *exchange;

static void send_next(client_t *client)
{
    static char packet[PACKET_MAX];
    load_t *load = client->load;
    size_t length = ledger_request(&client->ledger, load, &exchange->request, packet);

    if (exchange->binary)
        frame_append(&load->batch, FRAME_TEXT, BINARY_HEADER, sizeof BINARY_HEADER - 1);
    frame_append(&load->batch, exchange->binary ? FRAME_BINARY : FRAME_TEXT, packet, length);
}

static void fill(client_t *client)
{
    while (client->load->sending && !ledger_full(&client->ledger, client->load))
        send_next(client);
}

static void on_text(client_t *client, const char *data, size_t length)
{
    ledger_reply(&client->ledger, client->load, &exchange->reply, data, length);
}

static void on_binary_text(client_t *client, const char *data, size_t length)
{
    if (client->attachment_due || length != sizeof BINARY_HEADER - 1 ||
        memcmp(data, BINARY_HEADER, length) != 0)
        fault_add(&client->load->faults, FAULT_ALTERED, 1, "client %u: text %.*s",
                  client->ledger.client, length < 80 ? (int)length : 80, data);
    client->attachment_due = true;
}

static void on_binary(client_t *client, const char *data, size_t length)
{
    if (!client->attachment_due)
        fault_add(&client->load->faults, FAULT_UNEXPECTED, 1, "client %u: an attachment of nothing",
                  client->ledger.client);
    client->attachment_due = false;
    ledger_reply(&client->ledger, client->load, &exchange->reply, data, length);
}

static void begin(load_t *load, const crowd_t *crowd)
{
    load->loop.now = clock_now();
    load->sending = true;
    for (unsigned i = 0; i < crowd->count; i++) {
        fill(&crowd->clients[i]);
        client_flush(&crowd->clients[i]);
    }
}

static uint64_t owed(load_t *load, void *user)
{
    const crowd_t *crowd = user;
    uint64_t sum = 0;

    (void)load;
    for (unsigned i = 0; i < crowd->count; i++)
        sum += ledger_owed(&crowd->clients[i].ledger);
    return sum;
}

static bool run(load_t *load, figures_t *figures, const exchange_t *chosen)
{
    static const client_events_t text_events = {.on_text = on_text, .on_turn = fill};
    static const client_events_t binary_events = {.on_text = on_binary_text,
                                                  .on_binary = on_binary,
                                                  .on_turn = fill};
    crowd_t idle = {0}, crowd = {0};
    bool measured = false;

    exchange = chosen;
    if (crowd_join_idle(&idle, load, load->options.idle) &&
        crowd_join(&crowd, load, load->options.connections,
                   chosen->binary ? &binary_events : &text_events)) {
        begin(load, &crowd);
        measured = measure_window(load, figures, owed, &crowd);
    }
    crowd_free(&crowd);
    crowd_free(&idle);
    return measured;
}

static bool run_echo(load_t *load, figures_t *figures)
{
    return run(load, figures, &echo);
}

static bool run_ack(load_t *load, figures_t *figures)
{
    return run(load, figures, &ack);
}

static bool run_bin(load_t *load, figures_t *figures)
{
    return run(load, figures, &bin);
}

const workload_t workload_echo = {"echo", run_echo};
const workload_t workload_ack = {"ack", run_ack};
const workload_t workload_bin = {"bin", run_bin};
