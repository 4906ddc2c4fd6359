/* The samples of sample.h. */

#include "sample.h"

#include "examples/common/clock.h"

#include <stddef.h>

static const struct field {
    const char *name;
    size_t offset; /* in sio_stats_t */
    bool sum;
} fields[FIELDS] = {
    {"connections", offsetof(sio_stats_t, connections), false},
    {"requests", offsetof(sio_stats_t, requests), false},
    {"sessions", offsetof(sio_stats_t, sessions), false},
    {"sessions_polling", offsetof(sio_stats_t, sessions_polling), false},
    {"sockets", offsetof(sio_stats_t, sockets), false},
    {"rooms", offsetof(sio_stats_t, rooms), false},
    {"acks_pending", offsetof(sio_stats_t, acks_pending), false},
    {"queued_bytes", offsetof(sio_stats_t, queued_bytes), false},
    {"outbox_peak", offsetof(sio_stats_t, outbox_peak), false},
    {"loop_lag_ms", offsetof(sio_stats_t, loop_lag_ms), false},
    {"packets_in", offsetof(sio_stats_t, packets_in), true},
    {"packets_out", offsetof(sio_stats_t, packets_out), true},
    {"bytes_in", offsetof(sio_stats_t, bytes_in), true},
    {"bytes_out", offsetof(sio_stats_t, bytes_out), true},
    {"events_in", offsetof(sio_stats_t, events_in), true},
    {"broadcasts", offsetof(sio_stats_t, broadcasts), true},
    {"deliveries", offsetof(sio_stats_t, deliveries), true},
    {"handshakes", offsetof(sio_stats_t, handshakes), true},
    {"handshakes_refused", offsetof(sio_stats_t, handshakes_refused), true},
    {"upgrades", offsetof(sio_stats_t, upgrades), true},
    {"volatile_dropped", offsetof(sio_stats_t, volatile_dropped), true},
    {"backpressure_refused", offsetof(sio_stats_t, backpressure_refused), true},
    {"oversize", offsetof(sio_stats_t, oversize), true},
    {"parse_errors", offsetof(sio_stats_t, parse_errors), true},
    {"limited_packets", offsetof(sio_stats_t, limited_packets), true},
    {"stalled", offsetof(sio_stats_t, stalled), true},
};

const struct sample *history_sample(struct history *history, sio_server_t *io)
{
    struct sample *sample = &history->samples[history->count++ % HISTORY_SIZE];
    sio_stats_t stats = {.size = sizeof(stats)};

    sio_stats(io, &stats);
    sample->at_ms = unix_ms();
    for (size_t i = 0; i < FIELDS; i++)
        sample->values[i] = *(const uint64_t *)((const char *)&stats + fields[i].offset);
    return sample;
}

json_t *sample_fields(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < FIELDS; i++)
        json_array_append_new(list,
                              json_pack("[s,s]", fields[i].name, fields[i].sum ? "sum" : "now"));
    return list;
}

json_t *sample_json(const struct sample *sample)
{
    json_t *list = json_pack("[I]", (json_int_t)sample->at_ms);

    for (size_t i = 0; i < FIELDS; i++)
        json_array_append_new(list, json_integer((json_int_t)sample->values[i]));
    return list;
}

json_t *history_json(const struct history *history)
{
    size_t count = history->count < HISTORY_SIZE ? history->count : HISTORY_SIZE;
    json_t *list = json_array();

    for (size_t i = history->count - count; i < history->count; i++) {
        if (json_array_append_new(list, sample_json(&history->samples[i % HISTORY_SIZE])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
