#include "adapters/classic_message.h"

#include "adapters/message_write.h"
#include "base/error.h"
#include "base/json_scan.h"
#include "base/msgpack.h"

/* The numbers of requests and of answers. */
enum {
    ALL_ROOMS = 1,
    REMOTE_JOIN = 2,
    REMOTE_LEAVE = 3,
    REMOTE_DISCONNECT = 4,
    REMOTE_FETCH = 5,
    SERVER_SIDE_EMIT = 6,
    BROADCAST = 7,
    BROADCAST_CLIENT_COUNT = 8,
    BROADCAST_ACK = 9
};

sio__classic_channel_t sio__classic_channel(const sio__cluster_message_t *message)
{
    switch (message->type) {
    case SIO__BROADCAST:
        return message->request_id ? SIO__CLASSIC_REQUESTS : SIO__CLASSIC_BROADCASTS;
    case SIO__FETCH_SOCKETS_RESPONSE:
    case SIO__SERVER_SIDE_EMIT_RESPONSE:
    case SIO__BROADCAST_CLIENT_COUNT:
    case SIO__BROADCAST_ACK:
    case SIO__ALL_ROOMS_RESPONSE:
        return SIO__CLASSIC_RESPONSES;
    default:
        return SIO__CLASSIC_REQUESTS;
    }
}

static void put_span(sio__buf_t *json, const char *before, sio__span_t span)
{
    sio__buf_append_str(json, before);
    sio__buf_append(json, span.data, span.len);
}

static void put_text(sio__buf_t *json, const char *before, const char *text)
{
    sio__buf_append_str(json, before);
    sio__put_string(json, text);
}

static void put_packet(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_span(json, "{\"type\":2,\"data\":", message->packet);
    put_text(json, ",\"nsp\":", message->nsp);
    sio__buf_append_char(json, '}');
}

/* [uid, packet, opts] */
static void put_broadcast(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_text(json, "[", message->uid);
    sio__buf_append_char(json, ',');
    put_packet(json, message);
    sio__buf_append_char(json, ',');
    sio__put_options(json, &message->audience);
    sio__buf_append_char(json, ']');
}

/* {"uid":...,["requestId":...,]"type":... */
static void put_head(sio__buf_t *json, const sio__cluster_message_t *message, unsigned type)
{
    put_text(json, "{\"uid\":", message->uid);
    if (message->request_id)
        put_text(json, ",\"requestId\":", message->request_id);
    sio__buf_append_str(json, ",\"type\":");
    sio__buf_append_uint(json, type);
}

static void put_broadcast_with_ack(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_head(json, message, BROADCAST);
    sio__buf_append_str(json, ",\"packet\":");
    put_packet(json, message);
    sio__buf_append_str(json, ",\"opts\":");
    sio__put_options(json, &message->audience);
    sio__buf_append_char(json, '}');
}

static void put_for_sockets(sio__buf_t *json, const sio__cluster_message_t *message, unsigned type)
{
    put_head(json, message, type);
    sio__buf_append_str(json, ",\"opts\":");
    sio__put_options(json, &message->audience);
    if (type == REMOTE_DISCONNECT)
        sio__buf_append_str(json, message->close ? ",\"close\":true" : ",\"close\":false");
    else if (type != REMOTE_FETCH)
        sio__put_names(json, ",\"rooms\":[", message->rooms, NULL);
    sio__buf_append_char(json, '}');
}

/* Always JSON, whatever it holds. */
static void put_server_side_emit(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_head(json, message, SERVER_SIDE_EMIT);
    sio__buf_append_str(json, ",\"data\":");
    sio__put_without_binary(json, message->packet, message->attachments);
    sio__buf_append_char(json, '}');
}

static void put_request(sio__buf_t *json, const sio__cluster_message_t *message)
{
    switch (message->type) {
    case SIO__SOCKETS_JOIN:
        put_for_sockets(json, message, REMOTE_JOIN);
        break;
    case SIO__SOCKETS_LEAVE:
        put_for_sockets(json, message, REMOTE_LEAVE);
        break;
    case SIO__DISCONNECT_SOCKETS:
        put_for_sockets(json, message, REMOTE_DISCONNECT);
        break;
    case SIO__FETCH_SOCKETS:
        put_for_sockets(json, message, REMOTE_FETCH);
        break;
    case SIO__ALL_ROOMS:
        put_head(json, message, ALL_ROOMS);
        sio__buf_append_char(json, '}');
        break;
    default:
        put_server_side_emit(json, message);
    }
}

/* {"requestId":... or {"type":...,"requestId":... */
static void put_answer_head(sio__buf_t *json, const sio__cluster_message_t *message, unsigned type)
{
    sio__buf_append_char(json, '{');
    if (type) {
        sio__buf_append_str(json, "\"type\":");
        sio__buf_append_uint(json, type);
        sio__buf_append_char(json, ',');
    }
    put_text(json, "\"requestId\":", message->request_id);
}

static void put_answer(sio__buf_t *json, const sio__cluster_message_t *message)
{
    switch (message->type) {
    case SIO__FETCH_SOCKETS_RESPONSE:
        put_answer_head(json, message, 0);
        put_span(json, ",\"sockets\":", message->sockets);
        break;
    case SIO__ALL_ROOMS_RESPONSE:
        put_answer_head(json, message, 0);
        put_span(json, ",\"rooms\":", message->sockets);
        break;
    case SIO__BROADCAST_CLIENT_COUNT:
        put_answer_head(json, message, BROADCAST_CLIENT_COUNT);
        sio__buf_append_str(json, ",\"clientCount\":");
        sio__buf_append_uint(json, message->client_count);
        break;
    case SIO__BROADCAST_ACK:
        put_answer_head(json, message, BROADCAST_ACK);
        if (message->packet.len)
            put_span(json, ",\"packet\":", message->packet);
        break;
    default:
        put_answer_head(json, message, SERVER_SIDE_EMIT);
        if (message->packet.len) {
            sio__buf_append_str(json, ",\"data\":");
            sio__put_without_binary(json, message->packet, message->attachments);
        }
    }
    sio__buf_append_char(json, '}');
}

/* What clients are to get, and what they answer, is never JSON. */
static bool is_parsed(const sio__cluster_message_t *message)
{
    return message->type == SIO__BROADCAST || message->type == SIO__BROADCAST_ACK;
}

static void put_message(sio__buf_t *json, const sio__cluster_message_t *message)
{
    sio__classic_channel_t channel = sio__classic_channel(message);

    if (channel == SIO__CLASSIC_BROADCASTS)
        put_broadcast(json, message);
    else if (channel == SIO__CLASSIC_RESPONSES)
        put_answer(json, message);
    else if (message->type == SIO__BROADCAST)
        put_broadcast_with_ack(json, message);
    else
        put_request(json, message);
}

int sio__classic_encode(const sio__cluster_message_t *message, const sio__classic_parser_t *parser,
                        sio__buf_t *out)
{
    sio__buf_t json = SIO__BUF_INIT;
    int error = SIO__ENOMEM;

    if (!is_parsed(message)) {
        put_message(out, message);
        return out->failed ? SIO__ENOMEM : SIO__OK;
    }
    put_message(&json, message);
    if (!json.failed) {
        sio__span_t text = {json.data, json.len};

        error = parser ? parser->encode(text, message->attachments, out, parser->user)
                       : sio__msgpack_from_json(text, message->attachments, out);
    }
    sio__buf_free(&json);
    return error;
}

void sio__classic_encode_done(const char *request_id, sio__buf_t *out)
{
    put_text(out, "{\"requestId\":", request_id);
    sio__buf_append_char(out, '}');
}
