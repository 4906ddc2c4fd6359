/* Listeners that clients ask for: by name, once, catch-all, and the socket's own middleware. */
#include "tests/interop/twin.h"

#include <string.h>

static void report_event(sio_socket_t *socket, sio_event_t *event, const char *kind)
{
    const char *name = sio_event_name(event);
    struct twin_values values = twin_values(name == NULL ? "ss" : "sss", event, 0);

    if (name == NULL)
        twin_report(twin_of(socket), values.format, kind, sio_id(socket), TWIN_VALUES(values));
    else
        twin_report(twin_of(socket), values.format, kind, sio_id(socket), name,
                    TWIN_VALUES(values));
}

static void report_incoming(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    report_event(socket, event, "incoming");
}

static void report_outgoing(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    report_event(socket, event, "outgoing");
}

static void on_any_on(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_on_any(socket, report_incoming, NULL);
    sio_ack(event, "");
}

static void on_any_off(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_off_any(socket, report_incoming, NULL);
    sio_ack(event, "");
}

static void on_outgoing_on(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_on_any_outgoing(socket, report_outgoing, NULL);
    sio_ack(event, "");
}

static void on_outgoing_off(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_off_any_outgoing(socket, report_outgoing, NULL);
    sio_ack(event, "");
}

/* --------------------------------------------------------------------------------------------- by
 * name */

static void heard(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 0);

    (void)user;
    sio_emit(socket, "heard", values.format, TWIN_VALUES(values));
}

static void on_on(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *name;

    (void)user;
    if (sio_unpack(event, "s", &name) == SIO_OK)
        sio_on(socket, name, heard, NULL);
    sio_ack(event, "");
}

static void on_once(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *name;

    (void)user;
    if (sio_unpack(event, "s", &name) == SIO_OK)
        sio_once(socket, name, heard, NULL);
    sio_ack(event, "");
}

static void on_off(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *name;

    (void)user;
    if (sio_unpack(event, "s", &name) == SIO_OK)
        sio_off(socket, name, heard, NULL);
    sio_ack(event, "");
}

/* ----------------------------------------------------------------------------------------------
 * middleware */

static void release_held_event(struct twin_socket *state)
{
    sio_next_t *next = state->held_event;

    state->held_event = NULL;
    if (next != NULL)
        sio_next_ok(next);
}

/* Refuses "forbidden", keeps "held" until "release held" passes, lets everything else through. */
static void guard(sio_socket_t *socket, const sio_event_t *event, sio_next_t *next, void *user)
{
    struct twin_socket *state = sio_user(socket);
    const char *name = sio_event_name(event);

    (void)user;
    if (name != NULL && strcmp(name, "forbidden") == 0) {
        sio_next_error(next, "forbidden event", NULL);
    } else if (name != NULL && strcmp(name, "held") == 0) {
        release_held_event(state);
        state->held_event = next;
        twin_report(twin_of(socket), "ss", "event held", sio_id(socket));
    } else {
        sio_next_ok(next);
        if (name != NULL && strcmp(name, "release held") == 0)
            release_held_event(state);
    }
}

static void on_use(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_socket_use(socket, guard, NULL);
    sio_ack(event, "");
}

static void on_count(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *name;

    (void)user;
    if (sio_unpack(event, "s", &name) == SIO_OK)
        sio_ack(event, "iii", (int)sio_count(socket, name), (int)sio_count_any(socket),
                (int)sio_count_any_outgoing(socket));
}

void twin_install_listener_events(sio_namespace_t *nsp)
{
    sio_namespace_on(nsp, "any on", on_any_on, NULL);
    sio_namespace_on(nsp, "any off", on_any_off, NULL);
    sio_namespace_on(nsp, "outgoing on", on_outgoing_on, NULL);
    sio_namespace_on(nsp, "outgoing off", on_outgoing_off, NULL);
    sio_namespace_on(nsp, "on", on_on, NULL);
    sio_namespace_on(nsp, "once", on_once, NULL);
    sio_namespace_on(nsp, "off", on_off, NULL);
    sio_namespace_on(nsp, "use", on_use, NULL);
    sio_namespace_on(nsp, "count", on_count, NULL);
}
