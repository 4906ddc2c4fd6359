/* Events to many that acknowledge them: all get the same packet with the same id. */
#include "base/alloc.h"
#include "socketio/audience.h"
#include "socketio/recipients.h"
#include "socketio/replies.h"

/* Those who receive it, before the program's handlers for outgoing events can change anything. */
typedef struct delivery {
    sio_replies_t *replies;
    sio__recipients_t recipients;
} delivery_t;

/* Who can't be told is waited for all the same: the program hears that not all have answered. */
static void deliver(sio__member_t *member, void *user)
{
    sio_socket_t *socket = SIO__CONTAINER(member, sio_socket_t, member);
    delivery_t *delivery = user;

    if (sio__socket_state(socket) != SIO__CONNECTED || socket->plain)
        return;
    sio__replies_expect(delivery->replies, socket);
    sio__recipients_add(&delivery->recipients, socket);
}

static sio__span_t *attachments_of(const sio__bundle_t *bundle)
{
    sio__span_t *attachments = sio__calloc(bundle->count, sizeof(*attachments));

    for (size_t i = 1; attachments && i < bundle->count; i++)
        attachments[i - 1] =
            (sio__span_t){(const char *)bundle->messages[i]->packet, bundle->messages[i]->len};
    return attachments;
}

static void ask(sio_namespace_t *nsp, const sio__audience_t *audience, sio__bundle_t *bundle,
                const sio__span_t *attachments, sio_replies_t *replies)
{
    const eio_message_t *text = bundle->messages[0];
    delivery_t delivery = {.replies = replies};
    sio__broadcast_t broadcast = {
        .text = {(const char *)text->packet + 1, text->len - 1},
        .args = sio__bundle_args(bundle, nsp),
        .attachments = attachments,
        .attachment_count = bundle->count - 1,
        .deliver = deliver,
        .user = &delivery,
    };

    nsp->server->counts.broadcasts++;
    nsp->adapter->ops->broadcast_with_ack(nsp->adapter, audience, &broadcast,
                                          sio__replies_sink(replies));
    sio__recipients_send(&delivery.recipients, bundle, audience->flags);
    sio__replies_end_asking(replies, audience->flags & SIO_LOCAL);
}

static int broadcast(sio_namespace_t *nsp, const sio__audience_t *audience, sio__bundle_t *bundle,
                     sio_replies_t *replies)
{
    sio__span_t *attachments = attachments_of(bundle);

    if (!attachments)
        return SIO_ENOMEM;
    if (sio__replies_begin(replies))
        ask(nsp, audience, bundle, attachments, replies);
    sio__free(attachments);
    return SIO_OK;
}

/* --------------------------------------------------------------------------- from other threads */

typedef struct posted_broadcast {
    eio_task_t task;
    sio_namespace_t *nsp; /* a reference */
    sio__audience_copy_t *audience;
    sio__bundle_t *bundle;
    sio_replies_t *replies;
} posted_broadcast_t;

static void on_posted(eio_task_t *task)
{
    posted_broadcast_t *posted = SIO__CONTAINER(task, posted_broadcast_t, task);

    if (broadcast(posted->nsp, &posted->audience->audience, posted->bundle, posted->replies))
        sio__replies_fail(posted->replies, SIO_ENOMEM);
    sio__bundle_free(posted->bundle);
    sio__namespace_unref(posted->nsp);
    sio__free(posted->audience);
    sio__free(posted);
}

/* Takes bundle and replies when it succeeds. */
static int post(sio_namespace_t *nsp, const sio__audience_t *audience, sio__bundle_t *bundle,
                sio_replies_t *replies)
{
    posted_broadcast_t *posted = sio__malloc(sizeof(*posted));
    int error = SIO_ENOMEM;

    if (!posted)
        return error;
    *posted = (posted_broadcast_t){.task.fn = on_posted, .nsp = nsp, .bundle = bundle};
    posted->replies = replies;
    sio__namespace_ref(nsp);
    posted->audience = sio__audience_copy(audience, NULL);
    if (posted->audience)
        error = sio__post(nsp->server, &posted->task);
    if (error) {
        sio__namespace_unref(nsp);
        sio__free(posted->audience);
        sio__free(posted);
    }
    return error;
}

/* -------------------------------------------------------------------------------- broadcasting */

static int start(sio_namespace_t *nsp, const sio__audience_t *audience,
                 const sio__encoder_t *encoder, sio_replies_t *replies)
{
    sio__bundle_t *bundle;
    int error;

    if (sio__on_loop(nsp->server) && nsp->server->operations_closed)
        return SIO_ESTATE;
    bundle = sio__bundle_new(encoder, audience->flags);
    if (!bundle)
        return SIO_ENOMEM;
    if (!sio__on_loop(nsp->server)) {
        error = post(nsp, audience, bundle, replies);
        if (error)
            sio__bundle_free(bundle);
        return error;
    }
    error = broadcast(nsp, audience, bundle, replies);
    sio__bundle_free(bundle);
    return error;
}

static int encode_and_start(sio_namespace_t *nsp, const sio__audience_t *audience,
                            sio_replies_t *replies, const char *name, const sio__source_t *source)
{
    sio__ack_id_t id = {true, (double)sio__replies_id(replies)};
    sio__encoder_t encoder;
    int error = nsp->family ? SIO_ENOTSUP : sio__encoder_event(&encoder, nsp, name, id);

    if (error) {
        sio__source_drop(source);
        return error;
    }
    error = sio__encoder_append(&encoder, source);
    if (!error)
        error = sio__encoder_finish(&encoder);
    if (!error)
        error = start(nsp, audience, &encoder, replies);
    sio__encoder_end(&encoder);
    return error;
}

static int broadcast_format(sio_namespace_t *nsp, const sio_socket_t *sender,
                            const sio_target_t *target, sio_replies_fn fn, void *user,
                            const char *name, const char *format, va_list *va)
{
    sio__source_t source = {.form = SIO__FROM_FORMAT, .format = format, .va = va};
    sio__audience_t audience = sio__audience_of(target, sender);
    sio_replies_t *replies = sio__replies_new(nsp, target ? target->timeout_ms : 0, fn, user);
    int error;

    if (!replies) {
        sio__source_drop(&source);
        return fn ? SIO_ENOMEM : SIO_EINVAL;
    }
    error = encode_and_start(nsp, &audience, replies, name, &source);
    if (error)
        sio__replies_free(replies);
    return error;
}

int sio_emit_to_ackv(sio_namespace_t *nsp, const sio_target_t *target, sio_replies_fn fn,
                     void *user, const char *name, const char *format, va_list args)
{
    va_list va;
    int error;

    va_copy(va, args);
    error = broadcast_format(nsp, NULL, target, fn, user, name, format, &va);
    va_end(va);
    return error;
}

int sio_emit_to_ack(sio_namespace_t *nsp, const sio_target_t *target, sio_replies_fn fn, void *user,
                    const char *name, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = broadcast_format(nsp, NULL, target, fn, user, name, format, &va);
    va_end(va);
    return error;
}

int sio_broadcast_ackv(sio_socket_t *socket, const sio_target_t *target, sio_replies_fn fn,
                       void *user, const char *name, const char *format, va_list args)
{
    va_list va;
    int error;

    va_copy(va, args);
    error = broadcast_format(socket->nsp, socket, target, fn, user, name, format, &va);
    va_end(va);
    return error;
}

int sio_broadcast_ack(sio_socket_t *socket, const sio_target_t *target, sio_replies_fn fn,
                      void *user, const char *name, const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = broadcast_format(socket->nsp, socket, target, fn, user, name, format, &va);
    va_end(va);
    return error;
}
