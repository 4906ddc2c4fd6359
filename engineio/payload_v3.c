/* Polling payloads of protocol 3: packets behind their lengths. Called by the polling transport;
 * see packet_v3.h. */
#include "engineio/packet_v3.h"

#include "base/base64.h"
#include "base/utf8.h"

#include <stdint.h>

enum {
    MARK_TEXT = 0,
    MARK_BINARY = 1,
    LENGTH_END = 255,
    MAX_DIGITS = 310 /* of a length in the binary form; upstream gives up there as well */
};

/* ---- reading ---- */

static bool fail(eio_payload_reader_t *reader)
{
    reader->done = reader->failed = true;
    return false;
}

/* Lengths beyond what there is are all the same. */
static size_t add_digit(size_t length, unsigned digit)
{
    return length > SIZE_MAX / 10 - 1 ? length : length * 10 + digit;
}

/* An empty body is no payload. */
void eio_payload_v3_reader_init(eio_payload_reader_t *reader, char *body, size_t len)
{
    *reader = (eio_payload_reader_t){.at = body, .end = len ? body + len : body, .done = !len};
    reader->failed = !len;
}

/* False: there are no digits with a colon behind them. */
static bool read_length(eio_payload_reader_t *reader, size_t *length)
{
    const char *start = reader->at;

    *length = 0;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
        *length = add_digit(*length, (unsigned)(*reader->at++ - '0'));
    return reader->at > start && reader->at < reader->end && *reader->at++ == ':';
}

bool eio_payload_v3_next(eio_payload_reader_t *reader, eio_packet_t *packet)
{
    size_t units = 0, bytes;
    char *text;

    do {
        if (reader->done || reader->at == reader->end)
            return false;
        if (!read_length(reader, &units))
            return fail(reader);
    } while (units == 0);
    text = reader->at;
    bytes = sio__utf8_skip_utf16(text, (size_t)(reader->end - text), units);
    if (bytes == SIZE_MAX || eio_packet_v3_decode_text(text, bytes, packet) != 0)
        return fail(reader);
    reader->at = text + bytes;
    return true;
}

/* Moves behind a packet's head. False: it isn't one. */
static bool read_binary_head(char **at, const char *end, bool *text, size_t *length)
{
    const char *start = *at + 1;

    *text = **at == MARK_TEXT;
    *length = 0;
    for (++*at; *at < end && *at - start <= MAX_DIGITS; ++*at) {
        unsigned byte = (unsigned char)**at;

        if (byte == LENGTH_END && *at > start) {
            ++*at;
            if (*length > (size_t)(end - *at)) /* upstream takes what there is */
                *length = (size_t)(end - *at);
            return true;
        }
        if (byte > 9)
            break;
        *length = add_digit(*length, byte);
    }
    return false;
}

void eio_payload_v3_binary_reader_init(eio_payload_reader_t *reader, char *body, size_t len)
{
    char *at = body;
    size_t length;
    bool text;

    *reader = (eio_payload_reader_t){.at = body, .end = len ? body + len : body};
    while (at < reader->end) {
        if (!read_binary_head(&at, reader->end, &text, &length)) {
            fail(reader);
            return;
        }
        at += length;
    }
}

/* Old clients send lone surrogates as three bytes each; a U+FFFD takes their place. */
static bool valid_text(char *text, size_t len)
{
    if (sio__utf8_valid(text, len))
        return true;
    for (size_t i = 0; i + 2 < len; i++) {
        if (text[i] == '\xed' && (text[i + 1] & 0xe0) == 0xa0 && (text[i + 2] & 0xc0) == 0x80)
            memcpy(text + i, "\xef\xbf\xbd", 3);
    }
    return sio__utf8_valid(text, len);
}

bool eio_payload_v3_binary_next(eio_payload_reader_t *reader, eio_packet_t *packet)
{
    char *data;
    size_t length;
    bool text;

    if (reader->done || reader->at == reader->end)
        return false;
    if (!read_binary_head(&reader->at, reader->end, &text, &length))
        return fail(reader);
    data = reader->at;
    reader->at += length;
    if (!text)
        eio_packet_v3_decode_binary(data, length, packet);
    else if (!valid_text(data, length) || eio_packet_v3_decode_text(data, length, packet) != 0)
        return fail(reader);
    return true;
}

/* ---- writing ---- */

static void append_base64(sio__buf_t *payload, const char *packet, size_t len)
{
    size_t encoded = SIO__BASE64_ENCODED_LEN(len - 1);

    sio__buf_append_uint(payload, 2 + encoded);
    sio__buf_append_char(payload, ':');
    sio__buf_append_char(payload, 'b');
    sio__buf_append_char(payload, (char)('0' + packet[0]));
    if (sio__buf_reserve(payload, encoded))
        payload->len += sio__base64_encode(packet + 1, len - 1, payload->data + payload->len);
}

void eio_payload_v3_append(sio__buf_t *payload, bool binary, const void *packet, size_t len)
{
    if (binary) {
        append_base64(payload, packet, len);
        return;
    }
    sio__buf_append_uint(payload, sio__utf8_utf16_len(packet, len));
    sio__buf_append_char(payload, ':');
    sio__buf_append(payload, packet, len);
}

void eio_payload_v3_binary_append(sio__buf_t *payload, bool binary, const void *packet, size_t len)
{
    size_t start;

    sio__buf_append_char(payload, binary ? MARK_BINARY : MARK_TEXT);
    start = payload->len;
    sio__buf_append_uint(payload, len);
    for (size_t i = start; i < payload->len; i++)
        payload->data[i] = (char)(payload->data[i] - '0');
    sio__buf_append_char(payload, (char)LENGTH_END);
    sio__buf_append(payload, packet, len);
}
