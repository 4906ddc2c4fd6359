#include "engineio/message.h"

#include "base/alloc.h"
#include "engineio/packet.h"
#include "engineio/ws_frame.h"

#include <string.h>

static eio_message_t *new_message(bool binary, bool plain, size_t len)
{
    size_t packet_len = len + (binary || plain ? 0 : 1);
    uint8_t header[EIO_WS_MAX_HEADER];
    eio_message_t *message;
    uint8_t *frame;

    if (len > SIZE_MAX / 2)
        return NULL;
    message = sio__malloc(sizeof(*message) + EIO_WS_MAX_HEADER + packet_len);
    if (!message)
        return NULL;
    atomic_init(&message->refs, 1);
    message->binary = binary;
    message->no_compress = false;
    message->plain = plain;
    message->deflated = NULL;
    message->typed = NULL;
    message->len = packet_len;
    frame = (uint8_t *)(message + 1);
    message->packet = frame + EIO_WS_MAX_HEADER;
    message->header_size =
        (uint8_t)eio_ws_header_write(header, binary ? EIO_WS_BINARY : EIO_WS_TEXT, false,
                                     packet_len);
    memcpy(message->packet - message->header_size, header, message->header_size);
    if (!binary && !plain)
        message->packet[0] = '4';
    return message;
}

static eio_message_t *fill(eio_message_t *message, const void *payload, size_t len)
{
    if (message && len)
        memcpy(eio_message_payload(message), payload, len);
    return message;
}

eio_message_t *eio_message_new(bool binary, size_t len)
{
    return new_message(binary, false, len);
}

eio_message_t *eio_message_copy(bool binary, const void *payload, size_t len)
{
    return fill(eio_message_new(binary, len), payload, len);
}

eio_message_t *eio_message_copy_plain(bool binary, const void *payload, size_t len)
{
    return fill(new_message(binary, true, len), payload, len);
}

eio_message_t *eio_message_typed(eio_message_t *message)
{
    eio_message_t *typed = message->binary ? message->typed : message;

    if (typed)
        return typed;
    typed = eio_message_new(true, message->len + 1);
    if (!typed)
        return NULL;
    typed->packet[0] = EIO_PACKET_MESSAGE;
    if (message->len)
        memcpy(typed->packet + 1, message->packet, message->len);
    typed->no_compress = message->no_compress;
    message->typed = typed;
    return typed;
}

eio_message_t *eio_message_ref(eio_message_t *message)
{
    atomic_fetch_add_explicit(&message->refs, 1, memory_order_relaxed);
    return message;
}

static void free_message(eio_message_t *message)
{
    sio__free(message->deflated);
    eio_message_unref(message->typed);
    sio__free(message);
}

void eio_message_unref(eio_message_t *message)
{
    if (message && atomic_fetch_sub_explicit(&message->refs, 1, memory_order_acq_rel) == 1)
        free_message(message);
}
