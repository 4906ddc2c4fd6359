/* What one client has sent and what it is owed: sequence numbers, send times, and the judgement of
 * every reply. Used by the workloads in which a client gets its own messages back. */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include "load.h"
#include "shape.h"

typedef struct ledger {
    uint32_t client;
    uint64_t next_send, next_reply; /* sequence numbers */
    uint64_t *sent_at;              /* by sequence number modulo depth */
} ledger_t;

bool ledger_full(const ledger_t *ledger, const load_t *load);
uint64_t ledger_owed(const ledger_t *ledger);
/* Writes the next request and returns its length; `out` holds PACKET_MAX. */
size_t ledger_request(ledger_t *ledger, load_t *load, const shape_t *shape, char *out);
/* Counts the reply, or what is wrong with it. */
void ledger_reply(ledger_t *ledger, load_t *load, const shape_t *shape, const char *data,
                  size_t length);

#endif
