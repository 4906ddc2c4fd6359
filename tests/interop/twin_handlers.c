/* Handlers put first, taken off all at once, and the names nobody may use. */
#include "tests/interop/twin.h"

#include <string.h>

static const char *const reserved[] = {"connect",       "connect_error", "disconnect",
                                       "disconnecting", "newListener",   "removeListener"};

/* Handlers have one pointer of the program's: the name they report by, one of these. */
static const char *const names[] = {"a", "b", "c", "d"};

static void *named(const sio_event_t *event, size_t index)
{
    const char *name = json_string_value(twin_arg(event, index));

    for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return (void *)(uintptr_t)names[i];
    return NULL;
}

static void report_any(sio_socket_t *socket, sio_event_t *event, void *user)
{
    twin_report(twin_of(socket), "sss", "any", (const char *)user, sio_event_name(event));
}

static void report_any_outgoing(sio_socket_t *socket, sio_event_t *event, void *user)
{
    twin_report(twin_of(socket), "sss", "any outgoing", (const char *)user, sio_event_name(event));
}

static void report_heard(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)event;
    twin_report(twin_of(socket), "ss", "heard", (const char *)user);
}

static void on_any(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    if (json_is_true(twin_arg(event, 1)))
        sio_prepend_any(socket, report_any, named(event, 0));
    else
        sio_on_any(socket, report_any, named(event, 0));
    sio_ack(event, "n");
}

static void on_any_outgoing(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    if (json_is_true(twin_arg(event, 1)))
        sio_prepend_any_outgoing(socket, report_any_outgoing, named(event, 0));
    else
        sio_on_any_outgoing(socket, report_any_outgoing, named(event, 0));
    sio_ack(event, "n");
}

static void on_no_any(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_off_any(socket, NULL, NULL);
    sio_off_any_outgoing(socket, NULL, NULL);
    sio_ack(event, "n");
}

static void on_hear(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_on(socket, json_string_value(twin_arg(event, 0)), report_heard, named(event, 1));
    sio_ack(event, "n");
}

static void on_hear_once(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_once(socket, json_string_value(twin_arg(event, 0)), report_heard, named(event, 1));
    sio_ack(event, "n");
}

static void on_hear_nothing(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_off(socket, json_string_value(twin_arg(event, 0)), NULL, NULL);
    sio_ack(event, "n");
}

static void on_reserved(sio_socket_t *socket, sio_event_t *event, void *user)
{
    json_t *refused = json_array();

    (void)user;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (sio_emit(socket, reserved[i], NULL) == SIO_ERESERVED &&
            sio_emit_to(sio_socket_namespace(socket), NULL, reserved[i], NULL) == SIO_ERESERVED)
            json_array_append_new(refused, json_string(reserved[i]));
    sio_ack(event, "o", refused);
}

static void count_room(const char *room, void *user)
{
    (void)room;
    ++*(int *)user;
}

static int room_count(const sio_socket_t *socket)
{
    int count = 0;

    sio_rooms(socket, count_room, &count);
    return count;
}

static void on_state(sio_socket_t *socket, sio_event_t *event, void *user)
{
    sio_namespace_t *nsp = sio_socket_namespace(socket);

    (void)user;
    sio_ack(event, "[b, b, s, i, b]", sio_connected(socket), !sio_connected(socket),
            sio_namespace_name(nsp), room_count(socket),
            sio_namespace_find(nsp, sio_id(socket)) == socket);
}

static void goodbye(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    sio_namespace_t *nsp = sio_socket_namespace(socket);

    (void)why;
    (void)user;
    sio_emit(socket, "too late", NULL);
    sio_emit_to(nsp, SIO_TARGET(.to = SIO_LIST(sio_id(socket))), "too late", NULL);
    twin_report(twin_of(socket), "sbbib", "state", sio_connected(socket), !sio_connected(socket),
                room_count(socket), sio_namespace_find(nsp, sio_id(socket)) != NULL);
}

static void on_say_goodbye(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_on_disconnect(socket, goodbye, NULL);
    sio_ack(event, "n");
}

void twin_install_handlers(struct twin *app)
{
    sio_namespace_t *root = sio_of(app->io, "/");

    sio_namespace_on(root, "any", on_any, NULL);
    sio_namespace_on(root, "any outgoing", on_any_outgoing, NULL);
    sio_namespace_on(root, "no any", on_no_any, NULL);
    sio_namespace_on(root, "hear", on_hear, NULL);
    sio_namespace_on(root, "hear once", on_hear_once, NULL);
    sio_namespace_on(root, "hear nothing of", on_hear_nothing, NULL);
    sio_namespace_on(root, "reserved", on_reserved, NULL);
    sio_namespace_on(root, "state", on_state, NULL);
    sio_namespace_on(root, "say goodbye", on_say_goodbye, NULL);
}
