/* Engine.IO packets and polling payloads, protocol 4. Pure functions on bytes. */
#ifndef EIO_PACKET_H
#define EIO_PACKET_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>

typedef enum eio_packet_type {
    EIO_PACKET_OPEN = 0,
    EIO_PACKET_CLOSE = 1,
    EIO_PACKET_PING = 2,
    EIO_PACKET_PONG = 3,
    EIO_PACKET_MESSAGE = 4,
    EIO_PACKET_UPGRADE = 5,
    EIO_PACKET_NOOP = 6,
    EIO_PACKET_PLAIN /* a plain WebSocket's message, which has no type; to outboxes only */
} eio_packet_type_t;

typedef struct eio_packet {
    eio_packet_type_t type;
    bool binary;      /* always a message */
    sio__span_t data; /* without the type character */
} eio_packet_t;

/*
 * Decodes one text packet ("4hello", or "b" and base64: decoded in place, so `text` must be
 * writable). Returns 0, or -1 when it is no packet (empty, unknown type).
 */
int eio_packet_decode_text(char *text, size_t len, eio_packet_t *packet);

/* A polling payload: packets joined by the record separator 0x1e. Iterate until false; check
 * `failed` then. */
typedef struct eio_payload_reader {
    char *at;
    char *end;
    bool done;
    bool failed; /* the packet at `at` is none: earlier ones stand, the rest is dropped */
} eio_payload_reader_t;

void eio_payload_reader_init(eio_payload_reader_t *reader, char *body, size_t len);
bool eio_payload_next(eio_payload_reader_t *reader, eio_packet_t *packet);

/* Appends one packet to a polling payload (separator included when it isn't the first). Binary: "b"
 * and base64. */
void eio_payload_append(sio__buf_t *payload, eio_packet_type_t type, const void *data, size_t len);
void eio_payload_append_binary(sio__buf_t *payload, const void *data, size_t len);

#endif
