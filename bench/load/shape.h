/* The text around a numbered payload: one shape for each packet the workloads send or expect. Pure
 * functions on bytes. */
#ifndef BENCH_SHAPE_H
#define BENCH_SHAPE_H

#include "payload.h"

/* Room for the longest packet of any shape. */
#define PACKET_MAX (PAYLOAD_MAX + 64)

typedef struct shape {
    const char *head;
    bool numbered; /* the sequence number stands after the head, as an ack id */
    const char *neck, *tail;
} shape_t;

/* Returns the length of the packet. */
size_t shape_render(const shape_t *shape, char *out, size_t size, uint32_t client, uint64_t number);
/* Whether the bytes are exactly a packet of this shape, and whose and which. */
bool shape_read(const shape_t *shape, const char *data, size_t length, size_t size,
                uint32_t *client, uint64_t *number);

#endif
