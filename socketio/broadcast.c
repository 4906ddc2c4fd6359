/* Events to many: encoded once, the namespace's adapter picks the sockets, each outbox takes a
 * reference to the same bytes. */
#include "base/alloc.h"
#include "socketio/audience.h"
#include "socketio/dynamic.h"
#include "socketio/emit.h"
#include "socketio/recipients.h"
#include "socketio/recovery.h"

/* Sockets with catch-all listeners wait for the end of the adapter's walk: the program may do
 * anything there. */
typedef struct delivery {
    const sio__bundle_t *bundle;
    unsigned flags;
    sio_server_t *server;
    sio__recipients_t listening;
} delivery_t;

static void deliver(sio__member_t *member, void *user)
{
    sio_socket_t *socket = SIO__CONTAINER(member, sio_socket_t, member);
    delivery_t *delivery = user;

    if (sio__socket_state(socket) != SIO__CONNECTED)
        return;
    if (sio__listeners_has(socket->listeners, SIO__ON_ANY_OUTGOING) &&
        sio__recipients_add(&delivery->listening, socket))
        return;
    if (sio__send_bundle(socket, delivery->bundle, delivery->flags) == SIO_OK)
        delivery->server->counts.deliveries++;
}

void sio__deliver_bundle(sio_namespace_t *nsp, const sio__audience_t *audience,
                         const sio__bundle_t *bundle)
{
    delivery_t delivery = {.bundle = bundle, .flags = audience->flags, .server = nsp->server};

    nsp->adapter->ops->apply(nsp->adapter, audience, deliver, &delivery);
    sio__recipients_send(&delivery.listening, bundle, audience->flags);
}

static int broadcast_bundle(sio_namespace_t *nsp, const sio__audience_t *audience,
                            sio__bundle_t *bundle, const sio__span_t *attachments,
                            size_t attachment_count);

/* A parent's packet, with the name of each child instead of its own. Handlers for outgoing events
 * may make and end children meanwhile. */
static void broadcast_to_children(const sio_namespace_t *parent, const sio__audience_t *audience,
                                  const sio__bundle_t *bundle, const sio__span_t *attachments,
                                  size_t attachment_count)
{
    sio_namespace_t **children = sio__children_of(parent);

    for (size_t i = 0; children && children[i]; i++) {
        sio__bundle_t *renamed = sio__bundle_rename(bundle, parent->name_len, children[i]->name);

        if (renamed)
            broadcast_bundle(children[i], audience, renamed, attachments, attachment_count);
        sio__bundle_free(renamed);
    }
    if (children)
        sio__children_release(children);
}

static int broadcast_bundle(sio_namespace_t *nsp, const sio__audience_t *audience,
                            sio__bundle_t *bundle, const sio__span_t *attachments,
                            size_t attachment_count)
{
    delivery_t delivery = {.bundle = bundle, .flags = audience->flags, .server = nsp->server};
    sio__broadcast_t broadcast = {
        .attachments = attachments,
        .attachment_count = attachment_count,
        .deliver = deliver,
        .user = &delivery,
    };

    if (nsp->family) {
        broadcast_to_children(nsp, audience, bundle, attachments, attachment_count);
        return SIO_OK;
    }
    if (nsp->recovery && sio__recovery_log(nsp, audience, bundle))
        return SIO_ENOMEM;
    broadcast.text =
        (sio__span_t){(const char *)bundle->messages[0]->packet + 1, bundle->messages[0]->len - 1};
    broadcast.args = sio__bundle_args(bundle, nsp);
    nsp->server->counts.broadcasts++;
    nsp->adapter->ops->broadcast(nsp->adapter, audience, &broadcast);
    sio__recipients_send(&delivery.listening, bundle, audience->flags);
    return SIO_OK;
}

static int broadcast_now(sio_namespace_t *nsp, const sio__audience_t *audience,
                         const sio__encoder_t *encoder)
{
    sio__bundle_t *bundle = sio__bundle_new(encoder, audience->flags);
    int error;

    if (!bundle)
        return SIO_ENOMEM;
    error =
        broadcast_bundle(nsp, audience, bundle, encoder->args->bytes, encoder->args->bytes_count);
    sio__bundle_free(bundle);
    return error;
}

int sio__broadcast_bundle(sio_namespace_t *nsp, const sio__audience_t *audience,
                          sio__bundle_t *bundle)
{
    size_t count = bundle->count - 1;
    sio__span_t *attachments = count ? sio__malloc(count * sizeof(*attachments)) : NULL;
    int error;

    if (count && !attachments)
        return SIO_ENOMEM;
    for (size_t i = 0; i < count; i++)
        attachments[i] = (sio__span_t){(const char *)bundle->messages[i + 1]->packet,
                                       bundle->messages[i + 1]->len};
    error = broadcast_bundle(nsp, audience, bundle, attachments, count);
    sio__free(attachments);
    return error;
}

/* --------------------------------------------------------------------------- from other threads */

typedef struct posted_broadcast {
    eio_task_t task;
    sio_namespace_t *nsp;
    sio__bundle_t *bundle;
    sio__audience_copy_t *copy;
} posted_broadcast_t;

static void free_posted(posted_broadcast_t *posted)
{
    sio__bundle_free(posted->bundle);
    sio__free(posted->copy);
    sio__namespace_unref(posted->nsp);
    sio__free(posted);
}

static void on_posted_broadcast(eio_task_t *task)
{
    posted_broadcast_t *posted = SIO__CONTAINER(task, posted_broadcast_t, task);

    sio__packet_arrived(posted->nsp->server, posted->bundle->bytes);
    sio__broadcast_bundle(posted->nsp, &posted->copy->audience, posted->bundle);
    free_posted(posted);
}

/* Takes the bundle. */
static int post_broadcast(sio_namespace_t *nsp, const sio__audience_t *audience,
                          sio__bundle_t *bundle)
{
    posted_broadcast_t *posted = sio__calloc(1, sizeof(*posted));
    int error = SIO_ENOMEM;

    if (!posted) {
        sio__bundle_free(bundle);
        return SIO_ENOMEM;
    }
    posted->task.fn = on_posted_broadcast;
    posted->nsp = nsp;
    sio__namespace_ref(nsp);
    posted->copy = sio__audience_copy(audience, NULL);
    posted->bundle = bundle;
    if (posted->copy)
        error = sio__post_packet(nsp->server, &posted->task, bundle->bytes);
    if (error)
        free_posted(posted);
    return error;
}

int sio__broadcast_anywhere(sio_namespace_t *nsp, const sio__audience_t *audience,
                            sio__bundle_t *bundle)
{
    int error;

    if (!sio__on_loop(nsp->server))
        return post_broadcast(nsp, audience, bundle);
    error = sio__broadcast_bundle(nsp, audience, bundle);
    sio__bundle_free(bundle);
    return error;
}

static int encode_and_post(sio_namespace_t *nsp, const sio__audience_t *audience,
                           const sio__encoder_t *encoder)
{
    sio__bundle_t *bundle = sio__bundle_new(encoder, audience->flags);

    return bundle ? post_broadcast(nsp, audience, bundle) : SIO_ENOMEM;
}

/* -------------------------------------------------------------------------------- broadcasting */

static sio__audience_t audience_of(const sio_target_t *target, const sio_socket_t *sender)
{
    sio__audience_t audience = {.except_id = sender ? sender->id : NULL};

    if (target) {
        audience.rooms = target->to;
        audience.except = target->except;
        audience.flags = target->flags;
    }
    return audience;
}

static int broadcast_source(sio_namespace_t *nsp, const sio_socket_t *sender,
                            const sio_target_t *target, const char *name,
                            const sio__source_t *source)
{
    sio__audience_t audience = audience_of(target, sender);
    sio__encoder_t encoder;
    int error = sio__encoder_event(&encoder, nsp, name, SIO__NO_ACK);

    if (error) {
        sio__source_drop(source);
        return error;
    }
    error = sio__encoder_append(&encoder, source);
    if (!error)
        error = sio__encoder_finish(&encoder);
    if (!error)
        error = sio__on_loop(nsp->server) ? broadcast_now(nsp, &audience, &encoder)
                                          : encode_and_post(nsp, &audience, &encoder);
    sio__encoder_end(&encoder);
    return error;
}

static int broadcast_format(sio_namespace_t *nsp, const sio_socket_t *sender,
                            const sio_target_t *target, const char *name, const char *format,
                            va_list *va)
{
    return broadcast_source(nsp, sender, target, name,
                            &(sio__source_t){.form = SIO__FROM_FORMAT, .format = format, .va = va});
}

int sio_emit_tov(sio_namespace_t *nsp, const sio_target_t *target, const char *name,
                 const char *format, va_list args)
{
    va_list va;
    int error;

    va_copy(va, args);
    error = broadcast_format(nsp, NULL, target, name, format, &va);
    va_end(va);
    return error;
}

int sio_emit_to(sio_namespace_t *nsp, const sio_target_t *target, const char *name,
                const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = broadcast_format(nsp, NULL, target, name, format, &va);
    va_end(va);
    return error;
}

int sio_emit_to_json(sio_namespace_t *nsp, const sio_target_t *target, const char *name,
                     const json_t *args)
{
    return broadcast_source(nsp, NULL, target, name,
                            &(sio__source_t){.form = SIO__FROM_JSON, .json = args});
}

int sio_emit_to_text(sio_namespace_t *nsp, const sio_target_t *target, const char *name,
                     const char *args, size_t len)
{
    return broadcast_source(nsp, NULL, target, name,
                            &(sio__source_t){.form = SIO__FROM_TEXT, .format = args, .len = len});
}

int sio_broadcastv(sio_socket_t *socket, const sio_target_t *target, const char *name,
                   const char *format, va_list args)
{
    va_list va;
    int error;

    va_copy(va, args);
    error = broadcast_format(socket->nsp, socket, target, name, format, &va);
    va_end(va);
    return error;
}

int sio_broadcast(sio_socket_t *socket, const sio_target_t *target, const char *name,
                  const char *format, ...)
{
    va_list va;
    int error;

    va_start(va, format);
    error = broadcast_format(socket->nsp, socket, target, name, format, &va);
    va_end(va);
    return error;
}

int sio_broadcast_json(sio_socket_t *socket, const sio_target_t *target, const char *name,
                       const json_t *args)
{
    return broadcast_source(socket->nsp, socket, target, name,
                            &(sio__source_t){.form = SIO__FROM_JSON, .json = args});
}

int sio_broadcast_text(sio_socket_t *socket, const sio_target_t *target, const char *name,
                       const char *args, size_t len)
{
    return broadcast_source(socket->nsp, socket, target, name,
                            &(sio__source_t){.form = SIO__FROM_TEXT, .format = args, .len = len});
}
