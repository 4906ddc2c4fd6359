/* Connection state recovery: lib/application_recovery.mjs again. */
#include "tests/interop/twin.h"

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
    sio_namespace_on(nsp, "emit when gone", on_emit_when_gone, NULL);
}

void twin_install_recovery_control(sio_namespace_t *control)
{
    sio_namespace_on(control, "kept", on_kept, NULL);
}
