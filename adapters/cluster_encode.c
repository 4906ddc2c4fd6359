#include "adapters/message_write.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/json_scan.h"
#include "base/msgpack.h"

#include <string.h>

static void put_opts(sio__buf_t *json, const sio__audience_t *audience)
{
    sio__buf_append_str(json, "\"opts\":");
    sio__put_options(json, audience);
}

static void put_request_id(sio__buf_t *json, const sio__cluster_message_t *message)
{
    if (!message->request_id)
        return;
    sio__buf_append_str(json, "\"requestId\":");
    sio__put_string(json, message->request_id);
    sio__buf_append_char(json, ',');
}

static void put_span(sio__buf_t *json, const char *before, sio__span_t span)
{
    sio__buf_append_str(json, before);
    sio__buf_append(json, span.data, span.len);
}

static void put_broadcast(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_span(json, "\"packet\":{\"type\":2,\"data\":", message->packet);
    sio__buf_append_str(json, "},");
    put_request_id(json, message);
    put_opts(json, &message->audience);
}

static void put_rooms(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_opts(json, &message->audience);
    sio__put_names(json, ",\"rooms\":[", message->rooms, NULL);
}

static void put_disconnect(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_opts(json, &message->audience);
    sio__buf_append_str(json, message->close ? ",\"close\":true" : ",\"close\":false");
}

static void put_value(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_request_id(json, message);
    if (message->packet.len)
        put_span(json, "\"packet\":", message->packet);
    else if (message->request_id && json->len)
        json->len--; /* an undefined value is left out, and the comma before it */
}

static void put_sockets(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_request_id(json, message);
    put_span(json, "\"sockets\":", message->sockets);
}

static void put_client_count(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_request_id(json, message);
    sio__buf_append_str(json, "\"clientCount\":");
    sio__buf_append_uint(json, message->client_count);
}

static void put_fetch(sio__buf_t *json, const sio__cluster_message_t *message)
{
    put_request_id(json, message);
    put_opts(json, &message->audience);
}

static void put_private_id(sio__buf_t *json, const sio__cluster_message_t *message)
{
    sio__buf_append_str(json, "\"requestId\":");
    sio__put_string(json, message->request_id);
}

typedef void (*put_fn)(sio__buf_t *json, const sio__cluster_message_t *message);

static put_fn data_of(unsigned type)
{
    static const put_fn puts[] = {
        [SIO__BROADCAST] = put_broadcast,
        [SIO__SOCKETS_JOIN] = put_rooms,
        [SIO__SOCKETS_LEAVE] = put_rooms,
        [SIO__DISCONNECT_SOCKETS] = put_disconnect,
        [SIO__FETCH_SOCKETS] = put_fetch,
        [SIO__FETCH_SOCKETS_RESPONSE] = put_sockets,
        [SIO__SERVER_SIDE_EMIT] = put_value,
        [SIO__SERVER_SIDE_EMIT_RESPONSE] = put_value,
        [SIO__BROADCAST_CLIENT_COUNT] = put_client_count,
        [SIO__BROADCAST_ACK] = put_value,
        [SIO__ADAPTER_CLOSE] = NULL,
    };

    if (type == SIO__SESSION_WANTED)
        return put_private_id;
    return type < sizeof(puts) / sizeof(puts[0]) ? puts[type] : NULL;
}

bool sio__cluster_has_binary(const sio__cluster_message_t *message)
{
    return message->attachments.count &&
           sio__json_may_have_placeholder(message->packet.data, message->packet.len);
}

bool sio__cluster_encode_data(const sio__cluster_message_t *message, sio__buf_t *json)
{
    put_fn put = data_of(message->type);

    if (!put)
        return false;
    sio__buf_append_char(json, '{');
    put(json, message);
    sio__buf_append_char(json, '}');
    return true;
}

static void put_message(sio__buf_t *json, const sio__cluster_message_t *message)
{
    sio__buf_append_str(json, "{\"type\":");
    sio__buf_append_uint(json, message->type);
    if (data_of(message->type)) {
        sio__buf_append_str(json, ",\"data\":");
        sio__cluster_encode_data(message, json);
    }
    sio__buf_append_str(json, ",\"uid\":");
    sio__put_string(json, message->uid);
    sio__buf_append_str(json, ",\"nsp\":");
    sio__put_string(json, message->nsp);
    sio__buf_append_char(json, '}');
}

static int to_msgpack(const sio__buf_t *json, sio__attachments_t attachments, sio__buf_t *out)
{
    if (json->failed)
        return SIO__ENOMEM;
    return sio__msgpack_from_json((sio__span_t){json->data, json->len}, attachments, out);
}

int sio__cluster_encode(const sio__cluster_message_t *message, sio__cluster_form_t form,
                        sio__buf_t *out)
{
    sio__buf_t json = SIO__BUF_INIT;
    int error;

    if (form == SIO__JSON_IF_TEXT && !sio__cluster_has_binary(message)) {
        put_message(out, message);
        return out->failed ? SIO__ENOMEM : SIO__OK;
    }
    put_message(&json, message);
    error = to_msgpack(&json, message->attachments, out);
    sio__buf_free(&json);
    return error;
}

static int to_base64(const sio__buf_t *bytes, sio__buf_t *out)
{
    size_t len = SIO__BASE64_ENCODED_LEN(bytes->len);

    if (!sio__buf_reserve(out, len))
        return SIO__ENOMEM;
    sio__base64_encode(bytes->data, bytes->len, out->data + out->len);
    out->len += len;
    return SIO__OK;
}

int sio__cluster_encode_entry(const sio__cluster_message_t *message, sio__buf_t *out)
{
    sio__buf_t json = SIO__BUF_INIT, bytes = SIO__BUF_INIT;
    int error;

    if (!sio__cluster_has_binary(message)) {
        sio__cluster_encode_data(message, out);
        return out->failed ? SIO__ENOMEM : SIO__OK;
    }
    sio__cluster_encode_data(message, &json);
    error = to_msgpack(&json, message->attachments, &bytes);
    if (!error)
        error = to_base64(&bytes, out);
    sio__buf_free(&bytes);
    sio__buf_free(&json);
    return error;
}
