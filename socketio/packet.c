/*
 * Socket.IO packets between text and struct. The decoder follows socket.io-parser quirk by quirk,
 * because what it takes and what it refuses decides which clients stay connected. Called by the
 * decoder of a client's connection and by every encoder.
 */
#include "socketio/packet.h"

#include "socketio/js_number.h"
#include "base/json_scan.h"

#include <math.h>

typedef struct reader {
    const char *at, *end;
    unsigned max_attachments, max_depth;
    sio__packet_t *packet;
} reader_t;

/* The type is Number(first character) upstream, so that a blank is a 0. */
static const char *read_type(reader_t *reader)
{
    size_t blank = sio__js_blank(reader->at, reader->end);

    if (blank) {
        reader->packet->type = SIO__CONNECT;
        reader->at += blank;
        return NULL;
    }
    if (reader->at == reader->end || *reader->at < '0' || *reader->at > '6')
        return "unknown packet type";
    reader->packet->type = (sio__packet_type_t)(*reader->at++ - '0');
    return NULL;
}

static const char *read_attachments(reader_t *reader)
{
    const char *dash = memchr(reader->at, '-', (size_t)(reader->end - reader->at));
    double count;

    if (!dash)
        return "Illegal attachments";
    count = sio__js_to_number((sio__span_t){reader->at, (size_t)(dash - reader->at)});
    if (!(count >= 1) || isinf(count) || count != floor(count))
        return "Illegal attachments";
    if (count > reader->max_attachments)
        return "too many attachments";
    reader->packet->attachments = (unsigned)count;
    reader->at = dash + 1;
    return NULL;
}

static void read_namespace(reader_t *reader)
{
    const char *start = reader->at, *comma;

    if (start == reader->end || *start != '/')
        return;
    comma = memchr(start, ',', (size_t)(reader->end - start));
    reader->at = comma ? comma + 1 : reader->end;
    reader->packet->nsp.data = start;
    reader->packet->nsp.len = (size_t)((comma ? comma : reader->end) - start);
}

/* Upstream takes blanks for digits here, as Number(" ") is 0, and reads the whole run with
 * Number(). */
static void read_id(reader_t *reader)
{
    const char *start = reader->at;

    while (reader->at < reader->end) {
        size_t size =
            *reader->at >= '0' && *reader->at <= '9' ? 1 : sio__js_blank(reader->at, reader->end);

        if (!size)
            break;
        reader->at += size;
    }
    if (reader->at == start)
        return;
    reader->packet->has_id = true;
    reader->packet->id = sio__js_to_number((sio__span_t){start, (size_t)(reader->at - start)});
}

static const sio__span_t RESERVED[] = {{"connect", 7},      {"connect_error", 13},
                                       {"disconnect", 10},  {"disconnecting", 13},
                                       {"newListener", 11}, {"removeListener", 14}};
enum {
    RESERVED_COUNT = sizeof(RESERVED) / sizeof(*RESERVED),
    RESERVED_SHORTEST = 7,
    RESERVED_LENGTHS = 1 << 7 | 1 << 10 | 1 << 11 | 1 << 13 | 1 << 14
};

bool sio__event_name_reserved(const char *name, size_t len)
{
    if (len >= 31 || !(RESERVED_LENGTHS >> len & 1))
        return false;
    for (size_t i = 0; i < RESERVED_COUNT; i++)
        if (sio__span_equal((sio__span_t){name, len}, RESERVED[i]))
            return true;
    return false;
}

static bool is_reserved_token(sio__span_t token)
{
    size_t len = token.len - 2;

    if (len < RESERVED_SHORTEST) /* escapes are longer than what they mean */
        return false;
    if (!memchr(token.data, '\\', token.len))
        return sio__event_name_reserved(token.data + 1, len);
    for (size_t i = 0; i < RESERVED_COUNT; i++)
        if (sio__json_string_is(token, RESERVED[i].data, RESERVED[i].len))
            return true;
    return false;
}

/* The first item of an event: a number, or a string that isn't reserved. */
static bool is_event_name(sio__span_t item)
{
    if (item.data[0] == '"')
        return !is_reserved_token(item);
    return item.data[0] == '-' || (item.data[0] >= '0' && item.data[0] <= '9');
}

static bool read_array(reader_t *reader)
{
    sio__packet_t *packet = reader->packet;
    long count = sio__json_scan_array(packet->data.data, packet->data.len, reader->max_depth,
                                      packet->items, SIO__INLINE_ARGS + 1);

    packet->item_count = count > 0 ? (size_t)count : 0;
    return count >= 0;
}

static bool read_object(reader_t *reader, bool or_string)
{
    sio__span_t data = reader->packet->data;

    if (data.data[0] != '{' && !(or_string && data.data[0] == '"'))
        return false;
    return sio__json_valid(data.data, data.len, reader->max_depth);
}

static bool read_data(reader_t *reader)
{
    sio__packet_t *packet = reader->packet;

    packet->data = (sio__span_t){reader->at, (size_t)(reader->end - reader->at)};
    if (packet->data.len == 0)
        return true;
    switch (packet->type) {
    case SIO__CONNECT:
        return read_object(reader, false);
    case SIO__CONNECT_ERROR:
        return read_object(reader, true);
    case SIO__EVENT:
    case SIO__BINARY_EVENT:
        return read_array(reader) && packet->item_count && is_event_name(packet->items[0]);
    case SIO__ACK:
    case SIO__BINARY_ACK:
        return read_array(reader);
    case SIO__DISCONNECT:
        break;
    }
    return false;
}

bool sio__packet_check_data(sio__packet_t *packet, unsigned max_depth)
{
    const char *text = packet->data.data;

    return read_data(&(reader_t){text, text + packet->data.len, 0, max_depth, packet});
}

static const char *decode(reader_t *reader)
{
    const char *error = read_type(reader);

    if (!error &&
        (reader->packet->type == SIO__BINARY_EVENT || reader->packet->type == SIO__BINARY_ACK))
        error = read_attachments(reader);
    if (error)
        return error;
    read_namespace(reader);
    read_id(reader);
    return read_data(reader) ? NULL : "invalid payload";
}

int sio__packet_decode(const char *text, size_t len, unsigned max_attachments, unsigned max_depth,
                       sio__packet_t *packet, const char **error)
{
    reader_t reader = {text, text + len, max_attachments, max_depth, packet};

    packet->attachments = 0;
    packet->nsp = (sio__span_t){"/", 1};
    packet->has_id = false;
    packet->id = 0;
    packet->item_count = 0;
    *error = decode(&reader);
    return *error ? -1 : 0;
}

void sio__packet_encode_header(sio__buf_t *out, sio__packet_type_t type, unsigned attachments,
                               const char *nsp, bool has_id, double id)
{
    sio__buf_append_char(out, (char)('0' + (int)type));
    if (type == SIO__BINARY_EVENT || type == SIO__BINARY_ACK) {
        sio__buf_append_uint(out, attachments);
        sio__buf_append_char(out, '-');
    }
    if (strcmp(nsp, "/") != 0) {
        sio__buf_append_str(out, nsp);
        sio__buf_append_char(out, ',');
    }
    if (has_id) {
        char text[SIO__NUMBER_MAX];

        sio__buf_append(out, text, sio__number_format(id, text));
    }
}
