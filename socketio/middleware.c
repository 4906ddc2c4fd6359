#include "socketio/middleware.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "socketio/json_scan.h"
#include "socketio/request.h"

#include <string.h>

typedef enum subject { CONNECTION, EVENT, REQUEST } subject_t;

struct sio_next {
    eio_task_t task;  /* of an answer from another thread */
    sio__list_t link; /* in the server's list of answers */
    subject_t subject;
    unsigned index,
        count; /* of the middlewares: the current one, and how many there were at the start */
    sio_server_t *server; /* a reference */
    sio_socket_t *socket; /* a reference */
    sio_event_t *event; /* borrowed while `finished` is set, held afterwards; NULL: lost for want of
                           memory */
    bool *finished;
    sio_request_t request;
    eio_verdict_t *verdict;
    bool refused;
    char *message;
    json_t *data;
};

static void free_next(sio_next_t *next)
{
    sio_server_t *io = next->server;

    if (next->finished)
        *next->finished = true;
    else
        sio_event_release(next->event);
    sio__texts_free(&next->request.texts);
    sio__free(next->message);
    json_decref(next->data);
    sio_socket_unref(next->socket);
    sio__free(next);
    sio__server_unref(io);
}

/* ------------------------------------------------------------------------------- the last answer
 */

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

static void refuse_connection(sio_next_t *next)
{
    sio_socket_t *socket = next->socket;
    sio__buf_t json = SIO__BUF_INIT;

    SIO__LOG(&next->server->log, SIO__INFO, "socket.io:namespace", "%s refused in %s: %s",
             socket->id, socket->nsp->name, next->message ? next->message : "");
    append_error(&json, next);
    sio__socket_drop(socket);
    if (sio__client_send(socket->client, SIO__CONNECT_ERROR, socket->nsp->name, &json) ==
        SIO_ENOMEM)
        sio__client_close(socket->client, "out of memory");
    sio__buf_free(&json);
}

static void finish_connection(sio_next_t *next)
{
    if (sio__socket_state(next->socket) != SIO__CONNECTING)
        SIO__LOG(&next->server->log, SIO__DEBUG, "socket.io:namespace",
                 "next called after client was closed - ignoring socket");
    else if (next->refused)
        refuse_connection(next);
    else
        sio__socket_connect(next->socket);
}

static void finish_event(sio_next_t *next)
{
    if (next->refused)
        sio__socket_error(next->socket, next->message ? next->message : "", next->data);
    else if (next->event)
        sio__dispatch(next->socket, next->event);
}

static void finish_request(sio_next_t *next)
{
    if (next->refused)
        eio_verdict_refuse(next->verdict, next->message);
    else
        eio_verdict_allow(next->verdict);
}

static void finish(sio_next_t *next)
{
    if (next->subject == CONNECTION)
        finish_connection(next);
    else if (next->subject == EVENT)
        finish_event(next);
    else
        finish_request(next);
    free_next(next);
}

/* --------------------------------------------------------------------------- from one to the next
 */

static void call_connection_middleware(sio_next_t *next)
{
    const sio__listener_t *listener =
        sio__listeners_nth(next->socket->nsp->listeners, SIO__MIDDLEWARE, next->index);

    ((sio_middleware_fn)listener->fn)(next->socket, next, listener->user);
}

static void call_event_middleware(sio_next_t *next)
{
    const sio__listener_t *listener =
        sio__listeners_nth(next->socket->listeners, SIO__MIDDLEWARE, next->index);

    ((sio_event_middleware_fn)listener->fn)(next->socket, next->event, next, listener->user);
}

static void call_middleware(sio_next_t *next)
{
    const sio__hooks_t *hooks = &next->server->hooks;

    if (next->subject == CONNECTION)
        call_connection_middleware(next);
    else if (next->subject == EVENT)
        call_event_middleware(next);
    else
        hooks->allow_request(&next->request, next, hooks->allow_request_user);
}

/* The event may have gone when there was no memory to hold it: nothing more to ask about. */
static bool is_last(const sio_next_t *next)
{
    return next->refused || next->index + 1 >= next->count ||
           (next->subject == EVENT && !next->event);
}

/*
 * Answers are acted upon in their order, after the middlewares that gave them have returned: what a
 * middleware does after its answer still comes before the handlers, as upstream's next tick.
 */
static void act_on_answers(sio_server_t *io)
{
    sio__list_t *node;

    if (io->middlewares_running)
        return;
    io->middlewares_running++;
    while ((node = sio__list_pop(&io->answered))) {
        sio_next_t *next = SIO__CONTAINER(node, sio_next_t, link);

        if (is_last(next)) {
            finish(next);
        } else {
            next->index++;
            call_middleware(next);
        }
    }
    io->middlewares_running--;
}

static void start(sio_next_t *next)
{
    sio_server_t *io = next->server;

    io->middlewares_running++;
    call_middleware(next);
    io->middlewares_running--;
    act_on_answers(io);
}

static sio_next_t *new_next(sio_server_t *io, subject_t subject, sio_socket_t *socket)
{
    sio_next_t *next = sio__calloc(1, sizeof(*next));

    if (!next)
        return NULL;
    next->subject = subject;
    next->server = io;
    sio__server_ref(io);
    next->count = 1;
    next->socket = socket ? sio_socket_ref(socket) : NULL;
    sio__list_init(&next->link);
    return next;
}

void sio__middleware_connection(sio_socket_t *socket)
{
    unsigned count = sio__listeners_count(socket->nsp->listeners, SIO__MIDDLEWARE);
    sio_next_t *next;

    if (!count) {
        sio__socket_connect(socket);
        return;
    }
    next = new_next(socket->nsp->server, CONNECTION, socket);
    if (!next) {
        sio__client_close(socket->client, "out of memory");
        return;
    }
    next->count = count;
    start(next);
}

void sio__middleware_event(sio_socket_t *socket, sio_event_t *event)
{
    sio_next_t *next = new_next(socket->nsp->server, EVENT, socket);
    bool finished = false;

    if (!next) {
        SIO__LOG(&socket->nsp->server->log, SIO__ERROR, "socket.io:socket",
                 "%s: event dropped: out of memory", socket->id);
        return;
    }
    next->count = sio__listeners_count(socket->listeners, SIO__MIDDLEWARE);
    next->event = event;
    next->finished = &finished;
    start(next);
    if (finished)
        return;
    next->finished = NULL;
    next->event = sio_event_hold(event);
}

void sio__middleware_request(sio_server_t *io, eio_request_t *request, eio_verdict_t *verdict)
{
    sio_next_t *next = new_next(io, REQUEST, NULL);

    if (!next) {
        eio_verdict_refuse(verdict, NULL);
        return;
    }
    next->request.request = request;
    next->verdict = verdict;
    start(next);
}

/* -------------------------------------------------------------------------------------- answering
 */

static void take_answer(sio_next_t *next)
{
    sio__list_append(&next->server->answered, &next->link);
    act_on_answers(next->server);
}

static void on_posted_answer(eio_task_t *task)
{
    take_answer(SIO__CONTAINER(task, sio_next_t, task));
}

/* With the loop gone nobody waits for the answer any more, but what it holds must be given back. */
static int answer(sio_next_t *next)
{
    sio_server_t *io = next->server;

    if (sio__on_loop(io)) {
        take_answer(next);
        return SIO_OK;
    }
    next->task.fn = on_posted_answer;
    if (sio__post(io, &next->task) == SIO_OK)
        return SIO_OK;
    finish(next);
    return SIO_ESTATE;
}

int sio_next_ok(sio_next_t *next)
{
    return next ? answer(next) : SIO_EINVAL;
}

/* What leaves must be UTF-8, whatever the program says. */
static char *copy_message(const char *message)
{
    size_t len = strlen(message);
    char *copy;

    if (sio__utf8_valid(message, len))
        return sio__strdup(message);
    copy = sio__malloc(3 * len + 1);
    if (copy)
        copy[sio__utf8_repair(message, len, copy)] = '\0';
    return copy;
}

int sio_next_error(sio_next_t *next, const char *message, json_t *data)
{
    if (!next) {
        json_decref(data);
        return SIO_EINVAL;
    }
    next->refused = true;
    next->message = message ? copy_message(message) : NULL;
    next->data = data;
    return answer(next);
}
