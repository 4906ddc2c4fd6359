/* The server of the README. */
#include <socketio/socketio.h>

/* socket.on("say", (what, callback) => ...) */
static void on_say(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit(socket, "said", "V", sio_event_arg(event, 0)); /* socket.emit("said", what) */
    sio_ack(event, "{s:b}", "ok", 1);                       /* callback({ ok: true }) */
}

/* io.on("connection", (socket) => ...) */
static void on_connection(sio_socket_t *socket, void *user)
{
    (void)user;
    sio_join(socket, "lobby"); /* socket.to("lobby").emit("joined", socket.id) */
    sio_broadcast(socket, SIO_TARGET(.to = SIO_LIST("lobby")), "joined", "s", sio_id(socket));
}

int main(void)
{
    sio_server_t *io = sio_server_new(SIO_OPTIONS(.cors_origin = "*", .quiet_libwebsockets = true));
    sio_namespace_t *root = io ? sio_of(io, "/") : NULL;

    if (!root || sio_on_connection(root, on_connection, NULL))
        return 1;
    if (sio_namespace_on(root, "say", on_say, NULL) || sio_shutdown_on_signals(io))
        return 1;
    if (sio_listen(io, NULL, 3000))
        return 1;
    return sio_run(io);
}
