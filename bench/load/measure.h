/* The measured window: warm-up, window, drain. Called by each workload that has a rate. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "load.h"

/* Messages sent whose answer hasn't come; zero ends the drain. */
typedef uint64_t (*owed_fn)(load_t *load, void *user);

/* Expects the first messages to be sent already. Answers still owed when the drain gives up are
 * counted as missing. */
bool measure_window(load_t *load, figures_t *figures, owed_fn owed, void *user);

#endif
