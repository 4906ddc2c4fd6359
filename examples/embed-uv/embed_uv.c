/*
 * A program with a libuv loop and work of its own (here: a timer), and a Socket.IO server on the
 * same loop. embed_uv [PORT]
 */
#include <socketio/socketio.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { TICK_MS = 250, DRAIN_MS = 1000 };

typedef struct program {
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t sigint, sigterm;
    sio_server_t *io; /* NULL once it is shutting down */
    int ticks;
} program_t;

/* The program's own work reaches the clients: everything runs on one thread, so that nothing needs
 * a lock. */
static void on_tick(uv_timer_t *timer)
{
    program_t *program = timer->data;

    sio_emit_to(sio_of(program->io, "/"), NULL, "tick", "i", ++program->ticks);
}

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

/* The server has gone and its memory with it: without handles of ours, uv_run() returns. */
static void on_server_gone(void *user)
{
    program_t *program = user;

    uv_close((uv_handle_t *)&program->sigint, NULL);
    uv_close((uv_handle_t *)&program->sigterm, NULL);
}

static void shut_down(program_t *program)
{
    sio_server_t *io = program->io;

    if (!io)
        return;
    program->io = NULL;
    uv_close((uv_handle_t *)&program->timer, NULL); /* it uses the server */
    sio_shutdown(io, DRAIN_MS, on_server_gone, program);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    shut_down(handle->data);
}

static void start_own_work(program_t *program)
{
    uv_timer_init(&program->loop, &program->timer);
    uv_signal_init(&program->loop, &program->sigint);
    uv_signal_init(&program->loop, &program->sigterm);
    program->timer.data = program->sigint.data = program->sigterm.data = program;
    uv_timer_start(&program->timer, on_tick, TICK_MS, TICK_MS);
    uv_signal_start(&program->sigint, on_signal, SIGINT);
    uv_signal_start(&program->sigterm, on_signal, SIGTERM);
}

static int start_server(program_t *program, int port)
{
    sio_namespace_t *root;
    int error;

    program->io = sio_server_new(SIO_OPTIONS(.loop = &program->loop));
    if (!program->io)
        return -1;
    root = sio_of(program->io, "/");
    sio_namespace_on(root, "echo", on_echo, NULL);
    sio_namespace_on(root, "leave", on_leave, NULL);
    error = sio_listen(program->io, NULL, port);
    if (error)
        fprintf(stderr, "can't listen on port %d: %s\n", port, sio_strerror(error));
    return error;
}

int main(int argc, char **argv)
{
    static program_t program;
    int error;

    uv_loop_init(&program.loop);
    error = start_server(&program, argc > 1 ? atoi(argv[1]) : 3000);
    if (!program.io)
        return 1;
    start_own_work(&program);
    if (error)
        shut_down(&program);
    else
        printf("listening on http://localhost:%d\n", sio_port(program.io));
    fflush(stdout);
    uv_run(&program.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&program.loop) || error ? 1 : 0;
}
