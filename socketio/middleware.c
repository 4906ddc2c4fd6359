#include "socketio/middleware.h"

#include "base/alloc.h"
#include "base/json_scan.h"
#include "socketio/next.h"
#include "socketio/request.h"

#include <string.h>

/* --------------------------------------------------------------------------------- connections */

typedef struct connecting {
    sio_next_t next;
    unsigned count;       /* of the middlewares there were at the start */
    sio_socket_t *socket; /* a reference */
} connecting_t;

static connecting_t *connecting_of(sio_next_t *next)
{
    return SIO__CONTAINER(next, connecting_t, next);
}

/* 44{"message":"...","data":...} */
static void append_error(sio__buf_t *json, const sio_next_t *next)
{
    const char *message = next->message ? next->message : "";

    sio__buf_append_str(json, "{\"message\":");
    sio__json_append_string(json, message, strlen(message));
    if (next->data) {
        sio__buf_append_str(json, ",\"data\":");
        if (sio__json_append_jansson(json, next->data))
            json->failed = true;
    }
    sio__buf_append_char(json, '}');
}

/* What counts as nothing in JavaScript. */
static bool is_falsy(const json_t *data)
{
    return !data || json_is_null(data) || json_is_false(data) ||
           (json_is_number(data) && json_number_value(data) == 0) ||
           (json_is_string(data) && json_string_length(data) == 0);
}

/* 44"message", or the data in its place. */
static void append_v3_error(sio__buf_t *json, const sio_next_t *next)
{
    const char *message = next->message ? next->message : "";

    if (is_falsy(next->data))
        sio__json_append_string(json, message, strlen(message));
    else if (sio__json_append_jansson(json, next->data))
        json->failed = true;
}

static void refuse_connection(const sio_next_t *next, sio_socket_t *socket)
{
    sio__buf_t json = SIO__BUF_INIT;

    SIO__LOG(&next->server->log, SIO__INFO, "socket.io:namespace", "%s refused in %s: %s",
             socket->id, socket->nsp->name, next->message ? next->message : "");
    if (socket->client->protocol == 3)
        append_v3_error(&json, next);
    else
        append_error(&json, next);
    sio__socket_drop(socket);
    if (sio__client_send(socket->client, SIO__CONNECT_ERROR, socket->nsp->name, &json) ==
        SIO_ENOMEM)
        sio__client_close(socket->client, "out of memory");
    sio__buf_free(&json);
}

static void finish_connection(sio_next_t *next)
{
    sio_socket_t *socket = connecting_of(next)->socket;

    if (sio__socket_state(socket) != SIO__CONNECTING)
        SIO__LOG(&next->server->log, SIO__DEBUG, "socket.io:namespace",
                 "next called after client was closed - ignoring socket");
    else if (next->refused)
        refuse_connection(next, socket);
    else
        sio__socket_connect(socket);
}

static void ask_connection(sio_next_t *next)
{
    sio_socket_t *socket = connecting_of(next)->socket;
    const sio__listener_t *listener =
        sio__listeners_nth(socket->nsp->listeners, SIO__MIDDLEWARE, next->index);

    ((sio_middleware_fn)listener->fn)(socket, next, listener->user);
}

static bool go_on_connection(sio_next_t *next)
{
    return !next->refused && ++next->index < connecting_of(next)->count;
}

static void free_connection(sio_next_t *next)
{
    connecting_t *connecting = connecting_of(next);

    sio_socket_unref(connecting->socket);
    sio__free(connecting);
}

static const sio__next_ops_t connection_ops = {ask_connection, go_on_connection, finish_connection,
                                               free_connection};

void sio__middleware_connection(sio_socket_t *socket)
{
    unsigned count = sio__listeners_count(socket->nsp->listeners, SIO__MIDDLEWARE, NULL);
    connecting_t *connecting;

    if (!count) {
        sio__socket_connect(socket);
        return;
    }
    connecting = sio__calloc(1, sizeof(*connecting));
    if (!connecting) {
        sio__client_close(socket->client, "out of memory");
        return;
    }
    sio__next_init(&connecting->next, &connection_ops, socket->nsp->server);
    connecting->count = count;
    connecting->socket = sio_socket_ref(socket);
    sio__next_start(&connecting->next);
}

/* -------------------------------------------------------------------------------------- events */

typedef struct handling {
    sio_next_t next;
    unsigned count;
    sio_socket_t *socket; /* a reference */
    sio_event_t *event; /* borrowed while `finished` is set, held afterwards; NULL: lost for want of
                           memory */
    bool *finished;
} handling_t;

static handling_t *handling_of(sio_next_t *next)
{
    return SIO__CONTAINER(next, handling_t, next);
}

static void ask_event(sio_next_t *next)
{
    handling_t *handling = handling_of(next);
    const sio__listener_t *listener =
        sio__listeners_nth(handling->socket->listeners, SIO__MIDDLEWARE, next->index);

    ((sio_event_middleware_fn)listener->fn)(handling->socket, handling->event, next,
                                            listener->user);
}

/* The event may have gone when there was no memory to hold it: nothing more to ask about. */
static bool go_on_event(sio_next_t *next)
{
    const handling_t *handling = handling_of(next);

    return !next->refused && handling->event && ++next->index < handling->count;
}

static void finish_event(sio_next_t *next)
{
    const handling_t *handling = handling_of(next);

    if (next->refused)
        sio__socket_error(handling->socket, next->message ? next->message : "", next->data);
    else if (handling->event)
        sio__dispatch(handling->socket, handling->event);
}

static void free_event(sio_next_t *next)
{
    handling_t *handling = handling_of(next);

    if (handling->finished)
        *handling->finished = true;
    else
        sio_event_release(handling->event);
    sio_socket_unref(handling->socket);
    sio__free(handling);
}

static const sio__next_ops_t event_ops = {ask_event, go_on_event, finish_event, free_event};

void sio__middleware_event(sio_socket_t *socket, sio_event_t *event)
{
    handling_t *handling = sio__calloc(1, sizeof(*handling));
    bool finished = false;

    if (!handling) {
        SIO__LOG(&socket->nsp->server->log, SIO__ERROR, "socket.io:socket",
                 "%s: event dropped: out of memory", socket->id);
        return;
    }
    sio__next_init(&handling->next, &event_ops, socket->nsp->server);
    handling->count = sio__listeners_count(socket->listeners, SIO__MIDDLEWARE, NULL);
    handling->socket = sio_socket_ref(socket);
    handling->event = event;
    handling->finished = &finished;
    sio__next_start(&handling->next);
    if (finished)
        return;
    handling->finished = NULL;
    handling->event = sio_event_hold(event);
}

/* ---------------------------------------------------------------------------------- handshakes */

typedef struct allowing {
    sio_next_t next;
    sio_request_t request;
    eio_verdict_t *verdict;
} allowing_t;

static allowing_t *allowing_of(sio_next_t *next)
{
    return SIO__CONTAINER(next, allowing_t, next);
}

static void ask_request(sio_next_t *next)
{
    const sio__hooks_t *hooks = &next->server->hooks;

    hooks->allow_request(&allowing_of(next)->request, next, hooks->allow_request_user);
}

static bool go_on_request(sio_next_t *next)
{
    (void)next;
    return false;
}

static void finish_request(sio_next_t *next)
{
    if (next->refused)
        eio_verdict_refuse(allowing_of(next)->verdict, next->message);
    else
        eio_verdict_allow(allowing_of(next)->verdict);
}

static void free_request(sio_next_t *next)
{
    allowing_t *allowing = allowing_of(next);

    sio__texts_free(&allowing->request.texts);
    sio__free(allowing);
}

static const sio__next_ops_t request_ops = {ask_request, go_on_request, finish_request,
                                            free_request};

void sio__middleware_request(sio_server_t *io, eio_request_t *request, eio_verdict_t *verdict)
{
    allowing_t *allowing = sio__calloc(1, sizeof(*allowing));

    if (!allowing) {
        eio_verdict_refuse(verdict, NULL);
        return;
    }
    sio__next_init(&allowing->next, &request_ops, io);
    allowing->request.request = request;
    allowing->verdict = verdict;
    sio__next_start(&allowing->next);
}
