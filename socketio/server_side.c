#include "socketio/server_side.h"

#include "base/alloc.h"
#include "socketio/encoder.h"
#include "socketio/event.h"
#include "base/json_scan.h"
#include "socketio/replies.h"

#include <string.h>

/* As upstream: these are its namespaces' own events. */
static bool is_reserved(const char *name)
{
    return strcmp(name, "connect") == 0 || strcmp(name, "connection") == 0 ||
           strcmp(name, "new_namespace") == 0;
}

/* ------------------------------------------------------------------- a copy for the loop thread */

typedef struct posted {
    eio_task_t task;
    sio_namespace_t *nsp;    /* a reference; of an event */
    sio_replies_t *replies;  /* of an event that wants answers */
    struct caller *caller;   /* a reference; of an answer */
    sio__server_side_t what; /* within this allocation */
    sio__span_t attachments[];
} posted_t;

static size_t total(const sio__server_side_t *what)
{
    size_t bytes = what->text.len;

    for (size_t i = 0; i < what->attachment_count; i++)
        bytes += what->attachments[i].len;
    return bytes;
}

static sio__span_t copy_span(sio__span_t span, char **at)
{
    sio__span_t copy = {*at, span.len};

    if (span.len)
        memcpy(*at, span.data, span.len);
    *at += span.len;
    return copy;
}

static posted_t *copy_event(const sio__server_side_t *what)
{
    size_t spans = what->attachment_count * sizeof(sio__span_t);
    posted_t *posted = sio__calloc(1, sizeof(*posted) + spans + total(what));
    char *at;

    if (!posted)
        return NULL;
    at = (char *)(posted->attachments + what->attachment_count);
    posted->what.text = copy_span(what->text, &at);
    for (size_t i = 0; i < what->attachment_count; i++)
        posted->attachments[i] = copy_span(what->attachments[i], &at);
    posted->what.attachments = posted->attachments;
    posted->what.attachment_count = what->attachment_count;
    return posted;
}

/* --------------------------------------------------------------------------------- arguments */

/* `["name",...` or, without a name, `[...`. With an error there is nothing to free. */
static int encode(sio__args_t *args, const sio_namespace_t *nsp, const char *name,
                  const sio__source_t *source)
{
    sio__encoder_t encoder = {.server = nsp->server, .args = args};
    int error;

    sio__args_init(args);
    sio__buf_append_char(&args->json, '[');
    if (name)
        sio__json_append_string(&args->json, name, strlen(name));
    error = sio__encoder_append(&encoder, source);
    sio__buf_append_char(&args->json, ']');
    if (!error)
        sio__args_finish(args);
    if (!error && (args->json.failed || args->bytes_failed || args->fakes.failed))
        error = SIO_ENOMEM;
    if (error)
        sio__args_free(args);
    return error;
}

static sio__server_side_t encoded(const sio__args_t *args)
{
    return (sio__server_side_t){
        .text = {args->json.data, args->json.len},
        .attachments = args->bytes,
        .attachment_count = args->bytes_count,
    };
}

/* ---------------------------------------------------------------------------------- emitting */

static void emit_now(sio_namespace_t *nsp, const sio__server_side_t *event, sio_replies_t *replies)
{
    sio__adapter_t *adapter = nsp->adapter;

    if (replies && !sio__replies_begin(replies))
        return;
    if (adapter->ops->server_side_emit(adapter, event, replies ? sio__replies_sink(replies) : NULL))
        SIO__LOG(&nsp->server->log, SIO__WARN, "socket.io-adapter",
                 "%s: this adapter has no other servers to emit to", nsp->name);
    if (replies)
        sio__replies_end_asking(replies, false);
}

static void on_posted_emit(eio_task_t *task)
{
    posted_t *posted = SIO__CONTAINER(task, posted_t, task);

    emit_now(posted->nsp, &posted->what, posted->replies);
    sio__namespace_unref(posted->nsp);
    sio__free(posted);
}

static int post_emit(sio_namespace_t *nsp, const sio__server_side_t *event, sio_replies_t *replies)
{
    posted_t *posted = copy_event(event);
    int error;

    if (!posted)
        return SIO_ENOMEM;
    posted->task.fn = on_posted_emit;
    posted->nsp = nsp;
    posted->replies = replies;
    sio__namespace_ref(nsp);
    error = sio__post(nsp->server, &posted->task);
    if (error) {
        sio__namespace_unref(nsp);
        sio__free(posted);
    }
    return error;
}

static int emit_source(sio_namespace_t *nsp, sio_replies_t *replies, const char *name,
                       const sio__source_t *source)
{
    sio__server_side_t event;
    sio__args_t args;
    int error;

    if (!name || is_reserved(name)) {
        sio__source_drop(source);
        return name ? SIO_ERESERVED : SIO_EINVAL;
    }
    error = encode(&args, nsp, name, source);
    if (error)
        return error;
    event = encoded(&args);
    if (!sio__on_loop(nsp->server))
        error = post_emit(nsp, &event, replies);
    else if (replies && nsp->server->operations_closed)
        error = SIO_ESTATE;
    else
        emit_now(nsp, &event, replies);
    sio__args_free(&args);
    return error;
}

int sio_server_side_emitv(sio_namespace_t *nsp, const char *name, const char *format, va_list args)
{
    va_list va;
    int error;

    va_copy(va, args);
    error = emit_source(nsp, NULL, name, &(sio__source_t){.format = format, .va = &va});
    va_end(va);
    return error;
}

int sio_server_side_emit(sio_namespace_t *nsp, const char *name, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = emit_source(nsp, NULL, name, &(sio__source_t){.format = format, .va = &va});
    va_end(va);
    return error;
}

static int emit_with_ack(sio_namespace_t *nsp, unsigned timeout_ms, sio_replies_fn fn, void *user,
                         const char *name, const sio__source_t *source)
{
    sio_replies_t *replies = sio__replies_new(nsp, timeout_ms, fn, user);
    int error;

    if (!replies) {
        sio__source_drop(source);
        return fn ? SIO_ENOMEM : SIO_EINVAL;
    }
    sio__replies_of_servers(replies);
    error = emit_source(nsp, replies, name, source);
    if (error)
        sio__replies_free(replies);
    return error;
}

int sio_server_side_emit_ackv(sio_namespace_t *nsp, unsigned timeout_ms, sio_replies_fn fn,
                              void *user, const char *name, const char *format, va_list args)
{
    va_list va;
    int error;

    va_copy(va, args);
    error = emit_with_ack(nsp, timeout_ms, fn, user, name,
                          &(sio__source_t){.format = format, .va = &va});
    va_end(va);
    return error;
}

int sio_server_side_emit_ack(sio_namespace_t *nsp, unsigned timeout_ms, sio_replies_fn fn,
                             void *user, const char *name, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = emit_with_ack(nsp, timeout_ms, fn, user, name,
                          &(sio__source_t){.format = format, .va = &va});
    va_end(va);
    return error;
}

/* ---------------------------------------------------------------------- answering another server
 */

typedef struct caller {
    sio__caller_t base;
    eio_task_t task;
    sio_namespace_t *nsp; /* a reference, with its server's */
    sio__answer_t *answer;
} caller_t;

static void free_now(caller_t *caller)
{
    caller->answer->free(caller->answer);
    sio_namespace_unref(caller->nsp);
    sio__free(caller);
}

static void on_free(eio_task_t *task)
{
    free_now(SIO__CONTAINER(task, caller_t, task));
}

/* The answer is the adapter's, and belongs to the loop thread as long as there is one. */
static void free_caller(sio__caller_t *base)
{
    caller_t *caller = SIO__CONTAINER(base, caller_t, base);
    sio_server_t *io = caller->nsp->server;

    caller->task.fn = on_free;
    if (sio__on_loop(io) || sio__post(io, &caller->task) != SIO_OK)
        free_now(caller);
}

static void on_posted_answer(eio_task_t *task)
{
    posted_t *posted = SIO__CONTAINER(task, posted_t, task);
    sio__answer_t *answer = posted->caller->answer;

    answer->give(answer, &posted->what);
    sio__caller_unref(&posted->caller->base);
    sio__free(posted);
}

static int post_answer(caller_t *caller, const sio__server_side_t *args)
{
    posted_t *posted = copy_event(args);

    if (!posted)
        return SIO_ENOMEM;
    posted->task.fn = on_posted_answer;
    posted->caller = caller;
    atomic_fetch_add(&caller->base.refs, 1);
    if (sio__post(caller->nsp->server, &posted->task) == SIO_OK)
        return SIO_OK;
    sio__caller_unref(&caller->base);
    sio__free(posted);
    return SIO_EDISCONNECTED;
}

static int answer(sio__caller_t *base, const sio__source_t *source)
{
    caller_t *caller = SIO__CONTAINER(base, caller_t, base);
    sio__server_side_t what;
    sio__args_t args;
    int error = encode(&args, caller->nsp, NULL, source);

    if (error)
        return error;
    what = encoded(&args);
    if (sio__on_loop(caller->nsp->server))
        caller->answer->give(caller->answer, &what);
    else
        error = post_answer(caller, &what);
    sio__args_free(&args);
    return error;
}

static caller_t *new_caller(sio_namespace_t *nsp, sio__answer_t *to)
{
    caller_t *caller = sio__calloc(1, sizeof(*caller));

    if (!caller)
        return NULL;
    atomic_init(&caller->base.refs, 1);
    caller->base.answer = answer;
    caller->base.free = free_caller;
    caller->nsp = sio_namespace_ref(nsp);
    caller->answer = to;
    return caller;
}

/* ------------------------------------------------------------------ what other servers emit */

static void call_handlers(sio_namespace_t *nsp, sio_event_t *event)
{
    sio__calling_t calling =
        sio__listeners_call(nsp->server_side, SIO__ON_EVENT, event->name, event->name_len);
    sio__fn_t fn;
    void *user;

    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_server_side_fn)fn)(nsp, event, user);
}

static bool read_event(sio_event_t *event, const sio__server_side_t *from, unsigned max_depth)
{
    sio__packet_t packet = {
        .type = from->attachment_count ? SIO__BINARY_EVENT : SIO__EVENT,
        .data = from->text,
    };
    sio__span_t *items = (sio__span_t *)(uintptr_t)from->attachments; /* never written to */
    sio__attachments_t attachments = {.items = items, .count = from->attachment_count};
    const char *error;
    long count = sio__json_scan_array(from->text.data, from->text.len, max_depth, packet.items,
                                      SIO__INLINE_ARGS + 1);

    if (count < 1 || packet.items[0].data[0] != '"')
        return false;
    packet.item_count = (size_t)count;
    return sio__event_init(event, NULL, &packet, attachments, max_depth, &error) == 0;
}

void sio__server_side_event(sio__adapter_host_t *host, const sio__server_side_t *from,
                            sio__answer_t *to)
{
    sio_namespace_t *nsp = SIO__CONTAINER(host, sio_namespace_t, host);
    caller_t *caller = to ? new_caller(nsp, to) : NULL;
    sio_event_t event;

    if (to && !caller) {
        to->free(to);
        return;
    }
    if (read_event(&event, from, nsp->server->max_json_depth)) {
        event.has_id = caller != NULL;
        event.caller = caller ? &caller->base : NULL;
        call_handlers(nsp, &event);
        sio__event_clear(&event);
    }
    if (caller)
        sio__caller_unref(&caller->base);
}

int sio_on_server_side(sio_namespace_t *nsp, const char *name, sio_server_side_fn fn, void *user)
{
    SIO__LOOP_ONLY(nsp->server);
    if (name && is_reserved(name))
        return SIO_ERESERVED;
    return sio__listeners_add(&nsp->server_side, SIO__ON_EVENT, name, (sio__fn_t)fn, user, 0);
}
