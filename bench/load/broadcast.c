/* The workload bcast: one sender keeps a fixed number of messages in flight to a room everybody,
 * the sender too, is in. A message is through when all have it; each delivery is checked and
 * counted. */
#include "clock.h"
#include "crowd.h"
#include "frame.h"
#include "measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a message in flight, kept by sequence number modulo depth. */
typedef struct flight {
    unsigned remaining; /* receivers that don't have it yet */
    uint64_t sent_at;
} flight_t;

/* One broadcaster per program, as there is one room. */
static struct {
    crowd_t crowd;
    flight_t *flights;
    uint64_t next_send, oldest; /* everything below `oldest` is through */
} room;

static const shape_t shape = {"42", false, "[\"bcast\",\"", "\"]"};

static flight_t *flight_of(const load_t *load, uint64_t number)
{
    return &room.flights[number % load->options.depth];
}

static void send_more(load_t *load)
{
    static char packet[PACKET_MAX];
    static buffer_t out;

    while (room.next_send - room.oldest < load->options.depth) {
        uint64_t number = room.next_send++;

        *flight_of(load, number) = (flight_t){room.crowd.count, load->loop.now};
        frame_append(&out, FRAME_TEXT, packet,
                     shape_render(&shape, packet, load->options.size, 0, number));
    }
    conn_write(&room.crowd.clients[0].conn, out.data, out.length);
    out.length = 0;
}

static void on_turn(client_t *client)
{
    load_t *load = client->load;

    while (room.oldest < room.next_send && flight_of(load, room.oldest)->remaining == 0)
        room.oldest++;
    if (load->sending)
        send_more(load);
}

static void count_delivery(client_t *client, bool arrived)
{
    load_t *load = client->load;
    flight_t *flight = flight_of(load, client->ledger.next_reply++);

    flight->remaining--;
    if (!arrived)
        return;
    load->messages++;
    if (load->measuring)
        histogram_add(&load->latencies, load->loop.now - flight->sent_at);
}

static void blame(client_t *client, const char *data, size_t length)
{
    faults_t *faults = &client->load->faults;
    uint64_t number, wanted = client->ledger.next_reply;
    uint32_t sender;

    if (!shape_read(&shape, data, length, client->load->options.size, &sender, &number) ||
        sender != 0 || number >= room.next_send) {
        fault_add(faults, FAULT_ALTERED, 1, "client %u: instead of broadcast %" PRIu64 ": %.*s",
                  client->ledger.client, wanted, length < 80 ? (int)length : 80, data);
        if (client->ledger.next_reply < room.next_send)
            count_delivery(client, true);
    } else if (number < wanted) {
        fault_add(faults, FAULT_DUPLICATE, 1, "client %u: broadcast %" PRIu64 " again",
                  client->ledger.client, number);
    } else {
        fault_add(faults, FAULT_MISSING, number - wanted, "client %u: no broadcast %" PRIu64,
                  client->ledger.client, wanted);
        while (client->ledger.next_reply < number)
            count_delivery(client, false);
        count_delivery(client, true);
    }
}

static void on_text(client_t *client, const char *data, size_t length)
{
    static char packet[PACKET_MAX];
    size_t wanted =
        shape_render(&shape, packet, client->load->options.size, 0, client->ledger.next_reply);

    if (client->ledger.next_reply < room.next_send && length == wanted &&
        memcmp(data, packet, length) == 0)
        count_delivery(client, true);
    else
        blame(client, data, length);
}

static uint64_t owed(load_t *load, void *user)
{
    uint64_t sum = 0;

    (void)user;
    for (uint64_t number = room.oldest; number < room.next_send; number++)
        sum += flight_of(load, number)->remaining;
    return sum;
}

static bool run(load_t *load, figures_t *figures)
{
    static const client_events_t events = {.on_text = on_text, .on_turn = on_turn};
    bool measured = false;

    room.flights = calloc(load->options.depth, sizeof *room.flights);
    if (room.flights == NULL) {
        fprintf(stderr, "sioload: out of memory\n");
        return false;
    }
    if (crowd_join(&room.crowd, load, load->options.connections, &events)) {
        load->loop.now = clock_now();
        load->sending = true;
        send_more(load);
        measured = measure_window(load, figures, owed, NULL);
    }
    crowd_free(&room.crowd);
    free(room.flights);
    return measured;
}

const workload_t workload_bcast = {"bcast", run};
