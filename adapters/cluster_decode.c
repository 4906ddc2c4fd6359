#include "adapters/message_read.h"

#include "base/base64.h"
#include "base/json_scan.h"
#include "base/json_walk.h"

#include <string.h>

/* Deeper than any message has around what clients get. */
enum { ENVELOPE_DEPTH = 4 };

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
            if (sio__key_is(key, all[i].key))
                *all[i].value = value;
    return fields;
}

/* Everything that has an audience. */
static bool read_audience(sio__cluster_decoder_t *decoder, const fields_t *fields,
                          sio__cluster_message_t *message)
{
    bool with_rooms = message->type == SIO__SOCKETS_JOIN || message->type == SIO__SOCKETS_LEAVE;

    return sio__read_audience(decoder, fields->opts, false, &message->audience) &&
           (!with_rooms || sio__read_rooms(decoder, fields->rooms)) &&
           sio__settle_names(decoder, message);
}

/* { type: 2, data: [...] }: servers send no other packets to each other. */
static bool read_packet(sio__span_t packet, sio__span_t *args)
{
    sio__span_t type;

    return packet.len && packet.data[0] == '{' && sio__find_member(packet, "type", &type) &&
           sio__span_is(type, "2") && sio__find_member(packet, "data", args) &&
           sio__is_array(*args);
}

static bool read_request_id(sio__cluster_decoder_t *decoder, const fields_t *fields,
                            sio__cluster_message_t *message)
{
    if (!sio__copy_id(fields->request_id, decoder->request_id, sizeof(decoder->request_id)))
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
        return sio__is_array(fields->sockets);
    case SIO__BROADCAST_CLIENT_COUNT:
        return sio__copy_count(fields->client_count, &message->client_count);
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
        return sio__is_array(fields.packet) && read_optional_id(decoder, &fields, message);
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

static bool read_type(sio__span_t token, sio__cluster_message_t *message)
{
    uint64_t type;

    if (!sio__copy_count(token, &type) ||
        (type > SIO__ADAPTER_CLOSE && type != SIO__SESSION_WANTED))
        return false;
    message->type = (unsigned)type;
    return true;
}

/* Names end up behind each other: the namespace's first. */
static bool read_nsp(sio__cluster_decoder_t *decoder, sio__span_t token)
{
    size_t len;

    if (!sio__is_string(token) || !sio__buf_reserve(&decoder->names, token.len + 1) ||
        !sio__copy_name(token, decoder->names.data, &len))
        return false;
    decoder->names.len = len;
    sio__buf_append_char(&decoder->names, '\0');
    return true;
}

static bool read_object(sio__cluster_decoder_t *decoder, sio__span_t bytes, sio__span_t *text,
                        sio__attachments_t *attachments)
{
    return sio__read_value(decoder, bytes, text, attachments) && text->data[0] == '{';
}

static bool read_uid(sio__cluster_decoder_t *decoder, sio__span_t token,
                     sio__cluster_message_t *message)
{
    if (!sio__copy_id(token, decoder->uid, sizeof(decoder->uid)))
        return false;
    message->uid = decoder->uid;
    return true;
}

bool sio__cluster_decode(sio__cluster_decoder_t *decoder, sio__span_t bytes,
                         sio__cluster_message_t *message)
{
    sio__span_t text, type, uid, nsp, data;

    sio__decoder_begin(decoder, message);
    if (!read_object(decoder, bytes, &text, &message->attachments) ||
        !sio__find_member(text, "type", &type) || !sio__find_member(text, "uid", &uid) ||
        !sio__find_member(text, "nsp", &nsp) || !read_type(type, message) ||
        !read_uid(decoder, uid, message) || !read_nsp(decoder, nsp))
        return false;
    sio__find_member(text, "data", &data);
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

    sio__decoder_begin(decoder, message);
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
