/* Events to one client. On the loop thread the packet goes straight into the session's outbox;
 * from other threads it is encoded where the call is made, and posted. */
#include "socketio/emit.h"

#include "base/alloc.h"
#include "socketio/ack.h"
#include "socketio/event.h"
#include "socketio/parser.h"
#include "socketio/plain.h"
#include "socketio/recovery.h"

/* ---------------------------------------------------------------------- to a session's outbox */

/* A volatile packet leaves now or never. */
static bool drop_volatile(sio_socket_t *socket, unsigned flags)
{
    if (!(flags & SIO_VOLATILE) || eio_session_writable(socket->client->session))
        return false;
    socket->nsp->server->counts.volatile_dropped++;
    return true;
}

static int count_refusal(sio_socket_t *socket, int error)
{
    if (error == SIO_EBACKPRESSURE)
        socket->nsp->server->counts.backpressure_refused++;
    return error;
}

static int send_parsed(eio_session_t *session, const sio__encoder_t *encoder, bool no_compress)
{
    return sio__send_messages(session, encoder->messages, no_compress);
}

static int send_binary(eio_session_t *session, const sio__encoder_t *encoder, bool no_compress)
{
    const sio__args_t *args = encoder->args;
    int error = eio_session_check(session, sio__encoder_bytes(encoder));

    if (!error)
        error = eio_session_send_allowed(session, false, encoder->text.data, encoder->text.len,
                                         no_compress);
    for (size_t i = 0; !error && i < args->bytes_count; i++)
        error = eio_session_send_allowed(session, true, args->bytes[i].data, args->bytes[i].len,
                                         no_compress);
    return error;
}

int sio__send_plain(sio_socket_t *socket, bool binary, const void *data, size_t len)
{
    eio_session_t *session = socket->client->session;
    int error = session ? eio_session_send(session, binary, data, len, false) : SIO_EDISCONNECTED;

    return error ? count_refusal(socket, error) : SIO_OK;
}

int sio__send_message(sio_socket_t *socket, eio_message_t *message, unsigned flags)
{
    eio_session_t *session = socket->client->session;
    int error;

    if (!session)
        return SIO_EDISCONNECTED;
    if (drop_volatile(socket, flags))
        return SIO_OK;
    error = eio_session_send_shared(session, message);
    return error ? count_refusal(socket, error) : SIO_OK;
}

static int send_mapped(sio_socket_t *socket, const sio__encoder_t *encoder, unsigned flags)
{
    sio__attachments_t attachments = {encoder->args->bytes, encoder->args->bytes_count};
    eio_message_t *message = sio__ws_message_of_text(sio__ws_of(socket), encoder->text, attachments,
                                                     flags & SIO_NO_COMPRESS);
    int error = message ? sio__send_message(socket, message, flags) : SIO_OK;

    eio_message_unref(message);
    return error;
}

int sio__send_encoded(sio_socket_t *socket, const sio__encoder_t *encoder, unsigned flags)
{
    eio_session_t *session = socket->client->session;
    bool no_compress = flags & SIO_NO_COMPRESS;
    int error;

    if (socket->plain)
        return send_mapped(socket, encoder, flags);
    if (!session)
        return SIO_EDISCONNECTED;
    if (drop_volatile(socket, flags))
        return SIO_OK;
    if (encoder->server->parser)
        error = send_parsed(session, encoder, no_compress);
    else if (encoder->args->bytes_count == 0)
        error =
            eio_session_send(session, false, encoder->text.data, encoder->text.len, no_compress);
    else
        error = send_binary(session, encoder, no_compress);
    return error ? count_refusal(socket, error) : SIO_OK;
}

/* What plain WebSockets receive for it is kept with the bundle. */
static int send_mapped_bundle(sio_socket_t *socket, const sio__bundle_t *bundle, unsigned flags)
{
    eio_message_t *message =
        sio__ws_message_of_bundle(sio__ws_of(socket), (sio__bundle_t *)(uintptr_t)bundle);

    return message ? sio__send_message(socket, message, flags) : SIO_OK;
}

int sio__send_bundle(sio_socket_t *socket, const sio__bundle_t *bundle, unsigned flags)
{
    eio_session_t *session = socket->client->session;
    int error;

    if (socket->plain)
        return send_mapped_bundle(socket, bundle, flags);
    if (!session)
        return SIO_EDISCONNECTED;
    if (drop_volatile(socket, flags))
        return SIO_OK;
    error = eio_session_check(session, bundle->bytes);
    if (!error && bundle->parsed) {
        error = eio_session_send_shared_allowed(session, bundle->parsed);
        for (size_t i = 0; !error && i < bundle->more_count; i++)
            error = eio_session_send_shared_allowed(session, bundle->more[i]);
    } else {
        for (size_t i = 0; !error && i < bundle->count; i++)
            error = eio_session_send_shared_allowed(session, bundle->messages[i]);
    }
    return error ? count_refusal(socket, error) : SIO_OK;
}

/* ------------------------------------------------------------------------- catch-all listeners */

static void call_outgoing(sio_socket_t *socket, sio_event_t *event)
{
    sio__calling_t calling = sio__listeners_call(socket->listeners, SIO__ON_ANY_OUTGOING, NULL, 0);
    sio__fn_t fn;
    void *user;

    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_event_fn)fn)(socket, event, user);
}

void sio__notify_outgoing(sio_socket_t *socket, sio__span_t text, sio__attachments_t attachments)
{
    unsigned depth = socket->nsp->server->max_json_depth;
    const char *error;
    sio__packet_t packet;
    sio_event_t event;

    if (!sio__listeners_has(socket->listeners, SIO__ON_ANY_OUTGOING))
        return;
    if (sio__packet_decode(text.data, text.len, UINT32_MAX, depth, &packet, &error) ||
        sio__event_init(&event, socket, &packet, attachments, depth, &error))
        return;
    event.has_id = false; /* there is nobody to answer */
    call_outgoing(socket, &event);
    sio__event_clear(&event);
}

void sio__notify_outgoing_bundle(sio_socket_t *socket, const sio__bundle_t *bundle)
{
    const eio_message_t *text = bundle->messages[0];
    sio__attachments_t attachments = {NULL, bundle->count - 1};

    if (!sio__listeners_has(socket->listeners, SIO__ON_ANY_OUTGOING))
        return;
    attachments.items = sio__malloc(bundle->count * sizeof(*attachments.items));
    if (!attachments.items)
        return;
    for (size_t i = 1; i < bundle->count; i++)
        attachments.items[i - 1] =
            (sio__span_t){(const char *)bundle->messages[i]->packet, bundle->messages[i]->len};
    sio__notify_outgoing(socket, (sio__span_t){(const char *)text->packet + 1, text->len - 1},
                         attachments);
    sio__free(attachments.items);
}

/* ------------------------------------------------------------- with connection state recovery */

static bool recoverable(const sio_socket_t *socket)
{
    return socket->nsp->recovery && !socket->plain;
}

static int send_logged(sio_socket_t *socket, const sio__audience_t *audience, sio__bundle_t *bundle)
{
    eio_session_t *session = socket->client->session;
    int error = session ? eio_session_check(session, bundle->bytes) : SIO_EDISCONNECTED;

    if (error == SIO_EBACKPRESSURE && !(audience->flags & SIO_VOLATILE))
        return count_refusal(socket, error);
    if (sio__recovery_log(socket->nsp, audience, bundle))
        return SIO_ENOMEM;
    sio__notify_outgoing_bundle(socket, bundle);
    return sio__socket_live(socket) ? sio__send_bundle(socket, bundle, audience->flags) : SIO_OK;
}

/* Upstream sends to the room of the socket's id then: also what is emitted to a socket that has
 * gone arrives when its session is recovered. */
static int send_recoverable(sio_socket_t *socket, sio__bundle_t *bundle, unsigned flags)
{
    const char *const rooms[] = {socket->id, NULL};
    const sio__audience_t audience = {.rooms = rooms, .flags = flags};

    if (sio__recovery_waits(socket) ||
        (sio__socket_state(socket) == SIO__CONNECTED && sio__recovery_of_adapter(socket->nsp)))
        return sio__broadcast_bundle(socket->nsp, &audience, bundle);
    return sio__socket_live(socket) ? send_logged(socket, &audience, bundle) : SIO_EDISCONNECTED;
}

static int send_encoded_recoverable(sio_socket_t *socket, const sio__encoder_t *encoder,
                                    unsigned flags)
{
    sio__bundle_t *bundle = sio__bundle_new(encoder, flags);
    int error = bundle ? send_recoverable(socket, bundle, flags) : SIO_ENOMEM;

    sio__bundle_free(bundle);
    return error;
}

/* --------------------------------------------------------------------------- from other threads */

typedef struct posted_emit {
    eio_task_t task;
    sio_socket_t *socket;
    sio__bundle_t *bundle;
    sio__ack_t *ack; /* or NULL */
    unsigned flags;
} posted_emit_t;

static int send_posted(const posted_emit_t *emit)
{
    sio_socket_t *socket = emit->socket;
    int error = SIO_OK;

    if (recoverable(socket) && !emit->ack)
        return send_recoverable(socket, emit->bundle, emit->flags);
    if (!sio__socket_live(socket))
        return SIO_EDISCONNECTED;
    sio__notify_outgoing_bundle(socket, emit->bundle);
    if (!sio__socket_live(socket))
        return SIO_EDISCONNECTED;
    if (emit->ack)
        error = sio__ack_start(socket, emit->ack);
    return error ? error : sio__send_bundle(socket, emit->bundle, emit->flags);
}

static void on_posted_emit(eio_task_t *task)
{
    posted_emit_t *emit = SIO__CONTAINER(task, posted_emit_t, task);
    int error;

    sio__packet_arrived(emit->socket->nsp->server, emit->bundle->bytes);
    error = send_posted(emit);
    if (error && emit->ack)
        sio__ack_end(emit->ack, error, NULL);
    sio__bundle_free(emit->bundle);
    sio_socket_unref(emit->socket);
    sio__free(emit);
}

static int post_emit(sio_socket_t *socket, const sio__encoder_t *encoder, unsigned flags,
                     sio__ack_t *ack)
{
    posted_emit_t *emit = sio__malloc(sizeof(*emit));
    int error = SIO_ENOMEM;

    if (!emit)
        return error;
    *emit = (posted_emit_t){.task.fn = on_posted_emit, .ack = ack, .flags = flags};
    emit->bundle = sio__bundle_new(encoder, flags);
    emit->socket = sio_socket_ref(socket);
    if (emit->bundle)
        error = sio__post_packet(socket->nsp->server, &emit->task, emit->bundle->bytes);
    if (error) {
        sio__bundle_free(emit->bundle);
        sio_socket_unref(emit->socket);
        sio__free(emit);
    }
    return error == SIO_ESTATE ? SIO_EDISCONNECTED : error;
}

/* ------------------------------------------------------------------------------------- emitting */

static int send_now(sio_socket_t *socket, const sio__encoder_t *encoder, unsigned flags,
                    sio__ack_t *ack)
{
    int error;

    if (recoverable(socket) && !ack)
        return send_encoded_recoverable(socket, encoder, flags);
    if (socket->listeners) {
        sio__notify_outgoing(socket, encoder->text,
                             (sio__attachments_t){encoder->args->bytes,
                                                  encoder->args->bytes_count});
        if (!sio__socket_live(socket))
            return SIO_EDISCONNECTED;
    }
    error = ack ? sio__ack_start(socket, ack) : SIO_OK;
    return error ? error : sio__send_encoded(socket, encoder, flags);
}

/* With recovery that is for the loop thread to say. */
static bool may_be_reached(const sio_socket_t *socket, const sio__ack_t *ack)
{
    return sio__socket_live(socket) || (recoverable(socket) && !ack);
}

static int emit_source(sio_socket_t *socket, unsigned flags, sio__ack_id_t id, sio__ack_t *ack,
                       const char *name, const sio__source_t *source)
{
    sio__encoder_t encoder;
    int error = may_be_reached(socket, ack) ? SIO_OK : SIO_EDISCONNECTED;

    if (!error)
        error = sio__encoder_event(&encoder, socket->nsp, name, id);
    if (error) {
        sio__source_drop(source);
        return error;
    }
    error = sio__encoder_append(&encoder, source);
    if (!error)
        error = sio__encoder_finish(&encoder);
    if (!error)
        error = sio__on_loop(socket->nsp->server) ? send_now(socket, &encoder, flags, ack)
                                                  : post_emit(socket, &encoder, flags, ack);
    sio__encoder_end(&encoder);
    return error;
}

static int emit_format(sio_socket_t *socket, unsigned flags, const char *name, const char *format,
                       va_list *va)
{
    return emit_source(socket, flags, SIO__NO_ACK, NULL, name,
                       &(sio__source_t){.form = SIO__FROM_FORMAT, .format = format, .va = va});
}

int sio_emitv(sio_socket_t *socket, const char *name, const char *format, va_list args)
{
    va_list va;
    int error;

    va_copy(va, args);
    error = emit_format(socket, 0, name, format, &va);
    va_end(va);
    return error;
}

int sio_emit(sio_socket_t *socket, const char *name, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = emit_format(socket, 0, name, format, &va);
    va_end(va);
    return error;
}

int sio_emit_flags(sio_socket_t *socket, unsigned flags, const char *name, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = emit_format(socket, flags, name, format, &va);
    va_end(va);
    return error;
}

int sio_emit_json(sio_socket_t *socket, unsigned flags, const char *name, const json_t *args)
{
    return emit_source(socket, flags, SIO__NO_ACK, NULL, name,
                       &(sio__source_t){.form = SIO__FROM_JSON, .json = args});
}

int sio_emit_text(sio_socket_t *socket, unsigned flags, const char *name, const char *args,
                  size_t len)
{
    return emit_source(socket, flags, SIO__NO_ACK, NULL, name,
                       &(sio__source_t){.form = SIO__FROM_TEXT, .format = args, .len = len});
}

/* ------------------------------------------------------------------------ with acknowledgement */

static int emit_ack_format(sio_socket_t *socket, unsigned timeout_ms, sio_reply_fn fn, void *user,
                           const char *name, const char *format, va_list *va)
{
    sio__source_t source = {.form = SIO__FROM_FORMAT, .format = format, .va = va};
    uint64_t number = atomic_fetch_add(&socket->nsp->ack_ids, 1);
    sio__ack_t *ack = socket->plain ? NULL : sio__ack_new(fn, user, timeout_ms, number);
    int error;

    if (!ack) {
        sio__source_drop(&source);
        return socket->plain ? SIO_ENOTSUP : fn ? SIO_ENOMEM : SIO_EINVAL;
    }
    error = emit_source(socket, 0, (sio__ack_id_t){true, (double)number}, ack, name, &source);
    if (error)
        sio__ack_free(ack);
    return error;
}

int sio_emit_ackv(sio_socket_t *socket, unsigned timeout_ms, sio_reply_fn fn, void *user,
                  const char *name, const char *format, va_list args)
{
    va_list va;
    int error;

    va_copy(va, args);
    error = emit_ack_format(socket, timeout_ms, fn, user, name, format, &va);
    va_end(va);
    return error;
}

int sio_emit_ack(sio_socket_t *socket, unsigned timeout_ms, sio_reply_fn fn, void *user,
                 const char *name, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = emit_ack_format(socket, timeout_ms, fn, user, name, format, &va);
    va_end(va);
    return error;
}
