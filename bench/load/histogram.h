/* Latencies in buckets of about 3 % width, so that recording costs a few instructions. Filled by
 * the workloads, read by the report. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB_BITS 5
#define HISTOGRAM_BUCKETS  ((64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

typedef struct histogram {
    uint64_t total;
    uint64_t counts[HISTOGRAM_BUCKETS];
} histogram_t;

void histogram_add(histogram_t *histogram, uint64_t value);
/* The value below which `fraction` of the recorded ones lie; 0 when nothing was recorded. */
uint64_t histogram_quantile(const histogram_t *histogram, double fraction);

#endif
