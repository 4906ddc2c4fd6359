#include "adapters/classic_message.h"

#include "adapters/message_read.h"
#include "base/json_scan.h"
#include "base/json_walk.h"
#include "base/utf8.h"

#include <string.h>

enum {
    SOCKETS,
    ALL_ROOMS,
    JOIN,
    LEAVE,
    DISCONNECT,
    FETCH,
    SERVER_SIDE_EMIT,
    BROADCAST,
    BROADCAST_CLIENT_COUNT,
    BROADCAST_ACK
};

static const char nobody[] = "emitter";

/* ------------------------------------------------------------------------------------- fields */

typedef struct fields {
    sio__span_t type, uid, request_id, nsp, packet, data, opts, rooms, except, sockets, sid, room,
        close, client_count;
} fields_t;

static fields_t read_fields(sio__span_t object)
{
    fields_t fields = {.type = {NULL, 0}};
    const struct {
        const char *key;
        sio__span_t *value;
    } all[] = {
        {"type", &fields.type},
        {"uid", &fields.uid},
        {"requestId", &fields.request_id},
        {"nsp", &fields.nsp},
        {"packet", &fields.packet},
        {"data", &fields.data},
        {"opts", &fields.opts},
        {"rooms", &fields.rooms},
        {"except", &fields.except},
        {"sockets", &fields.sockets},
        {"sid", &fields.sid},
        {"room", &fields.room},
        {"close", &fields.close},
        {"clientCount", &fields.client_count},
    };
    sio__json_walk_t walk = sio__json_walk_begin(object);
    sio__span_t key, value;

    while (sio__json_walk_member(&walk, &key, &value))
        for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
            if (sio__key_is(key, all[i].key))
                *all[i].value = value;
    return fields;
}

static bool is_object(sio__span_t token)
{
    return token.len && token.data[0] == '{';
}

static bool read_uid(sio__cluster_decoder_t *decoder, sio__span_t token,
                     sio__cluster_message_t *message)
{
    message->uid = nobody;
    if (!token.len)
        return true;
    message->uid = decoder->uid;
    return sio__copy_id(token, decoder->uid, sizeof(decoder->uid));
}

static bool read_request_id(sio__cluster_decoder_t *decoder, sio__span_t token,
                            sio__cluster_message_t *message)
{
    message->request_id = decoder->request_id;
    return sio__copy_id(token, decoder->request_id, sizeof(decoder->request_id));
}

static bool read_optional_id(sio__cluster_decoder_t *decoder, sio__span_t token,
                             sio__cluster_message_t *message)
{
    return !token.len || read_request_id(decoder, token, message);
}

/* Messages are for the namespace of their channel; one that says otherwise isn't ours. */
static bool is_for(sio__span_t nsp, const char *name)
{
    if (!nsp.len)
        return strcmp(name, "/") == 0;
    return sio__is_string(nsp) && sio__json_string_is(nsp, name, strlen(name));
}

/* { type: 2, data: [...], nsp } */
static bool read_packet(sio__span_t packet, const char *nsp, sio__cluster_message_t *message)
{
    fields_t fields;

    if (!is_object(packet))
        return false;
    fields = read_fields(packet);
    message->type = SIO__BROADCAST;
    message->packet = fields.data;
    return sio__span_is(fields.type, "2") && sio__is_array(fields.data) && is_for(fields.nsp, nsp);
}

/* --------------------------------------------------------------------------------- broadcasts */

/* [uid, packet, opts] */
static bool read_broadcast(sio__cluster_decoder_t *decoder, sio__span_t text, const char *nsp,
                           sio__cluster_message_t *message)
{
    sio__json_walk_t walk = sio__json_walk_begin(text);
    sio__span_t uid, packet, opts;

    return sio__json_walk_element(&walk, &uid) && sio__json_walk_element(&walk, &packet) &&
           sio__json_walk_element(&walk, &opts) && read_uid(decoder, uid, message) &&
           read_packet(packet, nsp, message) &&
           sio__read_audience(decoder, opts, true, &message->audience) &&
           sio__settle_names(decoder, message);
}

/* { type: 2, nsp, data, rooms, except, flags }: what a person or any program may publish. */
static bool read_plain(sio__cluster_decoder_t *decoder, sio__span_t text, const char *nsp,
                       sio__cluster_message_t *message)
{
    sio__span_t name, type;

    message->uid = nobody;
    if (sio__find_member(text, "nsp", &name) && !is_for(name, nsp))
        return false;
    if (sio__find_member(text, "type", &type) && !sio__span_is(type, "2"))
        return false;
    message->type = SIO__BROADCAST;
    return sio__find_member(text, "data", &message->packet) && sio__is_array(message->packet) &&
           sio__read_audience(decoder, text, true, &message->audience) &&
           sio__settle_names(decoder, message);
}

/* ----------------------------------------------------------------------------------- requests */

/* The two names as a list, so that they have their place where names are. */
static bool read_one_socket(sio__cluster_decoder_t *decoder, const fields_t *fields,
                            sio__classic_request_t *request)
{
    sio__buf_t *list = &decoder->bytes;
    bool with_room = request->legacy != SIO__CLASSIC_DISCONNECT;

    sio__buf_append_char(list, '[');
    sio__buf_append(list, fields->sid.data, fields->sid.len);
    if (with_room) {
        sio__buf_append_char(list, ',');
        sio__buf_append(list, fields->room.data, fields->room.len);
    }
    sio__buf_append_char(list, ']');
    if (list->failed || !fields->sid.len || (with_room && !fields->room.len) ||
        !sio__read_rooms(decoder, (sio__span_t){list->data, list->len}) ||
        !sio__settle_names(decoder, &request->message))
        return false;
    request->sid = request->message.rooms[0];
    request->room = with_room ? request->message.rooms[1] : NULL;
    request->message.close = sio__span_is(fields->close, "true");
    return read_request_id(decoder, fields->request_id, &request->message);
}

static bool read_sockets_request(sio__cluster_decoder_t *decoder, sio__span_t text,
                                 const fields_t *fields, sio__classic_request_t *request)
{
    request->legacy = SIO__CLASSIC_SOCKETS;
    return read_request_id(decoder, fields->request_id, &request->message) &&
           sio__read_audience(decoder, text, true, &request->message.audience) &&
           sio__settle_names(decoder, &request->message);
}

/* Of an audience, or, in the older form, of one socket. */
static bool read_for_sockets(sio__cluster_decoder_t *decoder, const fields_t *fields, unsigned type,
                             sio__classic_request_t *request)
{
    static const unsigned types[] = {
        [JOIN] = SIO__SOCKETS_JOIN,
        [LEAVE] = SIO__SOCKETS_LEAVE,
        [DISCONNECT] = SIO__DISCONNECT_SOCKETS,
    };
    static const sio__classic_legacy_t legacies[] = {
        [JOIN] = SIO__CLASSIC_JOIN,
        [LEAVE] = SIO__CLASSIC_LEAVE,
        [DISCONNECT] = SIO__CLASSIC_DISCONNECT,
    };

    request->message.type = types[type];
    if (!fields->opts.len) {
        request->legacy = legacies[type];
        return read_one_socket(decoder, fields, request);
    }
    request->message.close = sio__span_is(fields->close, "true");
    return sio__read_audience(decoder, fields->opts, true, &request->message.audience) &&
           (type == DISCONNECT || sio__read_rooms(decoder, fields->rooms)) &&
           sio__settle_names(decoder, &request->message);
}

static bool read_fetch(sio__cluster_decoder_t *decoder, const fields_t *fields,
                       sio__cluster_message_t *message)
{
    message->type = SIO__FETCH_SOCKETS;
    return read_request_id(decoder, fields->request_id, message) &&
           sio__read_audience(decoder, fields->opts, true, &message->audience) &&
           sio__settle_names(decoder, message);
}

static bool read_server_side_emit(sio__cluster_decoder_t *decoder, const fields_t *fields,
                                  sio__cluster_message_t *message)
{
    message->type = SIO__SERVER_SIDE_EMIT;
    message->packet = fields->data;
    return sio__is_array(fields->data) && read_optional_id(decoder, fields->request_id, message);
}

static bool read_broadcast_with_ack(sio__cluster_decoder_t *decoder, const fields_t *fields,
                                    const char *nsp, sio__cluster_message_t *message)
{
    return read_packet(fields->packet, nsp, message) &&
           read_request_id(decoder, fields->request_id, message) &&
           sio__read_audience(decoder, fields->opts, true, &message->audience) &&
           sio__settle_names(decoder, message);
}

static bool read_request(sio__cluster_decoder_t *decoder, sio__span_t text, const char *nsp,
                         sio__classic_request_t *request)
{
    fields_t fields = read_fields(text);
    sio__cluster_message_t *message = &request->message;
    uint64_t type;

    if (!sio__copy_count(fields.type, &type) || !read_uid(decoder, fields.uid, message))
        return false;
    switch (type) {
    case SOCKETS:
        return read_sockets_request(decoder, text, &fields, request);
    case ALL_ROOMS:
        message->type = SIO__ALL_ROOMS;
        return read_request_id(decoder, fields.request_id, message);
    case JOIN:
    case LEAVE:
    case DISCONNECT:
        return read_for_sockets(decoder, &fields, (unsigned)type, request);
    case FETCH:
        return read_fetch(decoder, &fields, message);
    case SERVER_SIDE_EMIT:
        return read_server_side_emit(decoder, &fields, message);
    case BROADCAST:
        return read_broadcast_with_ack(decoder, &fields, nsp, message);
    default:
        return false;
    }
}

/* ------------------------------------------------------------------------------------ answers */

/* Those to fetchSockets() and allRooms() have no type, and look different. */
static bool read_untyped(const fields_t *fields, sio__cluster_message_t *message)
{
    bool rooms = sio__is_array(fields->rooms);

    message->type = rooms ? SIO__ALL_ROOMS_RESPONSE : SIO__FETCH_SOCKETS_RESPONSE;
    message->sockets = rooms ? fields->rooms : fields->sockets;
    return sio__is_array(message->sockets);
}

static bool read_answer(sio__cluster_decoder_t *decoder, sio__span_t text,
                        sio__cluster_message_t *message)
{
    fields_t fields = read_fields(text);
    uint64_t type;

    message->uid = nobody;
    if (!read_request_id(decoder, fields.request_id, message))
        return false;
    if (!sio__copy_count(fields.type, &type))
        return read_untyped(&fields, message);
    switch (type) {
    case ALL_ROOMS:
    case FETCH:
        return read_untyped(&fields, message);
    case SERVER_SIDE_EMIT:
        message->type = SIO__SERVER_SIDE_EMIT_RESPONSE;
        message->packet = fields.data;
        return true;
    case BROADCAST_CLIENT_COUNT:
        message->type = SIO__BROADCAST_CLIENT_COUNT;
        return sio__copy_count(fields.client_count, &message->client_count);
    case BROADCAST_ACK:
        message->type = SIO__BROADCAST_ACK;
        message->packet = fields.packet;
        return true;
    default:
        return false;
    }
}

/* ----------------------------------------------------------------------------------- messages */

static bool read_parsed(sio__cluster_decoder_t *decoder, const sio__classic_parser_t *parser,
                        sio__span_t bytes, sio__span_t *text, sio__attachments_t *attachments)
{
    sio__args_t *args = &decoder->args;

    if (parser->decode(bytes, args, parser->user) || args->json.failed || args->bytes_failed)
        return false;
    *text = (sio__span_t){args->json.data, args->json.len};
    *attachments = (sio__attachments_t){args->bytes, args->bytes_count};
    return text->len && sio__utf8_valid(text->data, text->len) &&
           sio__json_valid(text->data, text->len, decoder->max_depth);
}

static sio__span_t without_blanks(sio__span_t text)
{
    const char *start = sio__json_skip_blanks(text.data, text.data + text.len);

    return (sio__span_t){start, text.len - (size_t)(start - text.data)};
}

bool sio__classic_decode(sio__cluster_decoder_t *decoder, const sio__classic_parser_t *parser,
                         sio__classic_channel_t channel, const char *nsp, sio__span_t bytes,
                         sio__classic_request_t *request)
{
    sio__cluster_message_t *message = &request->message;
    bool is_json = bytes.len && bytes.data[0] == '{';
    sio__span_t text;
    bool fine;

    sio__decoder_begin(decoder, message);
    request->legacy = SIO__CLASSIC_NOT_LEGACY;
    request->sid = request->room = NULL;
    fine = parser && !is_json && bytes.len
               ? read_parsed(decoder, parser, bytes, &text, &message->attachments)
               : sio__read_value(decoder, bytes, &text, &message->attachments);
    if (!fine)
        return false;
    text = without_blanks(text);
    message->nsp = nsp;
    if (sio__is_array(text) && channel == SIO__CLASSIC_BROADCASTS)
        return read_broadcast(decoder, text, nsp, message);
    if (!is_object(text))
        return false;
    switch (channel) {
    case SIO__CLASSIC_BROADCASTS:
        return read_plain(decoder, text, nsp, message);
    case SIO__CLASSIC_REQUESTS:
        return read_request(decoder, text, nsp, request);
    default:
        return read_answer(decoder, text, message);
    }
}
