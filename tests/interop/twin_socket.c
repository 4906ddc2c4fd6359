/* Echoes, acknowledgements both ways, leaving, and what a socket knows about itself. */
#include "tests/interop/twin.h"

#include <string.h>

static void on_echo(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit(socket, sio_event_name(event), "E", event);
}

static void on_ack(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 0);

    (void)socket;
    (void)user;
    sio_ack(event, values.format, TWIN_VALUES(values));
}

static void on_ack_twice(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)socket;
    (void)user;
    sio_ack(event, "s", "first");
    sio_ack(event, "s", "second");
}

static void on_ack_later(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_socket *state = sio_user(socket);

    (void)user;
    sio_event_release(state->unanswered);
    state->unanswered = sio_event_hold(event);
}

static void on_ack_now(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_socket *state = sio_user(socket);
    struct twin_values values = twin_values("", event, 0);

    (void)user;
    if (state->unanswered != NULL)
        sio_ack(state->unanswered, values.format, TWIN_VALUES(values));
}

/* ------------------------------------------------------------------------------------- the server
 * asks */

static void pass_reply_on(int status, const sio_event_t *reply, void *user)
{
    sio_socket_t *socket = user;

    if (status == SIO_OK) {
        struct twin_values values = twin_values("", reply, 0);
        sio_emit(socket, "answer", values.format, TWIN_VALUES(values));
    }
    sio_socket_unref(socket);
}

static void pass_timed_reply_on(int status, const sio_event_t *reply, void *user)
{
    sio_socket_t *socket = user;

    if (status == SIO_OK) {
        struct twin_values values = twin_values("n", reply, 0);
        sio_emit(socket, "answer", values.format, TWIN_VALUES(values));
    } else if (status == SIO_ETIMEDOUT) {
        sio_emit(socket, "answer", "s", "operation has timed out");
    }
    sio_socket_unref(socket);
}

static void on_ask(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 0);

    (void)user;
    if (sio_emit_ack(socket, 0, pass_reply_on, sio_socket_ref(socket), "question", values.format,
                     TWIN_VALUES(values)) != SIO_OK)
        sio_socket_unref(socket);
}

static void on_ask_timeout(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 1);
    int ms;

    (void)user;
    if (sio_unpack(event, "i", &ms) != SIO_OK)
        return;
    if (sio_emit_ack(socket, (unsigned)ms, pass_timed_reply_on, sio_socket_ref(socket), "question",
                     values.format, TWIN_VALUES(values)) != SIO_OK)
        sio_socket_unref(socket);
}

/* -------------------------------------------------------------------------------------------
 * leaving */

static void on_disconnect_me(sio_socket_t *socket, sio_event_t *event, void *user)
{
    int close;

    (void)user;
    if (sio_unpack(event, "b", &close) != SIO_OK)
        return;
    sio_emit(socket, "last words", "");
    sio_disconnect(socket, close);
}

static void on_disconnect_me_quietly(sio_socket_t *socket, sio_event_t *event, void *user)
{
    int close;

    (void)user;
    if (sio_unpack(event, "b", &close) == SIO_OK)
        sio_disconnect(socket, close);
}

/* --------------------------------------------------------------------------------------- about
 * itself */

static const char *const query_shown[] = {"EIO", "transport", "token", "empty", "twice", "encoded"};
static const char *const headers_shown[] = {"x-custom", "origin", "host"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static json_t *pick(sio_socket_t *socket, const char *(*get)(const sio_socket_t *, const char *),
                    const char *const *names, size_t count)
{
    json_t *picked = json_object();

    for (size_t i = 0; i < count; i++) {
        const char *value = get(socket, names[i]);
        if (value != NULL)
            json_object_set_new(picked, names[i], json_string(value));
    }
    return picked;
}

static void on_handshake(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *url = sio_handshake_url(socket);
    const char *address = sio_handshake_address(socket);
    json_t *whole = sio_handshake(socket);
    json_t *shown = json_object();

    (void)user;
    json_object_set(shown, "auth", sio_handshake_auth(socket));
    json_object_set_new(shown, "query",
                        pick(socket, sio_handshake_query, query_shown, COUNT(query_shown)));
    json_object_set_new(shown, "headers",
                        pick(socket, sio_handshake_header, headers_shown, COUNT(headers_shown)));
    if (*address != '\0')
        json_object_set_new(shown, "address", json_string(address));
    json_object_set_new(shown, "secure", json_boolean(sio_handshake_secure(socket)));
    json_object_set_new(shown, "xdomain", json_boolean(sio_handshake_xdomain(socket)));
    json_object_set_new(shown, "path", json_stringn(url, strcspn(url, "?")));
    json_object_set_new(shown, "issued",
                        json_boolean(sio_handshake_issued(socket) > 1600000000000));
    json_object_set_new(shown, "time",
                        json_string(json_is_string(json_object_get(whole, "time")) ? "string"
                                                                                   : "missing"));
    sio_ack(event, "o", shown);
    json_decref(whole);
}

static void on_whole_handshake(sio_socket_t *socket, sio_event_t *event, void *user)
{
    json_t *whole = sio_handshake(socket);

    (void)user;
    json_object_set_new(whole, "time", json_string("string"));
    json_object_set_new(whole, "issued", json_string("number"));
    sio_ack(event, "o", whole);
}

static void on_set_data(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    json_object_clear(sio_data(socket));
    json_object_update(sio_data(socket), twin_arg(event, 0));
    sio_ack(event, "");
}

static void on_get_data(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_ack(event, "O", sio_data(socket));
}

static void on_transport(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_ack(event, "s", sio_transport(socket));
}

void twin_install_socket_events(sio_namespace_t *nsp)
{
    sio_namespace_on(nsp, "echo", on_echo, NULL);
    sio_namespace_on(nsp, "message", on_echo, NULL);
    sio_namespace_on(nsp, "ack", on_ack, NULL);
    sio_namespace_on(nsp, "ack twice", on_ack_twice, NULL);
    sio_namespace_on(nsp, "ack later", on_ack_later, NULL);
    sio_namespace_on(nsp, "ack now", on_ack_now, NULL);
    sio_namespace_on(nsp, "ask", on_ask, NULL);
    sio_namespace_on(nsp, "ask timeout", on_ask_timeout, NULL);
    sio_namespace_on(nsp, "disconnect me", on_disconnect_me, NULL);
    sio_namespace_on(nsp, "disconnect me quietly", on_disconnect_me_quietly, NULL);
    sio_namespace_on(nsp, "handshake", on_handshake, NULL);
    sio_namespace_on(nsp, "whole handshake", on_whole_handshake, NULL);
    sio_namespace_on(nsp, "set data", on_set_data, NULL);
    sio_namespace_on(nsp, "get data", on_get_data, NULL);
    sio_namespace_on(nsp, "transport", on_transport, NULL);
}
