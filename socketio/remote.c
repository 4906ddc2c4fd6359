/*
 * A socket connected here is a reference to it, and calls go straight there; one of another server
 * is what that server told, and calls go to the room of its id.
 */
#include "socketio/remote.h"

#include "base/alloc.h"
#include "socketio/replies.h"

#include <string.h>

struct sio_remote {
    atomic_uint refs;
    sio_namespace_t *nsp; /* a reference, with its server's */
    sio_socket_t *socket; /* a reference; NULL: of another server */
    json_t *description;  /* of another server's */
    json_t *handshake;    /* made on first use */
    const char *id;
    const char *to[2]; /* its target: the room of its id */
};

/* ---------------------------------------------------------------------------------------- life */

static sio_remote_t *new_remote(sio_namespace_t *nsp, const char *id)
{
    sio_remote_t *remote = sio__calloc(1, sizeof(*remote));

    if (!remote)
        return NULL;
    atomic_init(&remote->refs, 1);
    remote->nsp = sio_namespace_ref(nsp);
    remote->id = remote->to[0] = id;
    return remote;
}

sio_remote_t *sio__remote_of_socket(sio_socket_t *socket)
{
    sio_remote_t *remote = new_remote(socket->nsp, socket->id);

    if (remote)
        remote->socket = sio_socket_ref(socket);
    return remote;
}

sio_remote_t *sio__remote_of_description(sio_namespace_t *nsp, json_t *description)
{
    const char *id = json_string_value(json_object_get(description, "id"));
    sio_remote_t *remote = id ? new_remote(nsp, id) : NULL;

    if (remote) {
        remote->description = json_incref(description);
        remote->handshake = json_incref(json_object_get(description, "handshake"));
    }
    return remote;
}

sio_remote_t *sio_remote_ref(sio_remote_t *remote)
{
    atomic_fetch_add_explicit(&remote->refs, 1, memory_order_relaxed);
    return remote;
}

void sio_remote_unref(sio_remote_t *remote)
{
    if (!remote || atomic_fetch_sub_explicit(&remote->refs, 1, memory_order_acq_rel) != 1)
        return;
    json_decref(remote->handshake);
    json_decref(remote->description);
    sio_socket_unref(remote->socket);
    sio_namespace_unref(remote->nsp);
    sio__free(remote);
}

/* ------------------------------------------------------------------------------ what it is */

const char *sio_remote_id(const sio_remote_t *remote)
{
    return remote->id;
}

sio_socket_t *sio_remote_socket(const sio_remote_t *remote)
{
    return remote->socket;
}

json_t *sio_remote_handshake(sio_remote_t *remote)
{
    if (!remote->handshake && remote->socket)
        remote->handshake = sio_handshake(remote->socket);
    return remote->handshake;
}

json_t *sio_remote_data(sio_remote_t *remote)
{
    return remote->socket ? sio_data(remote->socket) : json_object_get(remote->description, "data");
}

void sio_remote_rooms(const sio_remote_t *remote, void (*fn)(const char *room, void *user),
                      void *user)
{
    const json_t *rooms = json_object_get(remote->description, "rooms");
    size_t index;
    json_t *room;

    if (remote->socket)
        sio_rooms(remote->socket, fn, user);
    json_array_foreach(rooms, index, room)
    {
        if (json_is_string(room))
            fn(json_string_value(room), user);
    }
}

/* ------------------------------------------------------------------------------ emitting */

int sio_remote_emitv(sio_remote_t *remote, const char *name, const char *format, va_list args)
{
    if (remote->socket)
        return sio_emitv(remote->socket, name, format, args);
    return sio_emit_tov(remote->nsp, SIO_TARGET(.to = remote->to), name, format, args);
}

int sio_remote_emit(sio_remote_t *remote, const char *name, const char *format, ...)
{
    va_list args;
    int error;

    va_start(args, format);
    error = sio_remote_emitv(remote, name, format, args);
    va_end(args);
    return error;
}

int sio_remote_emit_json(sio_remote_t *remote, unsigned flags, const char *name, const json_t *args)
{
    if (remote->socket)
        return sio_emit_json(remote->socket, flags, name, args);
    return sio_emit_to_json(remote->nsp, SIO_TARGET(.to = remote->to, .flags = flags), name, args);
}

/* ------------------------------------------------------------------------ with acknowledgement */

typedef struct single {
    sio_reply_fn fn;
    void *user;
} single_t;

static void on_replies(int status, const sio_replies_t *replies, void *user)
{
    single_t *single = user;
    const sio_event_t *reply = status == SIO_OK ? sio__replies_event(replies, 0) : NULL;

    if (status == SIO_OK && !reply)
        status = SIO_EDISCONNECTED;
    single->fn(status, reply, single->user);
    sio__free(single);
}

int sio_remote_emit_ackv(sio_remote_t *remote, unsigned timeout_ms, sio_reply_fn fn, void *user,
                         const char *name, const char *format, va_list args)
{
    single_t *single;
    int error;

    if (!fn)
        return SIO_EINVAL;
    if (remote->socket)
        return sio_emit_ackv(remote->socket, timeout_ms, fn, user, name, format, args);
    single = sio__malloc(sizeof(*single));
    if (!single)
        return SIO_ENOMEM;
    *single = (single_t){fn, user};
    error = sio_emit_to_ackv(remote->nsp, SIO_TARGET(.to = remote->to, .timeout_ms = timeout_ms),
                             on_replies, single, name, format, args);
    if (error)
        sio__free(single);
    return error;
}

int sio_remote_emit_ack(sio_remote_t *remote, unsigned timeout_ms, sio_reply_fn fn, void *user,
                        const char *name, const char *format, ...)
{
    va_list args;
    int error;

    va_start(args, format);
    error = sio_remote_emit_ackv(remote, timeout_ms, fn, user, name, format, args);
    va_end(args);
    return error;
}

/* ------------------------------------------------------------------------ rooms, leaving */

int sio_remote_join(sio_remote_t *remote, const char *room)
{
    if (remote->socket)
        return sio_join(remote->socket, room);
    if (!room)
        return SIO_EINVAL;
    return sio_sockets_join(remote->nsp, SIO_TARGET(.to = remote->to), SIO_LIST(room));
}

int sio_remote_leave(sio_remote_t *remote, const char *room)
{
    if (remote->socket)
        return sio_leave(remote->socket, room);
    if (!room)
        return SIO_EINVAL;
    return sio_sockets_leave(remote->nsp, SIO_TARGET(.to = remote->to), SIO_LIST(room));
}

int sio_remote_disconnect(sio_remote_t *remote, bool close)
{
    if (remote->socket)
        return sio_disconnect(remote->socket, close);
    return sio_disconnect_sockets(remote->nsp, SIO_TARGET(.to = remote->to), close);
}
