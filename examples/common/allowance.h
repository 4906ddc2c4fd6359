/* What somebody may still do right now: short bursts are fine, floods are not. */
#ifndef EXAMPLES_ALLOWANCE_H
#define EXAMPLES_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

struct allowance {
    double left, burst, per_second;
    int64_t refilled_ms;
};

/* A full one: `burst` at once, and `per_second` in the long run. */
struct allowance allowance_of(double burst, double per_second);

/* Takes one; false when there is none. */
bool allowance_take(struct allowance *allowance);

#endif
