/* The command line of the load generator. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct options {
    const char *host;
    unsigned port;
    pid_t pid; /* of the server; 0 when its CPU time is not wanted */
    const char *workload;
    unsigned connections;
    unsigned idle;
    unsigned depth;
    size_t size;
    uint64_t messages; /* the window ends after so many; 0: by the clock */
    uint64_t cycles;   /* of leak */
    double warmup;
    double seconds;
} options_t;

/* Ends the program with status 2 when the command line is wrong. */
void options_parse(options_t *options, int argc, char **argv);

#endif
