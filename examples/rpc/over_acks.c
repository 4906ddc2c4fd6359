/* Calls over Socket.IO: its acknowledgements know which answer belongs to which call. An id is
 * needed for cancelling only. */

#include "over.h"

#include "methods.h"

#include "examples/common/reply.h"

#include <string.h>

static void answer_result(const struct call *call, json_t *result)
{
    sio_ack(call->event, "{s:b,s:o}", "ok", 1, "result", result);
}

static void answer_error(const struct call *call, const char *code, const char *message)
{
    refuse(call->event, code, message);
}

static void on_reply(int status, const sio_event_t *reply, void *user)
{
    struct call *call = user;
    json_t *args = status == SIO_OK ? sio_event_json(reply) : NULL;
    json_t *result = json_array_get(args, 0);

    if (status == SIO_OK)
        call_result(call, result ? json_incref(result) : json_null());
    json_decref(args);
    call_unref(
        call); /* without an answer, the call's own time limit or the client's end is the end */
}

static int ask(struct call *call, const char *method)
{
    int error =
        sio_emit_ack(call->peer->socket, TIMEOUT_MAX, on_reply, call_ref(call), method, NULL);

    if (error != 0)
        call_unref(call);
    return error;
}

/* ---- What comes ---- */

/* cancel(id) */
static void cancel(const struct peer *peer, const json_t *args)
{
    struct call *call = call_find(peer, json_array_get(args, 0));

    if (call && !json_is_null(call->id))
        call_error(call, "cancelled", "The call was cancelled.");
}

/* method(params, { id, timeoutMs }), both of which may be absent */
static void begin(struct peer *peer, sio_event_t *event, const json_t *args)
{
    json_t *options = json_array_get(args, 1), *id = NULL;
    json_int_t timeout_ms = 0;
    struct call *call;

    if (options && json_unpack(options, "{s?o,s?I}", "id", &id, "timeoutMs", &timeout_ms) != 0) {
        refuse(event, "invalid", "Options are { id, timeoutMs }.");
        return;
    }
    call = call_begin(peer, id, event, timeout_ms);
    if (call)
        methods_run(call, sio_event_name(event), json_array_get(args, 0));
}

static void on_event(sio_socket_t *socket, sio_event_t *event, void *user)
{
    json_t *args = sio_event_json(event);
    const char *name = sio_event_name(event);

    (void)user;
    if (!args || !name)
        refuse(event, "invalid", "Not a call.");
    else if (strcmp(name, "cancel") == 0)
        cancel(sio_user(socket), args);
    else
        begin(sio_user(socket), event, args);
    json_decref(args);
}

/* ---- Coming and going ---- */

static void on_connection(sio_socket_t *socket, void *user)
{
    static const struct via via = {answer_result, answer_error, ask};
    struct peer *peer = peer_new(&via, user);

    if (!peer || sio_on_any(socket, on_event, NULL) != 0) {
        peer_free(peer);
        sio_disconnect(socket, true);
        return;
    }
    peer->socket = socket;
    sio_set_user(socket, peer, peer_free);
}

static void on_disconnect(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    struct peer *peer = sio_user(socket);

    (void)why;
    (void)user;
    if (peer)
        peer_stop(peer);
}

int over_acks_init(sio_server_t *io)
{
    sio_namespace_t *nsp = sio_of(io, "/");
    int error = nsp ? sio_on_connection(nsp, on_connection, sio_loop(io)) : SIO_ENOMEM;

    return error ? error : sio_namespace_on_disconnect(nsp, on_disconnect, NULL);
}
