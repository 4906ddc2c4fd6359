/* Socket.IO packets in MessagePack: a map of type, data, nsp, id. Called through the parser that
 * sio_msgpack_parser() names. */
#include "socketio/msgpack.h"

#include "base/utf8.h"
#include "base/json_walk.h"
#include "socketio/parser.h"

#include <math.h>

/* ------------------------------------------------------------------------------------- reading */

typedef struct fields {
    sio__msgpack_item_t type, nsp, id, data;
    sio__span_t data_bytes;
} fields_t;

static sio__msgpack_item_t *field_named(fields_t *fields, const sio__msgpack_item_t *key)
{
    if (key->kind != SIO__MSGPACK_STR)
        return NULL;
    if (sio__span_is(key->bytes, "type"))
        return &fields->type;
    if (sio__span_is(key->bytes, "nsp"))
        return &fields->nsp;
    if (sio__span_is(key->bytes, "id"))
        return &fields->id;
    return sio__span_is(key->bytes, "data") ? &fields->data : NULL;
}

/* Clients put more into it ("options"), which is no matter. Of repeated keys the last one counts.
 */
static const char *read_field(fields_t *fields, const char *at, const char *end)
{
    sio__msgpack_item_t key, value, *field;
    const char *start, *after;

    start = sio__msgpack_read(at, end, &key);
    if (!start || key.kind == SIO__MSGPACK_ARRAY || key.kind == SIO__MSGPACK_MAP)
        return NULL;
    after = sio__msgpack_skip(start, end);
    if (!after)
        return NULL;
    field = field_named(fields, &key);
    if (field) {
        sio__msgpack_read(start, end, &value);
        *field = value;
        if (field == &fields->data)
            fields->data_bytes = (sio__span_t){start, (size_t)(after - start)};
    }
    return after;
}

static const char *read_fields(fields_t *fields, const char *at, const char *end)
{
    const sio__msgpack_item_t undefined = {.kind = SIO__MSGPACK_UNDEFINED};
    sio__msgpack_item_t map;

    *fields = (fields_t){undefined, undefined, undefined, undefined, {NULL, 0}};
    at = sio__msgpack_read(at, end, &map);
    if (!at)
        return "Could not parse";
    if (map.kind != SIO__MSGPACK_MAP)
        return "invalid packet type";
    for (uint64_t left = map.integer; left; left--) {
        at = read_field(fields, at, end);
        if (!at)
            return "Could not parse";
    }
    return at == end ? NULL : "trailing bytes";
}

/* Whether Number.isInteger() says so. */
static bool as_integer(const sio__msgpack_item_t *item, double *number)
{
    switch (item->kind) {
    case SIO__MSGPACK_UINT:
        *number = (double)item->integer;
        return true;
    case SIO__MSGPACK_INT:
        *number = -(double)item->integer;
        return true;
    case SIO__MSGPACK_DOUBLE:
        *number = item->real;
        return isfinite(item->real) && item->real == floor(item->real);
    default:
        return false;
    }
}

static bool data_fits(sio__packet_type_t type, sio__msgpack_kind_t kind)
{
    switch (type) {
    case SIO__CONNECT:
        return kind == SIO__MSGPACK_UNDEFINED || kind == SIO__MSGPACK_MAP;
    case SIO__DISCONNECT:
        return kind == SIO__MSGPACK_UNDEFINED;
    case SIO__CONNECT_ERROR:
        return kind == SIO__MSGPACK_STR || kind == SIO__MSGPACK_MAP;
    default:
        return kind == SIO__MSGPACK_ARRAY;
    }
}

/* In upstream's order, so that the reasons are the same. */
static const char *check_fields(const fields_t *fields, sio__packet_t *packet)
{
    double type;

    if (!as_integer(&fields->type, &type) || type < SIO__CONNECT || type > SIO__CONNECT_ERROR)
        return "invalid packet type";
    packet->type = (sio__packet_type_t)type;
    if (fields->nsp.kind != SIO__MSGPACK_STR ||
        !sio__utf8_valid(fields->nsp.bytes.data, fields->nsp.bytes.len))
        return "invalid namespace";
    packet->nsp = fields->nsp.bytes;
    if (!data_fits(packet->type, fields->data.kind))
        return "invalid payload";
    packet->has_id = fields->id.kind != SIO__MSGPACK_UNDEFINED;
    if (packet->has_id && !as_integer(&fields->id, &packet->id))
        return "invalid packet id";
    return NULL;
}

int sio__msgpack_decode(const char *message, size_t len, unsigned max_depth, sio__packet_t *packet,
                        sio__args_t *args, const char **error)
{
    fields_t fields;

    *error = read_fields(&fields, message, message + len);
    if (!*error)
        *error = check_fields(&fields, packet);
    if (*error)
        return -1;
    if (fields.data.kind == SIO__MSGPACK_UNDEFINED)
        return 0;
    if (sio__msgpack_to_json(fields.data_bytes, SIO__NOTEPACK_2, max_depth, args, error))
        return -1;
    packet->data = (sio__span_t){args->json.data, args->json.len};
    return 0;
}

/* ------------------------------------------------------------------------------------- writing */

static void put_id(const sio__packet_t *packet, sio__buf_t *out)
{
    sio__msgpack_put_text(out, "id");
    sio__msgpack_put_number(out, packet->id);
}

/* The answer to CONNECT names the private id of connection state recovery even when there is none:
 * the map that was just written gets one more pair. */
static void put_no_pid(const sio__packet_t *packet, sio__buf_t *out, size_t map)
{
    sio__span_t pid;

    if (packet->type != SIO__CONNECT || packet->data.data[0] != '{' ||
        sio__json_find(packet->data, "pid", 3, &pid))
        return;
    if (out->failed || (uint8_t)out->data[map] >= 0x8f) /* the number of pairs is in that byte */
        return;
    out->data[map]++;
    sio__msgpack_put_text(out, "pid");
    sio__msgpack_put_undefined(out);
}

static int put_data(const sio__packet_t *packet, sio__attachments_t attachments, sio__buf_t *out)
{
    size_t map;
    int error;

    if (!packet->data.len)
        return SIO_OK;
    sio__msgpack_put_text(out, "data");
    map = out->len;
    error = sio__msgpack_from_json(packet->data, attachments, out);
    if (!error)
        put_no_pid(packet, out, map);
    return error;
}

static void put_nsp(const sio__packet_t *packet, sio__buf_t *out)
{
    sio__msgpack_put_text(out, "nsp");
    sio__msgpack_put_str_head(out, (uint32_t)packet->nsp.len);
    sio__buf_append(out, packet->nsp.data, packet->nsp.len);
}

/* The keys in the order in which upstream happens to set them: of an acknowledgement the id first.
 */
int sio__msgpack_encode(const sio__packet_t *packet, sio__attachments_t attachments,
                        sio__buf_t *out)
{
    bool ack = packet->type == SIO__ACK || packet->type == SIO__BINARY_ACK;
    bool event = packet->type == SIO__EVENT || packet->type == SIO__BINARY_EVENT;
    int error;

    if (packet->nsp.len > UINT32_MAX)
        return SIO_EINVAL;
    sio__msgpack_put_map_head(out, 2u + (packet->data.len > 0) + packet->has_id);
    if (ack && packet->has_id)
        put_id(packet, out);
    sio__msgpack_put_text(out, "type");
    sio__msgpack_put_uint(out, ack ? SIO__ACK : event ? SIO__EVENT : packet->type);
    error = put_data(packet, attachments, out);
    if (error)
        return error;
    if (!ack && packet->has_id)
        put_id(packet, out);
    put_nsp(packet, out);
    return out->failed ? SIO_ENOMEM : SIO_OK;
}

const sio_parser_t *sio_msgpack_parser(void)
{
    static const sio_parser_t parser = {
        .binary = true,
        .decode = sio__msgpack_decode,
        .encode = sio__msgpack_encode,
    };

    return &parser;
}
