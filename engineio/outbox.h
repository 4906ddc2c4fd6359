/*
 * The packets that wait to be sent to one client, in order, as records in one chunk of memory:
 * small packets by value, shared and large ones by reference. An empty outbox holds no memory:
 * chunks go back to the server's pool.
 */
#ifndef EIO_OUTBOX_H
#define EIO_OUTBOX_H

#include "engineio/message.h"
#include "engineio/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Chunks that are not in use, kept because sessions fill and empty one in nearly every loop
 * iteration; small ones because a broadcast puts a few bytes into every outbox at once. */
typedef struct eio_chunk_pool {
    struct eio_chunk_shelf {
        struct eio_chunk *free;
        size_t count;
    } small, large;
} eio_chunk_pool_t;

void eio_chunk_pool_free(eio_chunk_pool_t *pool);

typedef struct eio_outbox {
    struct eio_chunk *chunk;
    uint32_t head, tail; /* offsets of the first record and of the end of the last one */
    uint32_t count;
    uint32_t binary_count;
    size_t bytes;      /* payload bytes queued */
    bool typed_binary; /* protocol 3: binary packets begin with their type, too */
} eio_outbox_t;

typedef struct eio_out_packet {
    bool binary; /* a bare binary message (or a typed one); else a text packet with its type
                    character */
    bool no_compress;
    const uint8_t *data;
    size_t len;
    eio_message_t *message; /* when by reference: the frame header stands before data */
} eio_out_packet_t;

static inline bool eio_outbox_empty(const eio_outbox_t *outbox)
{
    return outbox->count == 0;
}

/* Copies a packet in; `type` is written in front of the data of a text packet. 0, or -1 out of
 * memory (nothing changed). */
int eio_outbox_push(eio_outbox_t *outbox, eio_chunk_pool_t *pool, bool binary,
                    eio_packet_type_t type, const void *data, size_t len, bool no_compress);

/* Takes a reference of its own. */
int eio_outbox_push_message(eio_outbox_t *outbox, eio_chunk_pool_t *pool, eio_message_t *message);

/* The first packet (false: none), valid until the next push or pop. */
bool eio_outbox_peek(const eio_outbox_t *outbox, eio_out_packet_t *packet);
void eio_outbox_pop(eio_outbox_t *outbox, eio_chunk_pool_t *pool);
void eio_outbox_clear(eio_outbox_t *outbox, eio_chunk_pool_t *pool);

#endif
