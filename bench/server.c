/* The measured program, written with the public API as any user would: see bench/README.md for what
 * it answers. bench/peers/node.js is the same for Node.js. */
#include <socketio/socketio.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* socket.emit("echo", x) */
static void on_echo(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit(socket, "echo", "V", sio_event_arg(event, 0));
}

/* callback(x) */
static void on_ack(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)socket;
    (void)user;
    sio_ack(event, "V", sio_event_arg(event, 0));
}

/* socket.emit("bin", bytes) */
static void on_bin(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit(socket, "bin", "V", sio_event_arg(event, 0));
}

/* io.to("all").emit("bcast", x) */
static void on_bcast(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit_to(sio_socket_namespace(socket), SIO_TARGET(.to = SIO_LIST("all")), "bcast", "V",
                sio_event_arg(event, 0));
}

/* socket.join(room); callback() */
static void on_join(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *room;

    (void)user;
    if (sio_unpack(event, "s", &room) == SIO_OK)
        sio_join(socket, room);
    sio_ack(event, NULL);
}

/* io.to(room).emit("relay", x) */
static void on_relay(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *room;

    (void)user;
    if (sio_unpack(event, "s", &room) == SIO_OK)
        sio_emit_to(sio_socket_namespace(socket), SIO_TARGET(.to = SIO_LIST(room)), "relay", "V",
                    sio_event_arg(event, 1));
}

static void on_connection(sio_socket_t *socket, void *user)
{
    (void)user;
    sio_join(socket, "all");
}

static sio_server_t *make_server(void)
{
    sio_server_t *io = sio_server_new(SIO_OPTIONS());
    sio_namespace_t *nsp;

    if (io == NULL)
        exit(1);
    nsp = sio_of(io, "/");
    sio_on_connection(nsp, on_connection, NULL);
    sio_namespace_on(nsp, "echo", on_echo, NULL);
    sio_namespace_on(nsp, "ack", on_ack, NULL);
    sio_namespace_on(nsp, "bin", on_bin, NULL);
    sio_namespace_on(nsp, "bcast", on_bcast, NULL);
    sio_namespace_on(nsp, "join", on_join, NULL);
    sio_namespace_on(nsp, "relay", on_relay, NULL);
    return io;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"host", required_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *host = "127.0.0.1";
    int letter, port = 3000, error;
    sio_server_t *io;

    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (letter == 'p')
            port = atoi(optarg);
        else if (letter == 'h')
            host = optarg;
        else
            return 2;
    }
    io = make_server();
    error = sio_listen(io, host, port);
    if (error != SIO_OK) {
        fprintf(stderr, "server: %s\n", sio_strerror(error));
        return 1;
    }
    sio_shutdown_on_signals(io);
    printf("listening on %d\n", sio_port(io));
    fflush(stdout);
    return sio_run(io);
}
