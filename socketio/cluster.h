/*
 * The part of socketio.h that is about many servers and many sockets at once; programs include that one. The words are the same.
 */
#ifndef SOCKETIO_CLUSTER_H
#define SOCKETIO_CLUSTER_H

#include <socketio/socketio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------ the acknowledgements of many */

/*
 * What came back from many: status SIO_OK when all have answered, SIO_ETIMEDOUT when some haven't in time (a client that has gone
 * doesn't answer), SIO_ESTATE when the server was shut down first; in any case with the replies so far, borrowed. Called exactly once
 * for every call that returned 0, always later than that call.
 */
typedef void (*sio_replies_fn)(int status, const sio_replies_t *replies, void *user);

/* How many have answered, and how many were asked. */
SIO_API size_t sio_replies_count(const sio_replies_t *replies);
SIO_API size_t sio_replies_expected(const sio_replies_t *replies);

/* The first argument of a reply, in the order of their coming; borrowed. NULL: it had none, or there are fewer replies. */
SIO_API const sio_value_t *sio_replies_get(const sio_replies_t *replies, size_t index);

/*
 * Sends an event to many and collects the acknowledgements of all of them for at most target->timeout_ms. With nobody to receive it, it
 * ends at once with SIO_OK and no replies. More errors: SIO_ENOTSUP for a parent namespace. Any thread; the replies come on the loop
 * thread. upstream: io.to(...).timeout(ms).emit(name, ...args, callback), emitWithAck()
 */
SIO_API int sio_emit_to_ack(sio_namespace_t *nsp, const sio_target_t *target, sio_replies_fn fn, void *user, const char *name,
                            const char *format, ...);
SIO_API int sio_emit_to_ackv(sio_namespace_t *nsp, const sio_target_t *target, sio_replies_fn fn, void *user,
                             const char *name, const char *format, va_list args);

/* The same without the socket itself. Any thread. upstream: socket.broadcast.timeout(ms).emit(name, ...args, callback) */
SIO_API int sio_broadcast_ack(sio_socket_t *socket, const sio_target_t *target, sio_replies_fn fn, void *user, const char *name,
                              const char *format, ...);
SIO_API int sio_broadcast_ackv(sio_socket_t *socket, const sio_target_t *target, sio_replies_fn fn, void *user,
                               const char *name, const char *format, va_list args);

/* -------------------------------------------------------------------------------- sockets of all servers
 *
 * These concern the sockets of a namespace that the target names (NULL: all), on whichever server of the cluster they are connected; with
 * SIO_LOCAL, on this one. What one socket leaves out of its own broadcasts is written .except = SIO_LIST(sio_id(socket)).
 */

/* All of them join, or leave, a list of rooms. Any thread. upstream: socketsJoin(), socketsLeave() */
SIO_API int sio_sockets_join(sio_namespace_t *nsp, const sio_target_t *target, const char *const *rooms);
SIO_API int sio_sockets_leave(sio_namespace_t *nsp, const sio_target_t *target, const char *const *rooms);

/* All of them are disconnected, as by sio_disconnect(). Any thread. upstream: disconnectSockets(close) */
SIO_API int sio_disconnect_sockets(sio_namespace_t *nsp, const sio_target_t *target, bool close);

/*
 * The sockets that were asked for, an array borrowed until the callback returns; sio_remote_ref() keeps one longer. Status SIO_OK, or
 * with those there are: SIO_ETIMEDOUT (a server hasn't answered), SIO_ENOMEM, SIO_ESTATE (the server was shut down first).
 */
typedef void (*sio_fetch_fn)(int status, sio_remote_t *const *sockets, size_t count, void *user);

/*
 * Calls fn exactly once if it returns 0, always later than this call. Errors: SIO_ENOTSUP for a parent namespace. Any thread; the
 * callback comes on the loop thread. upstream: fetchSockets(), allSockets()
 */
SIO_API int sio_fetch_sockets(sio_namespace_t *nsp, const sio_target_t *target, sio_fetch_fn fn, void *user);

/*
 * Within a sio_fetch_fn or sio_rooms_fn of that namespace: how many other servers have not answered in time, at least one of them if they
 * can't even be counted. 0: all have. upstream: an error without what did come
 */
SIO_API size_t sio_servers_missing(const sio_namespace_t *nsp);

/* Names of rooms, each once, in no order; borrowed. The status as above. */
typedef void (*sio_rooms_fn)(int status, const char *const *rooms, size_t count, void *user);

/*
 * The rooms of all servers (with SIO_LOCAL in flags: of this one), those of sockets' ids included. Calls fn exactly once if it returns 0,
 * always later. Errors: SIO_ENOTSUP (a parent namespace, or an adapter that doesn't know), SIO_ESTATE, SIO_ENOMEM. upstream:
 * adapter.allRooms()
 */
SIO_API int sio_all_rooms(sio_namespace_t *nsp, unsigned flags, sio_rooms_fn fn, void *user);

/* One more reference; what is told of a socket elsewhere stays as it was when fetched. Any thread. */
SIO_API sio_remote_t *sio_remote_ref(sio_remote_t *remote);

/* Gives a reference back. NULL is allowed. Any thread. */
SIO_API void sio_remote_unref(sio_remote_t *remote);

/* Borrowed. Any thread. upstream: id */
SIO_API const char *sio_remote_id(const sio_remote_t *remote);

/* The socket itself if it connected to this server, borrowed, else NULL. Any thread. */
SIO_API sio_socket_t *sio_remote_socket(const sio_remote_t *remote);

/* As sio_handshake() and sio_data() say; borrowed, NULL when out of memory or not told. upstream: handshake, data */
SIO_API json_t *sio_remote_handshake(sio_remote_t *remote);
SIO_API json_t *sio_remote_data(sio_remote_t *remote);

/* Calls fn for each room it is in. upstream: rooms */
SIO_API void sio_remote_rooms(const sio_remote_t *remote, void (*fn)(const char *room, void *user), void *user);

/* Sends it an event. SIO_EDISCONNECTED is given only for a socket of this server. Any thread. upstream: emit(name, ...args) */
SIO_API int sio_remote_emit(sio_remote_t *remote, const char *name, const char *format, ...);
SIO_API int sio_remote_emitv(sio_remote_t *remote, const char *name, const char *format, va_list args);
SIO_API int sio_remote_emit_json(sio_remote_t *remote, unsigned flags, const char *name, const json_t *args);

/*
 * With acknowledgement: sio_emit_ack() for a socket of this server. From another one comes the first argument of the reply at most, and 0
 * for timeout_ms means options.ack_timeout_ms. Any thread. upstream: timeout(ms).emit(name, ...args, callback)
 */
SIO_API int sio_remote_emit_ack(sio_remote_t *remote, unsigned timeout_ms, sio_reply_fn fn, void *user, const char *name,
                                const char *format, ...);
SIO_API int sio_remote_emit_ackv(sio_remote_t *remote, unsigned timeout_ms, sio_reply_fn fn, void *user, const char *name,
                                 const char *format, va_list args);

/* Any thread. upstream: join(), leave(), disconnect(close) */
SIO_API int sio_remote_join(sio_remote_t *remote, const char *room);
SIO_API int sio_remote_leave(sio_remote_t *remote, const char *room);
SIO_API int sio_remote_disconnect(sio_remote_t *remote, bool close);

/*
 * Sends an event to the other servers of the cluster, where the handlers of sio_on_server_side() get it. Without a cluster it reaches
 * nobody, and the log says so. Errors: SIO_ERESERVED (connect, connection, new_namespace), SIO_EFORMAT, SIO_ENOMEM. Any thread.
 * upstream: serverSideEmit(name, ...args)
 */
SIO_API int sio_server_side_emit(sio_namespace_t *nsp, const char *name, const char *format, ...);
SIO_API int sio_server_side_emitv(sio_namespace_t *nsp, const char *name, const char *format, va_list args);

/* The same, collecting an answer of each for at most timeout_ms (0: options.ack_timeout_ms). Any thread. upstream: serverSideEmitWithAck() */
SIO_API int sio_server_side_emit_ack(sio_namespace_t *nsp, unsigned timeout_ms, sio_replies_fn fn, void *user, const char *name,
                                     const char *format, ...);
SIO_API int sio_server_side_emit_ackv(sio_namespace_t *nsp, unsigned timeout_ms, sio_replies_fn fn, void *user,
                                      const char *name, const char *format, va_list args);

/* The event has no socket; sio_ack() answers the server that sent it, if it asked for that. */
typedef void (*sio_server_side_fn)(sio_namespace_t *nsp, sio_event_t *event, void *user);

/* Calls fn for each event of that name from another server. SIO_ERESERVED as above. upstream: nsp.on(name) */
SIO_API int sio_on_server_side(sio_namespace_t *nsp, const char *name, sio_server_side_fn fn, void *user);

enum sio_room_event {
    SIO_CREATE_ROOM = 1, /* "create-room": before its first socket joins */
    SIO_JOIN_ROOM,       /* "join-room" */
    SIO_LEAVE_ROOM,      /* "leave-room" */
    SIO_DELETE_ROOM      /* "delete-room": after its last socket has left */
};

/* `id` is the socket's, NULL for SIO_CREATE_ROOM and SIO_DELETE_ROOM. Texts are borrowed. */
typedef void (*sio_room_fn)(sio_namespace_t *nsp, enum sio_room_event event, const char *room, const char *id, void *user);

/*
 * Rooms of this server come and go, the room of each socket's id included: that one when the socket connects, before the connection
 * handlers, and when it disconnects, between the disconnecting and the disconnect handlers. upstream: nsp.adapter.on("create-room")...
 */
SIO_API int sio_on_room(sio_namespace_t *nsp, enum sio_room_event event, sio_room_fn fn, void *user);

#ifdef __cplusplus
}
#endif

#endif
