/* Authentication by the first message: what comes behind it waits. */
#include "base/alloc.h"
#include "socketio/next.h"
#include "socketio/plain.h"

#include <string.h>

enum { HELD_MAX = 64 };

typedef struct held_message {
    sio__list_t link;
    bool binary;
    size_t len;
    char data[];
} held_message_t;

/* ------------------------------------------------------------------------------------ deadline */

static void on_deadline(sio__timer_t *timer)
{
    sio__ws_close_now(SIO__CONTAINER(timer, sio_ws_t, auth_timer), SIO_WS_NO_TOKEN,
                      "no authentication in time");
}

void sio__ws_auth_init(sio_ws_t *ws)
{
    sio__timer_init(&ws->auth_timer, on_deadline);
}

void sio__ws_await_first_message(sio_ws_t *ws)
{
    eio_timer_start(&ws->endpoint->server->loop, &ws->auth_timer, ws->endpoint->auth_timeout_ms);
}

void sio__ws_auth_end(sio_ws_t *ws)
{
    sio__list_t *node;

    eio_timer_stop(&ws->endpoint->server->loop, &ws->auth_timer);
    while ((node = sio__list_pop(&ws->held)))
        sio__free(SIO__CONTAINER(node, held_message_t, link));
}

/* ----------------------------------------------------------------------------- held messages */

static void hold(sio_ws_t *ws, const sio_ws_message_t *message)
{
    held_message_t *held;

    if (++ws->held_count > HELD_MAX) {
        sio__ws_close_now(ws, SIO_WS_POLICY, "too many messages before authentication");
        return;
    }
    held = sio__malloc(sizeof(*held) + message->len);
    if (!held) {
        sio__ws_close_now(ws, SIO_WS_INTERNAL_ERROR, "out of memory");
        return;
    }
    held->binary = message->binary;
    held->len = message->len;
    if (message->len)
        memcpy(held->data, message->data, message->len);
    sio__list_append(&ws->held, &held->link);
}

static bool session_open(const sio_ws_t *ws)
{
    return sio__socket_state(&ws->socket) == SIO__CONNECTED && ws->socket.client->session;
}

static void handle_held(sio_ws_t *ws)
{
    sio__list_t *node;

    while (session_open(ws) && (node = sio__list_pop(&ws->held))) {
        held_message_t *held = SIO__CONTAINER(node, held_message_t, link);
        sio_ws_message_t message = {.binary = held->binary, .data = held->data, .len = held->len};

        sio__ws_handle(ws, &message);
        sio__ws_message_clear(&message);
        sio__free(held);
    }
}

/* --------------------------------------------------------------------- what the program says */

typedef struct authenticating {
    sio_next_t next;
    sio_ws_t *ws;              /* a reference */
    sio_ws_message_t *message; /* during the handler's call */
} authenticating_t;

static authenticating_t *authenticating_of(sio_next_t *next)
{
    return SIO__CONTAINER(next, authenticating_t, next);
}

static void ask(sio_next_t *next)
{
    authenticating_t *asked = authenticating_of(next);
    const sio__ws_hook_t *hook = &asked->ws->endpoint->hooks[SIO__WS_AUTH];

    ((sio_ws_auth_fn)hook->fn)(asked->ws, asked->message, next, hook->user);
}

static bool go_on(sio_next_t *next)
{
    (void)next;
    return false;
}

static void finish(sio_next_t *next)
{
    sio_ws_t *ws = authenticating_of(next)->ws;
    int code = next->refused ? sio__ws_refusal_code(next, SIO_WS_BAD_TOKEN) : 0;

    if (!ws->socket.client->session)
        return;
    if (code) {
        sio__ws_close_now(ws, code < SIO_WS_NORMAL ? SIO_WS_BAD_TOKEN : code, next->message);
        return;
    }
    sio__ws_open(ws);
    handle_held(ws);
}

static void free_authenticating(sio_next_t *next)
{
    authenticating_t *asked = authenticating_of(next);

    sio_ws_unref(asked->ws);
    sio__free(asked);
}

static const sio__next_ops_t authenticating_ops = {ask, go_on, finish, free_authenticating};

static void ask_program(sio_ws_t *ws, sio_ws_message_t *message)
{
    authenticating_t *asked = sio__calloc(1, sizeof(*asked));

    if (!asked) {
        sio__ws_close_now(ws, SIO_WS_INTERNAL_ERROR, "out of memory");
        return;
    }
    ws->stage = SIO__WS_AUTHENTICATING;
    eio_timer_stop(&ws->endpoint->server->loop, &ws->auth_timer);
    sio__next_init(&asked->next, &authenticating_ops, ws->endpoint->server);
    asked->ws = sio_ws_ref(ws);
    asked->message = message;
    sio__next_start(&asked->next);
}

void sio__ws_first_messages(sio_ws_t *ws, sio_ws_message_t *message)
{
    if (ws->stage == SIO__WS_UNAUTHENTICATED)
        ask_program(ws, message);
    else
        hold(ws, message);
}

/* ------------------------------------------------------------------------------------ refusals */

bool sio__ws_code_valid(int code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

static bool refusal_valid(int code)
{
    return (code >= 400 && code <= 599) || sio__ws_code_valid(code);
}

int sio__ws_refusal_code(const sio_next_t *next, int otherwise)
{
    json_int_t code = json_integer_value(json_object_get(next->data, "code"));

    return code > 0 && code < 5000 && refusal_valid((int)code) ? (int)code : otherwise;
}

int sio_ws_refuse(sio_next_t *next, int code, const char *reason)
{
    bool valid = refusal_valid(code);
    int error = sio_next_error(next, reason, json_pack("{s:i}", "code", code));

    return error || valid ? error : SIO_EINVAL;
}
