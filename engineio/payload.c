/* Polling payloads: packets joined by a separator. Called by the polling transport; see packet.h.
 */
#include "engineio/packet.h"

#include "base/base64.h"

static const char separator = '\x1e';

void eio_payload_reader_init(eio_payload_reader_t *reader, char *body, size_t len)
{
    *reader = (eio_payload_reader_t){.at = body, .end = len ? body + len : body};
}

/* A body of n separators is n + 1 packets: an empty body, or a separator at its end, holds an empty
 * one, which is none. */
bool eio_payload_next(eio_payload_reader_t *reader, eio_packet_t *packet)
{
    size_t left = (size_t)(reader->end - reader->at);
    char *stop;

    if (reader->done)
        return false;
    stop = left ? memchr(reader->at, separator, left) : NULL;
    if (eio_packet_decode_text(reader->at, stop ? (size_t)(stop - reader->at) : left, packet) !=
        0) {
        reader->done = true;
        reader->failed = true;
        return false;
    }
    reader->at = stop ? stop + 1 : reader->end;
    reader->done = stop == NULL;
    return true;
}

/* Appends what stands before a packet's data; `type` is its first character. */
static bool append_start(sio__buf_t *payload, char type, size_t data_len)
{
    if (!sio__buf_reserve(payload, data_len + 2))
        return false;
    if (payload->len)
        payload->data[payload->len++] = separator;
    payload->data[payload->len++] = type;
    return true;
}

void eio_payload_append(sio__buf_t *payload, eio_packet_type_t type, const void *data, size_t len)
{
    if (append_start(payload, (char)('0' + type), len))
        sio__buf_append(payload, data, len);
}

void eio_payload_append_binary(sio__buf_t *payload, const void *data, size_t len)
{
    size_t encoded = SIO__BASE64_ENCODED_LEN(len);

    if (append_start(payload, 'b', encoded))
        payload->len += sio__base64_encode(data, len, payload->data + payload->len);
}
