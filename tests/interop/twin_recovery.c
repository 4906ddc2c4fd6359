/* Connection state recovery: lib/application_recovery.mjs again. */
#include "tests/interop/twin.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

static void on_recovered(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_ack(event, "b", sio_recovered(socket));
}

static void say_last_words(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)why;
    sio_emit(socket, "last words", "s", (const char *)user);
}

static void on_emit_when_gone(sio_socket_t *socket, sio_event_t *event, void *user)
{
    static char disconnecting[] = "disconnecting", disconnect[] = "disconnect";

    (void)user;
    sio_on_disconnecting(socket, say_last_words, disconnecting);
    sio_on_disconnect(socket, say_last_words, disconnect);
    sio_ack(event, "");
}

struct emission {
    sio_socket_t *socket;
    char when[16];
};

static void emit_on_thread(void *arg)
{
    struct emission *emission = arg;
    sio_socket_t *socket = emission->socket;
    const char *when = emission->when;

    sio_emit(socket, "threaded", "sB", when, "\x01\x02", (size_t)2);
    sio_emit_flags(socket, SIO_VOLATILE, "threaded", "s", "volatile");
    sio_emit_to(sio_socket_namespace(socket), SIO_TARGET(.to = SIO_LIST(sio_id(socket))),
                "threaded", "s", when);
    twin_report(twin_of(socket), "s", "emitted");
}

static void emit_from_thread(sio_socket_t *socket, const char *when)
{
    struct emission emission = {.socket = socket};
    uv_thread_t thread;

    snprintf(emission.when, sizeof(emission.when), "%s", when);
    if (uv_thread_create(&thread, emit_on_thread, &emission) == 0)
        uv_thread_join(&thread);
}

static void on_gone(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)why;
    (void)user;
    emit_from_thread(socket, "when gone");
}

static void on_emit_from_thread(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *when;

    (void)user;
    if (sio_unpack(event, "s", &when) != SIO_OK)
        return;
    if (strcmp(when, "now") == 0)
        emit_from_thread(socket, when);
    else
        sio_on_disconnect(socket, on_gone, NULL);
    sio_ack(event, "");
}

static void on_kept(sio_socket_t *socket, sio_event_t *event, void *user)
{
    sio_stats_t stats = {.size = sizeof(stats)};

    (void)user;
    sio_stats(sio_socket_server(socket), &stats);
    sio_ack(event, "II", (json_int_t)stats.recovery_sessions, (json_int_t)stats.recovery_packets);
}

void twin_install_recovery_events(sio_namespace_t *nsp)
{
    sio_namespace_on(nsp, "recovered", on_recovered, NULL);
    sio_namespace_on(nsp, "emit from a thread", on_emit_from_thread, NULL);
    sio_namespace_on(nsp, "emit when gone", on_emit_when_gone, NULL);
}

void twin_install_recovery_control(sio_namespace_t *control)
{
    sio_namespace_on(control, "kept", on_kept, NULL);
}
