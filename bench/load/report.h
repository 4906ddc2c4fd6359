/* The figures of a run as one line of JSON on stdout. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "load.h"

void report_print(const load_t *load, const figures_t *figures);

#endif
