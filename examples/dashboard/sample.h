/* The server's counters at one moment, and the newest of these moments. */
#ifndef DASHBOARD_SAMPLE_H
#define DASHBOARD_SAMPLE_H

#include <socketio/socketio.h>

#define SAMPLE_MS    200
#define HISTORY_SIZE 300 /* a minute */

enum { FIELDS = 26 };

struct sample {
    int64_t at_ms; /* Unix time */
    uint64_t values[FIELDS];
};

/* A ring: bounded, and nothing is allocated while it runs. */
struct history {
    struct sample samples[HISTORY_SIZE];
    size_t count; /* taken since the start */
};

/* Takes one now. It is in the history, borrowed. */
const struct sample *history_sample(struct history *history, sio_server_t *io);

/* What the values are: [[name, "now" or "sum"], ...]; a sum only grows, and what it grows by is of
 * interest. New. */
json_t *sample_fields(void);

/* [at, value, ...]. New. */
json_t *sample_json(const struct sample *sample);

/* All there are, the oldest first. New, NULL when out of memory. */
json_t *history_json(const struct history *history);

#endif
