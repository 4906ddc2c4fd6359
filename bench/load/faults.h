/* Everything a server can do wrong, counted by kind. The first few are described on stderr; one is
 * enough to fail the run. */
#ifndef BENCH_FAULTS_H
#define BENCH_FAULTS_H

#include <stdint.h>

typedef enum fault {
    FAULT_ALTERED,      /* a reply whose bytes are not those expected */
    FAULT_MISSING,      /* a reply that never came */
    FAULT_DUPLICATE,    /* a reply that came again, or late */
    FAULT_UNEXPECTED,   /* a packet nobody asked for */
    FAULT_PROTOCOL,     /* broken framing, handshake or HTTP */
    FAULT_DISCONNECTED, /* a connection that failed or was closed */
    FAULT_KINDS
} fault_t;

typedef struct faults {
    uint64_t counts[FAULT_KINDS];
    unsigned described;
} faults_t;

void fault_add(faults_t *faults, fault_t kind, uint64_t count, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
uint64_t faults_total(const faults_t *faults);
const char *fault_name(fault_t kind);

#endif
