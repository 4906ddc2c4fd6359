/* What the bare peers answer. */
#include "bare_reply.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_MAX 10

char *bytes_reserve(bytes_t *bytes, size_t extra)
{
    if (bytes->length + extra > bytes->capacity) {
        bytes->capacity = 2 * (bytes->length + extra);
        bytes->data = realloc(bytes->data, bytes->capacity);
        if (bytes->data == NULL)
            abort();
    }
    return bytes->data + bytes->length;
}

void bytes_append(bytes_t *bytes, const char *data, size_t length)
{
    if (length > 0) {
        memcpy(bytes_reserve(bytes, length), data, length);
        bytes->length += length;
    }
}

/* A frame's header, with room left for the payload behind it. */
static void frame_header(bytes_t *out, unsigned opcode, size_t length)
{
    char *at = bytes_reserve(out, HEADER_MAX + length);
    unsigned bytes = length < 126 ? 0 : length < 65536 ? 2 : 8;

    *at++ = (char)(0x80 | opcode);
    *at++ = (char)(bytes == 0 ? length : bytes == 2 ? 126 : 127);
    while (bytes-- > 0)
        *at++ = (char)((uint64_t)length >> (8 * bytes));
    out->length = (size_t)(at - out->data);
}

void bare_frame(bytes_t *out, unsigned opcode, const char *data, size_t length)
{
    frame_header(out, opcode, length);
    bytes_append(out, data, length);
}

void bare_open(bytes_t *out)
{
    static const char opened[] = "0{\"sid\":\"BBBBBBBBBBBBBBBBBBBB\",\"upgrades\":[],"
                                 "\"pingInterval\":25000,\"pingTimeout\":20000,"
                                 "\"maxPayload\":1000000}";

    bare_frame(out, TEXT, opened, sizeof opened - 1);
}

void bare_upgrade(bytes_t *out)
{
    static const char response[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                   "Upgrade: websocket\r\n"
                                   "Connection: Upgrade\r\n"
                                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    bytes_append(out, response, sizeof response - 1);
    bare_open(out);
}

/* "42<id>["name", of which the id's length is wanted; -1: the event has another name. */
static ptrdiff_t event_id(const char *data, size_t length, const char *name)
{
    const char *at;

    if (length < 2 || data[0] != '4' || data[1] != '2')
        return -1;
    at = memmem(data, length < 32 ? length : 32, name, strlen(name));
    return at != NULL ? at - data - 2 : -1;
}

/* 42<id>["ack","x"] becomes 43<id>["x"]. */
static void acknowledge(bytes_t *out, const char *data, size_t length, size_t id)
{
    size_t head = 2 + id + strlen("[\"ack\","), rest = length - head;

    frame_header(out, TEXT, 2 + id + 1 + rest);
    bytes_append(out, "43", 2);
    bytes_append(out, data + 2, id);
    bytes_append(out, "[", 1);
    bytes_append(out, data + head, rest);
}

static void reply_text(bytes_t *own, bytes_t *everybody, const char *data, size_t length)
{
    static const char joined[] = "40{\"sid\":\"AAAAAAAAAAAAAAAAAAAA\"}";
    ptrdiff_t id;

    if (length == 2 && memcmp(data, "40", 2) == 0)
        bare_frame(own, TEXT, joined, sizeof joined - 1);
    else if (event_id(data, length, "[\"bcast\",") == 0)
        bare_frame(everybody, TEXT, data, length);
    else if ((id = event_id(data, length, "[\"ack\",")) >= 0)
        acknowledge(own, data, length, (size_t)id);
    else if (length > 1)
        bare_frame(own, TEXT, data, length);
}

void bare_reply(bytes_t *own, bytes_t *everybody, unsigned opcode, const char *data, size_t length)
{
    if (opcode == TEXT)
        reply_text(own, everybody, data, length);
    else if (opcode == BINARY)
        bare_frame(own, BINARY, data, length);
    else if (opcode == PING)
        bare_frame(own, PONG, data, length);
    else if (opcode == CLOSE)
        bare_frame(own, CLOSE, data, length);
}
