/* What an adapter asks of its namespace: to act on sockets here, and to tell the program what
 * happens to rooms. */
#include "socketio/host.h"
#include "socketio/incoming.h"
#include "socketio/server_side.h"
#include "socketio/socket.h"

_Static_assert((int)SIO_VOLATILE == SIO__VOLATILE && (int)SIO_LOCAL == SIO__LOCAL &&
                   (int)SIO_NO_COMPRESS == SIO__NO_COMPRESS,
               "adapters have the program's flags");
_Static_assert((int)SIO_CREATE_ROOM == SIO__CREATE_ROOM && (int)SIO_JOIN_ROOM == SIO__JOIN_ROOM &&
                   (int)SIO_LEAVE_ROOM == SIO__LEAVE_ROOM &&
                   (int)SIO_DELETE_ROOM == SIO__DELETE_ROOM,
               "adapters number the changes as the program's handlers do");

static sio_namespace_t *nsp_of(sio__adapter_host_t *host)
{
    return SIO__CONTAINER(host, sio_namespace_t, host);
}

/* NULL: it isn't connected, and left alone. */
static sio_socket_t *connected(sio__member_t *member)
{
    sio_socket_t *socket = SIO__CONTAINER(member, sio_socket_t, member);

    return sio__socket_state(socket) == SIO__CONNECTED ? socket : NULL;
}

static void host_join(sio__adapter_host_t *host, sio__member_t *member, const char *room)
{
    sio_socket_t *socket = connected(member);

    (void)host;
    if (socket)
        sio_join(socket, room);
}

static void host_leave(sio__adapter_host_t *host, sio__member_t *member, const char *room)
{
    sio_socket_t *socket = connected(member);

    (void)host;
    if (socket)
        sio_leave(socket, room);
}

static void host_disconnect(sio__adapter_host_t *host, sio__member_t *member, bool close)
{
    sio_socket_t *socket = connected(member);

    (void)host;
    if (socket)
        sio_disconnect(socket, close);
}

static void host_room_changed(sio__adapter_host_t *host, int change, const char *room,
                              const char *id)
{
    sio_namespace_t *nsp = nsp_of(host);
    sio__calling_t calling = sio__listeners_call(nsp->on_room, change, NULL, 0);
    sio__fn_t fn;
    void *user;

    while (sio__listeners_next(&calling, &fn, &user))
        ((sio_room_fn)fn)(nsp, (enum sio_room_event)change, room, id, user);
}

static void host_timer_start(sio__adapter_host_t *host, sio__timer_t *timer, uint64_t delay_ms)
{
    eio_timer_start(&nsp_of(host)->server->loop, timer, delay_ms);
}

static void host_timer_stop(sio__adapter_host_t *host, sio__timer_t *timer)
{
    eio_timer_stop(&nsp_of(host)->server->loop, timer);
}

static uint64_t host_now(const sio__adapter_host_t *host)
{
    const sio_namespace_t *nsp = SIO__CONTAINER(host, const sio_namespace_t, host);

    return eio_loop_now(&nsp->server->loop);
}

const sio__adapter_host_ops_t sio__adapter_host_ops = {
    .join = host_join,
    .leave = host_leave,
    .disconnect = host_disconnect,
    .room_changed = host_room_changed,
    .server_side_event = sio__server_side_event,
    .broadcast = sio__incoming_broadcast,
    .broadcast_with_ack = sio__incoming_broadcast_with_ack,
    .describe = sio__incoming_describe,
    .packet = sio__incoming_packet,
    .packet_free = sio__incoming_packet_free,
    .supersede = sio__incoming_supersede,
    .timer_start = host_timer_start,
    .timer_stop = host_timer_stop,
    .now = host_now,
};

int sio_on_room(sio_namespace_t *nsp, enum sio_room_event event, sio_room_fn fn, void *user)
{
    SIO__LOOP_ONLY(nsp->server);
    if (event < SIO_CREATE_ROOM || event > SIO_DELETE_ROOM)
        return SIO_EINVAL;
    return sio__listeners_add(&nsp->on_room, (int)event, NULL, (sio__fn_t)fn, user, 0);
}
