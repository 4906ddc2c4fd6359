/* Latencies in buckets: linear below 32, then 32 buckets for each power of two. */
#include "histogram.h"

#define SUB_COUNT (1U << HISTOGRAM_SUB_BITS)

static unsigned bucket_of(uint64_t value)
{
    unsigned shift;

    if (value < SUB_COUNT)
        return (unsigned)value;
    shift = 63U - (unsigned)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;
    return (shift << HISTOGRAM_SUB_BITS) + (unsigned)(value >> shift);
}

static uint64_t middle_of(unsigned bucket)
{
    unsigned shift;
    uint64_t low;

    if (bucket < 2 * SUB_COUNT)
        return bucket;
    shift = (bucket >> HISTOGRAM_SUB_BITS) - 1;
    low = (uint64_t)(bucket - (shift << HISTOGRAM_SUB_BITS)) << shift;
    return low + ((1ULL << shift) >> 1);
}

void histogram_add(histogram_t *histogram, uint64_t value)
{
    histogram->counts[bucket_of(value)]++;
    histogram->total++;
}

uint64_t histogram_quantile(const histogram_t *histogram, double fraction)
{
    uint64_t rank = (uint64_t)((double)histogram->total * fraction);
    uint64_t seen = 0;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen > rank)
            return middle_of(i);
    }
    return 0;
}
