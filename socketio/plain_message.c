/* What plain WebSockets receive, on its way to the program. */
#include "socketio/plain.h"

#include "base/alloc.h"
#include "socketio/event.h"

#include <string.h>

/* ------------------------------------------------------------------------------------- messages */

bool sio_ws_message_binary(const sio_ws_message_t *message)
{
    return message->binary;
}

const char *sio_ws_message_data(const sio_ws_message_t *message, size_t *len)
{
    *len = message->len;
    return message->data;
}

json_t *sio_ws_message_json(sio_ws_message_t *message)
{
    if (!message->parsed && !message->binary)
        message->json = sio__json_parse((sio__span_t){message->data, message->len});
    message->parsed = true;
    return message->json;
}

const char *sio_ws_message_type(sio_ws_message_t *message)
{
    return json_string_value(json_object_get(sio_ws_message_json(message), "type"));
}

void sio__ws_message_clear(sio_ws_message_t *message)
{
    json_decref(message->json);
}

/* ----------------------------------------------------------------------------- {"type":"ping"} */

enum { PING_MAX = 512 };

/* Cheaply, whether it can be one. */
static bool may_be_ping(const sio_ws_message_t *message)
{
    return !message->binary && message->len <= PING_MAX && message->len && *message->data == '{' &&
           memmem(message->data, message->len, "\"ping\"", 6);
}

/* False: it is none. */
static bool answer_ping(sio_ws_t *ws, sio_ws_message_t *message)
{
    const char *type = may_be_ping(message) ? sio_ws_message_type(message) : NULL;

    if (!type || strcmp(type, "ping") != 0)
        return false;
    json_object_set_new(message->json, "type", json_string("pong"));
    sio_ws_send_json(ws, message->json);
    return true;
}

/* ------------------------------------------------------------------------------------- handling */

void sio__ws_handle(sio_ws_t *ws, sio_ws_message_t *message)
{
    const sio__ws_hook_t *hook = &ws->endpoint->hooks[SIO__WS_MESSAGE];

    if (ws->endpoint->json_pings && answer_ping(ws, message))
        return;
    if (hook->fn)
        ((sio_ws_message_fn)hook->fn)(ws, message, hook->user);
}

void sio__ws_on_message(eio_session_t *session, bool binary, const char *data, size_t len,
                        void *endpoint)
{
    sio_ws_t *ws = eio_session_user(session);
    sio_ws_message_t message = {.binary = binary, .data = len ? data : "", .len = len};

    (void)endpoint;
    if (!ws)
        return;
    if (!sio__quota_take(ws->address_quota, len) || !sio__quota_take(ws->user_quota, len))
        sio__ws_limit(ws, "too many messages");
    else if (ws->stage == SIO__WS_OPEN)
        sio__ws_handle(ws, &message);
    else
        sio__ws_first_messages(ws, &message);
    sio__ws_message_clear(&message);
}
