/*
 * A program with a libwebsockets server of its own, which carries a Socket.IO server on the same
 * port.
 *     embed_lws [PORT [CLIENT_DIR]]
 */
#include "site.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { DRAIN_MS = 1000 };

typedef struct program {
    uv_loop_t loop;
    uv_signal_t sigint, sigterm;
    struct lws_context *context;
    sio_server_t *io; /* NULL once it is shutting down */
} program_t;

static void on_echo(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit(socket, "echo", "E", event);
    sio_ack(event, "E", event);
}

static void on_leave(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)event;
    (void)user;
    sio_disconnect(socket, true);
}

/* The way out: Socket.IO first, while libwebsockets can still carry its last packets. */
static void on_server_gone(void *user)
{
    program_t *program = user;

    lws_context_destroy(program->context); /* begins to close; main() ends it */
    uv_close((uv_handle_t *)&program->sigint, NULL);
    uv_close((uv_handle_t *)&program->sigterm, NULL);
}

static void shut_down(program_t *program)
{
    sio_server_t *io = program->io;

    program->io = NULL;
    if (io)
        sio_shutdown(io, DRAIN_MS, on_server_gone, program);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    shut_down(handle->data);
}

static void start_signals(program_t *program)
{
    uv_signal_init(&program->loop, &program->sigint);
    uv_signal_init(&program->loop, &program->sigterm);
    program->sigint.data = program->sigterm.data = program;
    uv_signal_start(&program->sigint, on_signal, SIGINT);
    uv_signal_start(&program->sigterm, on_signal, SIGTERM);
}

static int start(program_t *program, int port)
{
    sio_namespace_t *root = sio_of(program->io, "/");
    int error;

    sio_namespace_on(root, "echo", on_echo, NULL);
    sio_namespace_on(root, "leave", on_leave, NULL);
    error = site_open(&program->context, &program->loop, port, program->io);
    if (error)
        fprintf(stderr, "can't serve port %d: %s\n", port, sio_strerror(error));
    else
        printf("listening on http://localhost:%d\n",
               lws_get_vhost_listen_port(lws_get_vhost_by_name(program->context, "default")));
    fflush(stdout);
    return error;
}

int main(int argc, char **argv)
{
    static program_t program;
    const char *client_dir = argc > 2 ? argv[2] : NULL;
    int error;

    uv_loop_init(&program.loop);
    program.io = sio_server_new(SIO_OPTIONS(.loop = &program.loop, .client_dir = client_dir));
    if (!program.io)
        return 1;
    start_signals(&program);
    error = start(&program, argc > 1 ? atoi(argv[1]) : 3000);
    if (error)
        shut_down(&program);
    uv_run(&program.loop, UV_RUN_DEFAULT);
    lws_context_destroy(program.context);
    return uv_loop_close(&program.loop) || error ? 1 : 0;
}
