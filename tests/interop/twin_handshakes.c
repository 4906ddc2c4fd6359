/* Handshakes that wait for the program, and how many clients there are. */
#include "tests/interop/twin.h"

#include <string.h>

static void hold(struct twin *app, sio_next_t *next)
{
    if (app->handshakes_count == TWIN_HELD_MAX) {
        sio_next_error(next, "too many held", NULL);
        return;
    }
    app->handshakes[app->handshakes_count++] = next;
    twin_report(app, "s", "handshake held");
}

static void refuse(sio_next_t *next, const char *message)
{
    sio_next_error(next, *message == '\0' ? NULL : message, NULL);
}

static void allow_request(sio_request_t *request, sio_next_t *next, void *user)
{
    const char *refusal = sio_request_query(request, "refuse");

    if (sio_request_query(request, "hold") != NULL)
        hold(user, next);
    else if (refusal != NULL)
        refuse(next, refusal);
    else
        sio_next_ok(next);
}

static void on_answer(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    const char *message = json_string_value(twin_arg(event, 0));

    (void)socket;
    if (app->handshakes_count == 0)
        return;
    sio_next_t *next = app->handshakes[0];
    memmove(app->handshakes, app->handshakes + 1, --app->handshakes_count * sizeof(next));
    if (message == NULL)
        sio_next_ok(next);
    else
        refuse(next, message);
}

static void on_clients(sio_socket_t *socket, sio_event_t *event, void *user)
{
    sio_stats_t stats = {.size = sizeof(stats)};

    (void)user;
    sio_stats(sio_socket_server(socket), &stats);
    sio_ack(event, "I", (json_int_t)stats.sessions);
}

void twin_install_handshakes(struct twin *app)
{
    if (app->hooks)
        sio_allow_request(app->io, allow_request, app);
    sio_namespace_on(app->control, "answer handshake", on_answer, app);
    sio_namespace_on(app->control, "clients", on_clients, app);
}
