/* The server of the README: what a client says, it hears back; what it asks, it is told; what it
 * shouts, all the others hear. */
#include <socketio/socketio.h>

#include <stdio.h>

static void on_say(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit(socket, "said", "V", sio_event_arg(event, 0)); /* socket.emit("said", what) */
    sio_ack(event, "{s:b}", "ok", 1);                       /* callback({ ok: true }) */
}

static void on_shout(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_broadcast(socket, NULL, "shouted", "sV", sio_id(socket), sio_event_arg(event, 0));
}

static void on_connection(sio_socket_t *socket, void *user)
{
    (void)user;
    printf("%s is here, from %s\n", sio_id(socket), sio_handshake_address(socket));
    sio_on(socket, "say", on_say, NULL);
    sio_on(socket, "shout", on_shout, NULL);
}

int main(void)
{
    sio_server_t *io = sio_server_new(SIO_OPTIONS(.cors_origin = "*"));

    if (!io)
        return 1;
    sio_on_connection(sio_of(io, "/"), on_connection, NULL);
    sio_shutdown_on_signals(io);
    if (sio_listen(io, NULL, 3000) != SIO_OK)
        return 1;
    return sio_run(io);
}
