/* A client sends an event; and the answers to events. */
#include "socketio/client.h"
#include "socketio/emit.h"
#include "socketio/event.h"
#include "socketio/middleware.h"

#include "base/alloc.h"

static void call(sio__listeners_t *table, int kind, sio_socket_t *socket, sio_event_t *event)
{
    sio__calling_t calling = sio__listeners_call(table, kind, event->name, event->name_len);
    sio__fn_t fn;
    void *user;

    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_event_fn)fn)(socket, event, user);
}

void sio__dispatch(sio_socket_t *socket, sio_event_t *event)
{
    if (!event->name || sio__socket_state(socket) != SIO__CONNECTED)
        return;
    call(socket->nsp->listeners, SIO__ON_EVENT, socket, event);
    if (sio__listeners_has(socket->listeners, SIO__ON_EVENT) &&
        sio__socket_state(socket) == SIO__CONNECTED)
        call(socket->listeners, SIO__ON_EVENT, socket, event);
}

static void call_any(sio_socket_t *socket, sio_event_t *event)
{
    sio__calling_t calling = sio__listeners_call(socket->listeners, SIO__ON_ANY, NULL, 0);
    sio__fn_t fn;
    void *user;

    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_event_fn)fn)(socket, event, user);
}

void sio__handle_event(sio_socket_t *socket, const sio__packet_t *packet,
                       sio__attachments_t attachments)
{
    const char *error;
    sio_event_t event;

    if (sio__event_init(&event, socket, packet, attachments, socket->nsp->server->max_json_depth,
                        &error)) {
        sio__client_error(socket->client, error);
        return;
    }
    socket->nsp->server->counts.events_in++;
    if (sio__listeners_has(socket->listeners, SIO__ON_ANY))
        call_any(socket, &event);
    if (sio__listeners_has(socket->listeners, SIO__MIDDLEWARE))
        sio__middleware_event(socket, &event);
    else
        sio__dispatch(socket, &event);
    sio__event_clear(&event);
}

/* ------------------------------------------------------------------------------------- answers */

typedef struct posted_ack {
    eio_task_t task;
    sio_socket_t *socket;
    sio__bundle_t *bundle;
} posted_ack_t;

static void on_posted_ack(eio_task_t *task)
{
    posted_ack_t *posted = SIO__CONTAINER(task, posted_ack_t, task);

    if (sio__socket_state(posted->socket) == SIO__CONNECTED)
        sio__send_bundle(posted->socket, posted->bundle, 0);
    sio__bundle_free(posted->bundle);
    sio_socket_unref(posted->socket);
    sio__free(posted);
}

static int post_ack(sio_socket_t *socket, const sio__encoder_t *encoder)
{
    posted_ack_t *posted = sio__malloc(sizeof(*posted));
    int error = SIO_ENOMEM;

    if (!posted)
        return error;
    posted->task.fn = on_posted_ack;
    posted->bundle = sio__bundle_new(encoder, 0);
    posted->socket = sio_socket_ref(socket);
    if (posted->bundle)
        error = sio__post(socket->nsp->server, &posted->task);
    if (error) {
        sio__bundle_free(posted->bundle);
        sio_socket_unref(socket);
        sio__free(posted);
    }
    return error == SIO_ESTATE ? SIO_EDISCONNECTED : error;
}

/* Nothing is answered yet when the answer can't be sent. */
static int send_ack(sio_event_t *event, const sio__encoder_t *encoder)
{
    sio_socket_t *socket = event->socket;
    int error;

    if (atomic_exchange(&event->acked, true))
        return SIO_ESTATE;
    error = sio__on_loop(socket->nsp->server) ? sio__send_encoded(socket, encoder, 0)
                                              : post_ack(socket, encoder);
    if (error)
        atomic_store(&event->acked, false);
    return error;
}

/* Another server's event. */
static int answer_caller(sio_event_t *event, const sio__source_t *source)
{
    int error;

    if (atomic_exchange(&event->acked, true)) {
        sio__source_drop(source);
        return SIO_ESTATE;
    }
    error = event->caller->answer(event->caller, source);
    if (error)
        atomic_store(&event->acked, false);
    return error;
}

static int ack_source(sio_event_t *event, const sio__source_t *source)
{
    sio__encoder_t encoder;
    int error = SIO_OK;

    event = sio__event_answered(event);
    if (event->caller)
        return answer_caller(event, source);
    if (!event->has_id || sio__socket_state(event->socket) != SIO__CONNECTED) {
        sio__source_drop(source);
        return event->has_id ? SIO_EDISCONNECTED : SIO_OK;
    }
    sio__encoder_ack(&encoder, event->socket->nsp, event->id);
    error = sio__encoder_append(&encoder, source);
    if (!error)
        error = sio__encoder_finish(&encoder);
    if (!error)
        error = send_ack(event, &encoder);
    sio__encoder_end(&encoder);
    return error;
}

int sio_ackv(sio_event_t *event, const char *format, va_list args)
{
    va_list va;
    int error;

    va_copy(va, args);
    error = ack_source(event, &(sio__source_t){.format = format, .va = &va});
    va_end(va);
    return error;
}

int sio_ack(sio_event_t *event, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = ack_source(event, &(sio__source_t){.format = format, .va = &va});
    va_end(va);
    return error;
}

int sio_ack_json(sio_event_t *event, const json_t *args)
{
    return ack_source(event, &(sio__source_t){.form = SIO__FROM_JSON, .json = args});
}

int sio_ack_text(sio_event_t *event, const char *args, size_t len)
{
    return ack_source(event, &(sio__source_t){.form = SIO__FROM_TEXT, .format = args, .len = len});
}
