/*
 * One message, encoded once, referenced by every outbox it waits in: a ready WebSocket frame whose
 * payload is the text packet ("4" and the text), or the bare bytes of a binary message or of a
 * plain WebSocket's. Immutable after it is filled. References count across threads.
 */
#ifndef EIO_MESSAGE_H
#define EIO_MESSAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct eio_message {
    atomic_uint refs;
    bool binary;
    bool no_compress;
    bool plain;          /* a plain WebSocket's: text without a type character */
    uint8_t header_size; /* of the frame header that ends right before `packet` */
    size_t len;          /* of the packet: for text, type character included */
    uint8_t *packet;     /* within this allocation */
    /* The compressed frame, made by the first connection that wants it; the loop thread's. */
    uint8_t *deflated;
    size_t deflated_size;
    uint8_t deflated_bits;
    /* The same for protocol 3, made by the first such session; the loop thread's, too. */
    struct eio_message *typed;
} eio_message_t;

/*
 * A message with room for `len` bytes of payload, one reference, NULL when out of memory. Fill
 * eio_message_payload() completely before anything else.
 */
eio_message_t *eio_message_new(bool binary, size_t len);
eio_message_t *eio_message_copy(bool binary, const void *payload, size_t len);
eio_message_t *eio_message_copy_plain(bool binary, const void *payload, size_t len);

/* Where the caller's payload goes: behind the type character of a text message. */
static inline uint8_t *eio_message_payload(eio_message_t *message)
{
    return message->packet + (message->binary || message->plain ? 0 : 1);
}

/*
 * The message as protocol 3 has it: binary begins with the packet's type, text is the same. Lives
 * as long as `message`. NULL: out of memory. Loop thread.
 */
eio_message_t *eio_message_typed(eio_message_t *message);

eio_message_t *eio_message_ref(eio_message_t *message);
void eio_message_unref(eio_message_t *message); /* NULL is allowed */

#endif
