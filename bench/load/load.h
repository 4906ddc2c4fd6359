/* What one run shares: options, loop, counters, faults. One per program, handed to everything. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "buffer.h"
#include "faults.h"
#include "histogram.h"
#include "loop.h"
#include "options.h"
#include "process.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct load {
    options_t options;
    struct sockaddr_in address;
    loop_t loop;
    buffer_t batch;        /* frames of one turn of one connection, sent with one send */
    uint64_t messages;     /* answers, deliveries or cycles since the start */
    uint64_t joined;       /* clients in the namespace now */
    uint64_t alive;        /* clients started and not closed */
    bool measuring;        /* inside the window: record latencies */
    bool sending;          /* from the first message to the end of the window; then only collect */
    histogram_t latencies; /* of the window, in nanoseconds */
    faults_t faults;
} load_t;

/* What is found in a window, as far as the workload has such a thing. */
typedef struct figures {
    double seconds;
    uint64_t messages;
    bool has_cpu;
    double server_cpu_us;  /* per message */
    double server_percent; /* of one CPU */
    double server_wait_percent;
    double own_percent;
    long pss_before, pss_after; /* KiB; -1 when not measured */
    double pss_per_connection, pss_per_late_connection;
    uint64_t cycles; /* of leak */
} figures_t;

typedef struct workload {
    const char *name;
    /* Returns false when nothing could be measured; the reason is among the faults or on stderr. */
    bool (*run)(load_t *load, figures_t *figures);
} workload_t;

extern const workload_t workload_echo, workload_ack, workload_bin, workload_bcast, workload_relay,
    workload_poll, workload_churn, workload_leak, workload_idle, workload_park;

#endif
