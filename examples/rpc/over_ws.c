/* Calls over a plain WebSocket: the ids that tell which answer belongs to which call are in the
 * messages. */

#include "over.h"

#include "methods.h"

#include <string.h>

static void send_error(sio_ws_t *ws, json_t *id, const char *code, const char *message)
{
    sio_ws_send(ws, "{s:s,s:O,s:s,s:s}", "type", "error", "id", id, "code", code, "message",
                message);
}

static void answer_result(const struct call *call, json_t *result)
{
    sio_ws_send(call->peer->ws, "{s:s,s:O,s:o}", "type", "result", "id", call->id, "result",
                result);
}

static void answer_error(const struct call *call, const char *code, const char *message)
{
    send_error(call->peer->ws, call->id, code, message);
}

static int ask(struct call *call, const char *method)
{
    call->asked = ++call->peer->last_asked;
    return sio_ws_send(call->peer->ws, "{s:s,s:I,s:s}", "type", "call", "id", call->asked, "method",
                       method);
}

/* ---- What comes ---- */

/* { type: "call", id, method, params, timeoutMs } */
static void on_call(struct peer *peer, json_t *message)
{
    json_t *id, *params = NULL;
    json_int_t timeout_ms = 0;
    const char *method;
    struct call *call;

    if (json_unpack(message, "{s:o,s:s,s?o,s?I}", "id", &id, "method", &method, "params", &params,
                    "timeoutMs", &timeout_ms) != 0 ||
        json_is_null(id)) {
        send_error(peer->ws, json_null(), "invalid", "A call has an id and a method.");
        return;
    }
    call = call_begin(peer, id, NULL, timeout_ms);
    if (call)
        methods_run(call, method, params);
}

/* { type: "cancel", id } */
static void on_cancel(struct peer *peer, json_t *message)
{
    struct call *call = call_find(peer, json_object_get(message, "id"));

    if (call)
        call_error(call, "cancelled", "The call was cancelled.");
}

static struct call *asked(const struct peer *peer, const json_t *message)
{
    return call_find_asked(peer, json_integer_value(json_object_get(message, "id")));
}

/* { type: "result", id, result }: of what the client was asked. */
static void on_result(struct peer *peer, json_t *message)
{
    struct call *call = asked(peer, message);
    json_t *result = json_object_get(message, "result");

    if (call)
        call_result(call, result ? json_incref(result) : json_null());
}

/* { type: "error", id, code, message } */
static void on_refusal(struct peer *peer, json_t *message)
{
    struct call *call = asked(peer, message);
    const char *text = json_string_value(json_object_get(message, "message"));

    if (call)
        call_error(call, "failed", text ? text : "The client refused.");
}

static void on_message(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    static const struct {
        const char *type;
        void (*fn)(struct peer *peer, json_t *message);
    } kinds[] = {
        {"call", on_call},
        {"cancel", on_cancel},
        {"result", on_result},
        {"error", on_refusal},
    };
    const char *type = sio_ws_message_type(message);
    struct peer *peer = sio_ws_user(ws);

    (void)user;
    if (!peer)
        return;
    for (size_t i = 0; type && i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strcmp(kinds[i].type, type) == 0) {
            kinds[i].fn(peer, sio_ws_message_json(message));
            return;
        }
    }
    send_error(ws, json_null(), "invalid", "Not a message of this protocol.");
}

/* ---- Coming and going ---- */

static void on_connect(sio_ws_t *ws, void *user)
{
    static const struct via via = {answer_result, answer_error, ask};
    struct peer *peer = peer_new(&via, user);

    if (!peer) {
        sio_ws_close(ws, SIO_WS_INTERNAL_ERROR, "out of memory");
        return;
    }
    peer->ws = ws;
    sio_ws_set_user(ws, peer, peer_free);
}

static void on_close(sio_ws_t *ws, int code, const char *reason, void *user)
{
    struct peer *peer = sio_ws_user(ws);

    (void)code;
    (void)reason;
    (void)user;
    if (peer)
        peer_stop(peer);
}

int over_ws_init(sio_server_t *io)
{
    sio_ws_endpoint_t *rpc =
        sio_ws_endpoint(io, "/ws/rpc",
                        SIO_WS_OPTIONS(.limits = SIO_WS_LIMITS(.messages_per_second = 500)));
    int error = rpc ? sio_ws_on_connect(rpc, on_connect, sio_loop(io)) : SIO_ENOMEM;

    if (error == 0)
        error = sio_ws_on_message(rpc, on_message, NULL);
    return error ? error : sio_ws_on_close(rpc, on_close, NULL);
}
