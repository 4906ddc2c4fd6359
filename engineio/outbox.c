#include "engineio/outbox.h"

#include "base/alloc.h"

#include <string.h>

enum {
    SMALL_SIZE = 256 - 32, /* of the chunks that the pool keeps */
    LARGE_SIZE = 4096 - 64,
    SMALL_MAX = 4096, /* kept of each */
    LARGE_MAX = 256,
    BY_VALUE_MAX =
        8192, /* larger packets become messages of their own, so that sending need not copy them */
    MAX_CHUNK = 1 << 30
};

typedef struct eio_chunk {
    struct eio_chunk *next;
    uint32_t cap;
    uint8_t data[];
} eio_chunk_t;

enum { RECORD_BINARY = 1, RECORD_SHARED = 2, RECORD_NO_COMPRESS = 4 };

typedef struct record {
    uint32_t len; /* bytes behind the record header */
    uint32_t flags;
} record_t;

static eio_chunk_t *take_from(struct eio_chunk_shelf *shelf)
{
    eio_chunk_t *chunk = shelf->free;

    if (chunk) {
        shelf->free = chunk->next;
        shelf->count--;
    }
    return chunk;
}

static void put_on(struct eio_chunk_shelf *shelf, eio_chunk_t *chunk)
{
    chunk->next = shelf->free;
    shelf->free = chunk;
    shelf->count++;
}

static eio_chunk_t *chunk_new(eio_chunk_pool_t *pool, size_t need)
{
    eio_chunk_t *chunk = NULL;
    size_t cap = LARGE_SIZE;

    if (need <= SMALL_SIZE) {
        cap = SMALL_SIZE;
        chunk = take_from(&pool->small);
    } else if (need <= LARGE_SIZE) {
        chunk = take_from(&pool->large);
    }
    if (chunk)
        return chunk;
    while (cap < need)
        cap *= 2;
    chunk = sio__malloc(sizeof(*chunk) + cap);
    if (chunk)
        chunk->cap = (uint32_t)cap;
    return chunk;
}

static void chunk_release(eio_chunk_pool_t *pool, eio_chunk_t *chunk)
{
    if (chunk->cap == SMALL_SIZE && pool->small.count < SMALL_MAX)
        put_on(&pool->small, chunk);
    else if (chunk->cap == LARGE_SIZE && pool->large.count < LARGE_MAX)
        put_on(&pool->large, chunk);
    else
        sio__free(chunk);
}

void eio_chunk_pool_free(eio_chunk_pool_t *pool)
{
    eio_chunk_t *chunk;

    while ((chunk = take_from(&pool->small)) || (chunk = take_from(&pool->large)))
        sio__free(chunk);
}

/* Room for `size` bytes at the tail, in a larger chunk if need be: records move to its front. */
static uint8_t *outbox_grow(eio_outbox_t *outbox, eio_chunk_pool_t *pool, size_t size)
{
    size_t used = outbox->tail - outbox->head;
    eio_chunk_t *chunk;

    if (size > MAX_CHUNK || used + size > MAX_CHUNK)
        return NULL;
    chunk = chunk_new(pool, used + size <= LARGE_SIZE ? used + size : (used + size) * 2);
    if (!chunk)
        return NULL;
    if (outbox->chunk) {
        memcpy(chunk->data, outbox->chunk->data + outbox->head, used);
        chunk_release(pool, outbox->chunk);
    }
    outbox->chunk = chunk;
    outbox->head = 0;
    outbox->tail = (uint32_t)used;
    return chunk->data + used;
}

/* Room for what follows the header of a record. */
static inline uint8_t *record_add(eio_outbox_t *outbox, eio_chunk_pool_t *pool, size_t len,
                                  uint32_t flags)
{
    size_t size = sizeof(record_t) + len;
    record_t record = {(uint32_t)len, flags};
    uint8_t *at;

    if (outbox->chunk && outbox->chunk->cap - outbox->tail >= size)
        at = outbox->chunk->data + outbox->tail;
    else
        at = outbox_grow(outbox, pool, size);
    if (!at)
        return NULL;
    memcpy(at, &record, sizeof(record));
    outbox->tail += (uint32_t)size;
    outbox->count++;
    outbox->binary_count += (flags & RECORD_BINARY) != 0;
    return at + sizeof(record);
}

static int push_as_message(eio_outbox_t *outbox, eio_chunk_pool_t *pool, bool binary, bool plain,
                           const void *data, size_t len, bool no_compress)
{
    eio_message_t *message =
        plain ? eio_message_copy_plain(binary, data, len) : eio_message_copy(binary, data, len);
    int error;

    if (!message)
        return -1;
    message->no_compress = no_compress;
    error = eio_outbox_push_message(outbox, pool, message);
    eio_message_unref(message);
    return error;
}

int eio_outbox_push(eio_outbox_t *outbox, eio_chunk_pool_t *pool, bool binary,
                    eio_packet_type_t type, const void *data, size_t len, bool no_compress)
{
    uint8_t *at;
    bool plain = type == EIO_PACKET_PLAIN;
    size_t prefix = plain || (binary && !outbox->typed_binary) ? 0 : 1;

    if (len > BY_VALUE_MAX && (type == EIO_PACKET_MESSAGE || plain))
        return push_as_message(outbox, pool, binary, plain, data, len, no_compress);
    at = record_add(outbox, pool, prefix + len,
                    (binary ? RECORD_BINARY : 0) | (no_compress ? RECORD_NO_COMPRESS : 0));
    if (!at)
        return -1;
    if (prefix)
        *at++ = (uint8_t)((binary ? 0 : '0') + type);
    if (len)
        memcpy(at, data, len);
    outbox->bytes += prefix + len;
    return 0;
}

int eio_outbox_push_message(eio_outbox_t *outbox, eio_chunk_pool_t *pool, eio_message_t *message)
{
    uint8_t *at;

    if (outbox->typed_binary && !(message = eio_message_typed(message)))
        return -1;
    at = record_add(outbox, pool, sizeof(message),
                    RECORD_SHARED | (message->binary ? RECORD_BINARY : 0));
    if (!at)
        return -1;
    memcpy(at, &message, sizeof(message));
    eio_message_ref(message);
    outbox->bytes += message->len;
    return 0;
}

bool eio_outbox_peek(const eio_outbox_t *outbox, eio_out_packet_t *packet)
{
    const uint8_t *at;
    record_t record;

    if (!outbox->count)
        return false;
    at = outbox->chunk->data + outbox->head;
    memcpy(&record, at, sizeof(record));
    at += sizeof(record);
    if (record.flags & RECORD_SHARED) {
        memcpy(&packet->message, at, sizeof(packet->message));
        packet->binary = packet->message->binary;
        packet->no_compress = packet->message->no_compress;
        packet->data = packet->message->packet;
        packet->len = packet->message->len;
        return true;
    }
    packet->message = NULL;
    packet->binary = record.flags & RECORD_BINARY;
    packet->no_compress = record.flags & RECORD_NO_COMPRESS;
    packet->data = at;
    packet->len = record.len;
    return true;
}

void eio_outbox_pop(eio_outbox_t *outbox, eio_chunk_pool_t *pool)
{
    uint8_t *at = outbox->chunk->data + outbox->head;
    record_t record;
    eio_message_t *message;

    memcpy(&record, at, sizeof(record));
    if (record.flags & RECORD_SHARED) {
        memcpy(&message, at + sizeof(record), sizeof(message));
        outbox->bytes -= message->len;
        eio_message_unref(message);
    } else {
        outbox->bytes -= record.len;
    }
    outbox->head += (uint32_t)(sizeof(record) + record.len);
    outbox->binary_count -= (record.flags & RECORD_BINARY) != 0;
    if (--outbox->count == 0) {
        chunk_release(pool, outbox->chunk);
        *outbox = (eio_outbox_t){.typed_binary = outbox->typed_binary};
    }
}

void eio_outbox_clear(eio_outbox_t *outbox, eio_chunk_pool_t *pool)
{
    while (outbox->count)
        eio_outbox_pop(outbox, pool);
}
