/* The workload relay: rooms of ten, and each client speaks to its own room: the sender too receives
 * what it says. A message is through when all ten have it; each delivery is checked and counted. */
#include "clock.h"
#include "crowd.h"
#include "frame.h"
#include "measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_SIZE = 10 };

/* Of a message in flight, kept by sequence number modulo depth. */
typedef struct flight {
    unsigned remaining; /* members that don't have it yet */
    uint64_t sent_at;
} flight_t;

typedef struct member {
    client_t *client;
    uint64_t next_send, oldest;   /* everything below `oldest` is through */
    uint64_t expected[ROOM_SIZE]; /* of each member of its room */
    flight_t *flights;
    bool joined;
} member_t;

/* One set of rooms per program. */
static struct {
    crowd_t crowd;
    member_t *members;
    unsigned joined;
} rooms;

static const shape_t shape = {"42", false, "[\"relay\",\"", "\"]"};

static member_t *member_of(const client_t *client)
{
    return &rooms.members[client->ledger.client];
}

static uint32_t room_number(const client_t *client)
{
    return client->ledger.client - client->ledger.client % ROOM_SIZE;
}

static flight_t *flight_of(const member_t *sender, uint64_t number)
{
    return &sender->flights[number % sender->client->load->options.depth];
}

/* "42", the event's name, the room, the payload: what the room gets lacks the room's name. */
static size_t render_request(const client_t *client, char *packet, uint64_t number)
{
    char neck[32];
    shape_t request = {"42", false, neck, "\"]"};

    snprintf(neck, sizeof neck, "[\"relay\",\"%06" PRIu32 "\",\"", room_number(client));
    return shape_render(&request, packet, client->load->options.size, client->ledger.client,
                        number);
}

static void send_more(member_t *sender)
{
    static char packet[PACKET_MAX];
    static buffer_t out;
    load_t *load = sender->client->load;

    while (sender->oldest < sender->next_send && flight_of(sender, sender->oldest)->remaining == 0)
        sender->oldest++;
    while (load->sending && sender->next_send - sender->oldest < load->options.depth) {
        uint64_t number = sender->next_send++;

        *flight_of(sender, number) = (flight_t){ROOM_SIZE, load->loop.now};
        frame_append(&out, FRAME_TEXT, packet, render_request(sender->client, packet, number));
    }
    conn_write(&sender->client->conn, out.data, out.length);
    out.length = 0;
}

/* Any member's messages may be through by now. */
static void on_turn(client_t *client)
{
    member_t *room = &rooms.members[room_number(client)];

    for (unsigned i = 0; client->load->sending && i < ROOM_SIZE; i++)
        send_more(&room[i]);
}

static void on_joined(client_t *client)
{
    char packet[64];
    int length =
        snprintf(packet, sizeof packet, "420[\"join\",\"%06" PRIu32 "\"]", room_number(client));

    member_of(client)->client = client;
    frame_append(&client->load->batch, FRAME_TEXT, packet, (size_t)length);
}

static void take_join(member_t *member, const char *data, size_t length)
{
    if (length < 4 || memcmp(data, "430[", 4) != 0) {
        client_fail(member->client, FAULT_PROTOCOL, "no answer to joining a room");
        return;
    }
    member->joined = true;
    rooms.joined++;
}

static void count_delivery(load_t *load, member_t *sender, uint64_t number)
{
    flight_t *flight = flight_of(sender, number);

    flight->remaining--;
    load->messages++;
    if (load->measuring)
        histogram_add(&load->latencies, load->loop.now - flight->sent_at);
}

static void on_text(client_t *client, const char *data, size_t length)
{
    load_t *load = client->load;
    member_t *member = member_of(client), *sender;
    uint64_t number, *expected;
    uint32_t id;

    if (!member->joined) {
        take_join(member, data, length);
        return;
    }
    if (!shape_read(&shape, data, length, load->options.size, &id, &number) ||
        id - room_number(client) >= ROOM_SIZE) {
        fault_add(&load->faults, FAULT_ALTERED, 1, "client %u: instead of a relayed message: %.*s",
                  client->ledger.client, length < 80 ? (int)length : 80, data);
        return;
    }
    sender = &rooms.members[id];
    expected = &member->expected[id % ROOM_SIZE];
    if (number != *expected || number >= sender->next_send) {
        fault_add(&load->faults, number < *expected ? FAULT_DUPLICATE : FAULT_MISSING, 1,
                  "client %u: %" PRIu64 " instead of %" PRIu64 " of client %u",
                  client->ledger.client, number, *expected, id);
        return;
    }
    ++*expected;
    count_delivery(load, sender, number);
}

static uint64_t owed(load_t *load, void *user)
{
    uint64_t sum = 0;

    (void)load;
    (void)user;
    for (unsigned i = 0; i < rooms.crowd.count; i++) {
        const member_t *sender = &rooms.members[i];

        for (uint64_t number = sender->oldest; number < sender->next_send; number++)
            sum += flight_of(sender, number)->remaining;
    }
    return sum;
}

static bool all_joined(load_t *load)
{
    uint64_t end = clock_now() + 15 * NS_PER_S;

    while (rooms.joined < rooms.crowd.count && faults_total(&load->faults) == 0) {
        loop_turn(&load->loop, 100);
        if (load->loop.now > end)
            fault_add(&load->faults, FAULT_MISSING, 1, "joining rooms stands still");
    }
    return faults_total(&load->faults) == 0;
}

static bool allocate(unsigned count, unsigned depth)
{
    flight_t *flights = calloc((size_t)count * depth, sizeof *flights);

    rooms.members = calloc(count, sizeof *rooms.members);
    if (flights == NULL || rooms.members == NULL) {
        fprintf(stderr, "sioload: out of memory\n");
        free(flights);
        return false;
    }
    for (unsigned i = 0; i < count; i++)
        rooms.members[i].flights = flights + (size_t)i * depth;
    return true;
}

static bool run(load_t *load, figures_t *figures)
{
    static const client_events_t events = {.on_text = on_text,
                                           .on_turn = on_turn,
                                           .on_joined = on_joined};
    unsigned count = load->options.connections;
    bool measured = false;

    if (count % ROOM_SIZE != 0) {
        fprintf(stderr, "sioload: relay needs a multiple of %d connections\n", ROOM_SIZE);
        return false;
    }
    if (!allocate(count, load->options.depth))
        return false;
    if (crowd_join(&rooms.crowd, load, count, &events) && all_joined(load)) {
        load->loop.now = clock_now();
        load->sending = true;
        for (unsigned i = 0; i < count; i++)
            send_more(&rooms.members[i]);
        measured = measure_window(load, figures, owed, NULL);
    }
    crowd_free(&rooms.crowd);
    free(rooms.members[0].flights);
    free(rooms.members);
    return measured;
}

const workload_t workload_relay = {"relay", run};
