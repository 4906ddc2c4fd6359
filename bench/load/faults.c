/* Everything a server can do wrong, counted by kind. */
#include "faults.h"

#include <stdarg.h>
#include <stdio.h>

/* More would drown the first, which is the one that tells. */
#define DESCRIBED_MAX 5

static const char *const names[FAULT_KINDS] = {
    [FAULT_ALTERED] = "altered",     [FAULT_MISSING] = "missing",
    [FAULT_DUPLICATE] = "duplicate", [FAULT_UNEXPECTED] = "unexpected",
    [FAULT_PROTOCOL] = "protocol",   [FAULT_DISCONNECTED] = "disconnected",
};

const char *fault_name(fault_t kind)
{
    return names[kind];
}

void fault_add(faults_t *faults, fault_t kind, uint64_t count, const char *format, ...)
{
    va_list args;

    faults->counts[kind] += count;
    if (faults->described++ >= DESCRIBED_MAX)
        return;
    fprintf(stderr, "sioload: %s: ", names[kind]);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

uint64_t faults_total(const faults_t *faults)
{
    uint64_t total = 0;

    for (unsigned i = 0; i < FAULT_KINDS; i++)
        total += faults->counts[i];
    return total;
}
