/* What the kernel knows about the measured server: CPU time and memory. Called at the edges of the
 * measured window only. */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct process_times {
    uint64_t cpu_ns;  /* on a CPU, all threads together */
    uint64_t wait_ns; /* runnable but kept waiting: tells how much others disturbed the run */
} process_times_t;

bool process_times(pid_t pid, process_times_t *times);
/* Proportional set size in KiB, or -1. */
long process_pss(pid_t pid);
/* CPU time of this very program, in nanoseconds. */
uint64_t process_own_cpu(void);

#endif
