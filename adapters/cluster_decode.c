#include "adapters/cluster_message.h"

#include "base/base64.h"
#include "base/json_scan.h"
#include "base/json_walk.h"
#include "base/msgpack.h"
#include "base/utf8.h"

#include <string.h>

/* Deeper than any message has around what clients get. */
enum { ENVELOPE_DEPTH = 4 };

/* Larger memory is given back before the next message. */
enum { KEPT = 256 << 10 };

void sio__cluster_decoder_init(sio__cluster_decoder_t *decoder, unsigned max_depth)
{
    memset(decoder, 0, sizeof(*decoder));
    decoder->max_depth = max_depth + ENVELOPE_DEPTH;
    sio__args_init(&decoder->args);
}

void sio__cluster_decoder_free(sio__cluster_decoder_t *decoder)
{
    sio__args_free(&decoder->args);
    sio__buf_free(&decoder->bytes);
    sio__buf_free(&decoder->lists);
    sio__buf_free(&decoder->names);
}

/* ------------------------------------------------------------------------------ from bytes */

static bool from_msgpack(sio__cluster_decoder_t *decoder, sio__span_t bytes, sio__span_t *text,
                         sio__attachments_t *attachments)
{
    sio__args_t *args = &decoder->args;
    const char *error;

    if (sio__msgpack_to_json(bytes, SIO__NOTEPACK_3, decoder->max_depth, args, &error))
        return false;
    if (args->bytes_count)
        sio__args_finish(args);
    *text = (sio__span_t){args->json.data, args->json.len};
    *attachments = (sio__attachments_t){args->bytes, args->bytes_count};
    return true;
}

static bool from_json(const sio__cluster_decoder_t *decoder, sio__span_t bytes, sio__span_t *text)
{
    *text = bytes;
    return sio__utf8_valid(bytes.data, bytes.len) &&
           sio__json_valid(bytes.data, bytes.len, decoder->max_depth);
}

/* The text of an object, and what its placeholders mean. */
static bool read_object(sio__cluster_decoder_t *decoder, sio__span_t bytes, sio__span_t *text,
                        sio__attachments_t *attachments)
{
    sio__args_clear(&decoder->args);
    *attachments = (sio__attachments_t){NULL, 0};
    if (bytes.len == 0)
        return false;
    if (bytes.data[0] == '{')
        return from_json(decoder, bytes, text);
    return from_msgpack(decoder, bytes, text, attachments) && text->len && text->data[0] == '{';
}

/* ----------------------------------------------------------------------------------- scalars */

static bool key_is(sio__span_t key, const char *name)
{
    return sio__json_string_is(key, name, strlen(name));
}

static bool is_string(sio__span_t token)
{
    return token.len && token.data[0] == '"';
}

static bool is_number(sio__span_t token)
{
    return token.len && (token.data[0] == '-' || (token.data[0] >= '0' && token.data[0] <= '9'));
}

/* A text without NULs, or a number as JavaScript would print it as a name. */
static bool copy_name(sio__span_t token, char *out, size_t *len)
{
    if (is_number(token)) {
        memcpy(out, token.data, token.len);
        *len = token.len;
        return true;
    }
    if (!is_string(token))
        return false;
    *len = sio__json_unescape(token, out);
    return !memchr(out, '\0', *len);
}

static bool copy_id(sio__span_t token, char *out, size_t size)
{
    size_t len;

    if (!token.len || token.len >= size || !copy_name(token, out, &len))
        return false;
    out[len] = '\0';
    return true;
}

/* Digits alone; beyond what numbers of JavaScript tell apart there are none. */
static bool copy_count(sio__span_t token, uint64_t *count)
{
    *count = 0;
    for (size_t i = 0; i < token.len; i++) {
        if (token.data[i] < '0' || token.data[i] > '9' || i == 15)
            return false;
        *count = *count * 10 + (uint64_t)(token.data[i] - '0');
    }
    return token.len > 0;
}

/* ------------------------------------------------------------------------------------- names */

static bool is_array(sio__span_t token)
{
    return token.len && token.data[0] == '[';
}

/* How much a list takes: its names' tokens are longer than the names. */
static bool reserve_list(sio__cluster_decoder_t *decoder, sio__span_t list)
{
    sio__json_walk_t walk = sio__json_walk_begin(list);
    size_t count = 1;
    sio__span_t token;

    while (sio__json_walk_element(&walk, &token))
        count++;
    return sio__buf_reserve(&decoder->lists, count * sizeof(char *)) &&
           sio__buf_reserve(&decoder->names, list.len + count);
}

/* Offsets, until all names are there and stay where they are. */
static bool add_name(sio__cluster_decoder_t *decoder, sio__span_t token)
{
    uintptr_t offset = decoder->names.len + 1;
    size_t len;

    if (!copy_name(token, decoder->names.data + decoder->names.len, &len))
        return false;
    decoder->names.len += len;
    sio__buf_append_char(&decoder->names, '\0');
    sio__buf_append(&decoder->lists, &offset, sizeof(offset));
    return true;
}

/* The index of the list's first name. */
static bool add_list(sio__cluster_decoder_t *decoder, sio__span_t list, size_t *index)
{
    sio__json_walk_t walk;
    uintptr_t end = 0;
    sio__span_t token;

    *index = decoder->lists.len / sizeof(end);
    if (!is_array(list) || !reserve_list(decoder, list))
        return false;
    walk = sio__json_walk_begin(list);
    while (sio__json_walk_element(&walk, &token))
        if (!add_name(decoder, token))
            return false;
    sio__buf_append(&decoder->lists, &end, sizeof(end));
    return true;
}

static void settle_lists(sio__cluster_decoder_t *decoder)
{
    size_t count = decoder->lists.len / sizeof(char *);

    for (size_t i = 0; i < count; i++) {
        const char *name = NULL;
        uintptr_t offset;

        memcpy(&offset, decoder->lists.data + i * sizeof(name), sizeof(offset));
        if (offset)
            name = decoder->names.data + offset - 1;
        memcpy(decoder->lists.data + i * sizeof(name), &name, sizeof(name));
    }
}

static const char *const *list_at(const sio__cluster_decoder_t *decoder, size_t index)
{
    return (const char *const *)(const void *)decoder->lists.data + index;
}

/* ------------------------------------------------------------------------------------ objects */

/* What `data` says, as it stands there. */
typedef struct fields {
    sio__span_t packet, request_id, opts, rooms, close, client_count, sockets;
} fields_t;

static fields_t read_fields(sio__span_t data)
{
    fields_t fields = {.packet = {NULL, 0}};
    const struct {
        const char *key;
        sio__span_t *value;
    } all[] = {
        {"packet", &fields.packet},   {"requestId", &fields.request_id},
        {"opts", &fields.opts},       {"rooms", &fields.rooms},
        {"close", &fields.close},     {"clientCount", &fields.client_count},
        {"sockets", &fields.sockets},
    };
    sio__json_walk_t walk;
    sio__span_t key, value;

    if (!data.len || data.data[0] != '{')
        return fields;
    walk = sio__json_walk_begin(data);
    while (sio__json_walk_member(&walk, &key, &value))
        for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
            if (key_is(key, all[i].key))
                *all[i].value = value;
    return fields;
}

static void read_flags(sio__span_t flags, sio__audience_t *audience)
{
    sio__json_walk_t walk;
    sio__span_t key, value;
    uint64_t timeout;

    if (!flags.len || flags.data[0] != '{')
        return;
    walk = sio__json_walk_begin(flags);
    while (sio__json_walk_member(&walk, &key, &value)) {
        if (key_is(key, "volatile") && sio__span_is(value, "true"))
            audience->flags |= SIO__VOLATILE;
        else if (key_is(key, "compress") && sio__span_is(value, "false"))
            audience->flags |= SIO__NO_COMPRESS;
        else if (key_is(key, "timeout") && copy_count(value, &timeout))
            audience->timeout_ms = timeout < UINT32_MAX ? (unsigned)timeout : UINT32_MAX;
    }
}

/* The lists' places, before names have theirs. */
typedef struct lists {
    size_t rooms, except, more;
    bool has_more;
} lists_t;

static bool find(sio__span_t object, const char *key, sio__span_t *value)
{
    *value = (sio__span_t){NULL, 0};
    return sio__json_find(object, key, strlen(key), value);
}

static bool read_options(sio__cluster_decoder_t *decoder, sio__span_t opts, lists_t *lists,
                         sio__audience_t *audience)
{
    sio__span_t value;

    if (!opts.len || opts.data[0] != '{')
        return false;
    if (!find(opts, "rooms", &value) || !add_list(decoder, value, &lists->rooms))
        return false;
    if (find(opts, "except", &value) ? !add_list(decoder, value, &lists->except)
                                     : !add_list(decoder, (sio__span_t){"[]", 2}, &lists->except))
        return false;
    if (find(opts, "flags", &value))
        read_flags(value, audience);
    return true;
}

/* Everything that has an audience. */
static bool read_audience(sio__cluster_decoder_t *decoder, const fields_t *fields,
                          sio__cluster_message_t *message)
{
    bool with_rooms = message->type == SIO__SOCKETS_JOIN || message->type == SIO__SOCKETS_LEAVE;
    lists_t lists = {0, 0, 0, with_rooms};

    if (!read_options(decoder, fields->opts, &lists, &message->audience) ||
        (with_rooms && !add_list(decoder, fields->rooms, &lists.more)))
        return false;
    if (decoder->lists.failed || decoder->names.failed)
        return false;
    settle_lists(decoder);
    message->audience.rooms = list_at(decoder, lists.rooms);
    message->audience.except = list_at(decoder, lists.except);
    if (with_rooms)
        message->rooms = list_at(decoder, lists.more);
    return true;
}

/* { type: 2, data: [...] }: servers send no other packets to each other. */
static bool read_packet(sio__span_t packet, sio__span_t *args)
{
    sio__span_t type;

    return packet.len && packet.data[0] == '{' && find(packet, "type", &type) &&
           sio__span_is(type, "2") && find(packet, "data", args) && is_array(*args);
}

static bool read_request_id(sio__cluster_decoder_t *decoder, const fields_t *fields,
                            sio__cluster_message_t *message)
{
    if (!copy_id(fields->request_id, decoder->request_id, sizeof(decoder->request_id)))
        return false;
    message->request_id = decoder->request_id;
    return true;
}

/* Those of which the request's id is optional. */
static bool read_optional_id(sio__cluster_decoder_t *decoder, const fields_t *fields,
                             sio__cluster_message_t *message)
{
    return !fields->request_id.len || read_request_id(decoder, fields, message);
}

static bool read_answer(const fields_t *fields, sio__cluster_message_t *message)
{
    switch (message->type) {
    case SIO__FETCH_SOCKETS_RESPONSE:
        message->sockets = fields->sockets;
        return is_array(fields->sockets);
    case SIO__BROADCAST_CLIENT_COUNT:
        return copy_count(fields->client_count, &message->client_count);
    default:
        message->packet = fields->packet;
        return true;
    }
}

static bool read_data(sio__cluster_decoder_t *decoder, sio__span_t data,
                      sio__cluster_message_t *message)
{
    fields_t fields = read_fields(data);

    switch (message->type) {
    case SIO__INITIAL_HEARTBEAT:
    case SIO__HEARTBEAT:
    case SIO__ADAPTER_CLOSE:
        return true;
    case SIO__BROADCAST:
        return read_packet(fields.packet, &message->packet) &&
               read_audience(decoder, &fields, message) &&
               read_optional_id(decoder, &fields, message);
    case SIO__DISCONNECT_SOCKETS:
        message->close = sio__span_is(fields.close, "true");
        return read_audience(decoder, &fields, message);
    case SIO__SOCKETS_JOIN:
    case SIO__SOCKETS_LEAVE:
        return read_audience(decoder, &fields, message);
    case SIO__FETCH_SOCKETS:
        return read_audience(decoder, &fields, message) &&
               read_request_id(decoder, &fields, message);
    case SIO__SERVER_SIDE_EMIT:
        message->packet = fields.packet;
        return is_array(fields.packet) && read_optional_id(decoder, &fields, message);
    case SIO__SESSION_WANTED:
        return read_request_id(decoder, &fields, message);
    case SIO__FETCH_SOCKETS_RESPONSE:
    case SIO__SERVER_SIDE_EMIT_RESPONSE:
    case SIO__BROADCAST_CLIENT_COUNT:
    case SIO__BROADCAST_ACK:
        return read_request_id(decoder, &fields, message) && read_answer(&fields, message);
    default:
        return false;
    }
}

/* ------------------------------------------------------------------------------------ messages */

static void empty(sio__buf_t *buf)
{
    if (buf->cap > KEPT)
        sio__buf_free(buf);
    else
        sio__buf_clear(buf);
}

static void begin(sio__cluster_decoder_t *decoder, sio__cluster_message_t *message)
{
    empty(&decoder->lists);
    empty(&decoder->names);
    empty(&decoder->bytes);
    if (decoder->args.json.cap > KEPT)
        sio__args_free(&decoder->args);
    *message = (sio__cluster_message_t){.type = 0};
}

static bool read_type(sio__span_t token, sio__cluster_message_t *message)
{
    uint64_t type;

    if (!copy_count(token, &type) || (type > SIO__ADAPTER_CLOSE && type != SIO__SESSION_WANTED))
        return false;
    message->type = (unsigned)type;
    return true;
}

/* Names end up behind each other: the namespace's first. */
static bool read_nsp(sio__cluster_decoder_t *decoder, sio__span_t token)
{
    size_t len;

    if (!is_string(token) || !sio__buf_reserve(&decoder->names, token.len + 1) ||
        !copy_name(token, decoder->names.data, &len))
        return false;
    decoder->names.len = len;
    sio__buf_append_char(&decoder->names, '\0');
    return true;
}

static bool read_uid(sio__cluster_decoder_t *decoder, sio__span_t token,
                     sio__cluster_message_t *message)
{
    if (!copy_id(token, decoder->uid, sizeof(decoder->uid)))
        return false;
    message->uid = decoder->uid;
    return true;
}

bool sio__cluster_decode(sio__cluster_decoder_t *decoder, sio__span_t bytes,
                         sio__cluster_message_t *message)
{
    sio__span_t text, type, uid, nsp, data;

    begin(decoder, message);
    if (!read_object(decoder, bytes, &text, &message->attachments) || !find(text, "type", &type) ||
        !find(text, "uid", &uid) || !find(text, "nsp", &nsp) || !read_type(type, message) ||
        !read_uid(decoder, uid, message) || !read_nsp(decoder, nsp))
        return false;
    find(text, "data", &data);
    if (!read_data(decoder, data, message))
        return false;
    message->nsp = decoder->names.data;
    return true;
}

static bool copy_plain(sio__span_t text, char *out, size_t size)
{
    if (!text.len || text.len >= size || memchr(text.data, '\0', text.len))
        return false;
    memcpy(out, text.data, text.len);
    out[text.len] = '\0';
    return true;
}

static bool read_entry_data(sio__cluster_decoder_t *decoder, sio__span_t data,
                            sio__cluster_message_t *message, sio__span_t *text)
{
    *text = (sio__span_t){NULL, 0};
    if (data.len == 0)
        return true;
    if (data.data[0] != '{') {
        if (!sio__buf_reserve(&decoder->bytes, data.len / 4 * 3 + 2))
            return false;
        data = (sio__span_t){decoder->bytes.data,
                             sio__base64_decode(data.data, data.len, decoder->bytes.data)};
    }
    return read_object(decoder, data, text, &message->attachments);
}

bool sio__cluster_decode_entry(sio__cluster_decoder_t *decoder, const sio__cluster_entry_t *entry,
                               sio__cluster_message_t *message)
{
    sio__span_t text;

    begin(decoder, message);
    if (!read_type(entry->type, message) ||
        !copy_plain(entry->uid, decoder->uid, sizeof(decoder->uid)) ||
        memchr(entry->nsp.data ? entry->nsp.data : "", '\0', entry->nsp.len))
        return false;
    sio__buf_append(&decoder->names, entry->nsp.data, entry->nsp.len);
    sio__buf_append_char(&decoder->names, '\0');
    message->uid = decoder->uid;
    if (!read_entry_data(decoder, entry->data, message, &text) ||
        !read_data(decoder, text, message))
        return false;
    message->nsp = decoder->names.data;
    return !decoder->names.failed;
}
