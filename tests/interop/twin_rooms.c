/* Rooms, and events sent to what a client describes. */
#include "tests/interop/twin.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX 16

struct room_list {
    const char *own;
    const char *names[LIST_MAX + 1];
    size_t count;
    bool own_found;
};

static void add_room(const char *room, void *user)
{
    struct room_list *list = user;

    if (strcmp(room, list->own) == 0)
        list->own_found = true;
    else if (list->count < LIST_MAX)
        list->names[list->count++] = room;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *twin_rooms(const sio_socket_t *socket)
{
    struct room_list list = {.own = sio_id(socket)};
    json_t *rooms = json_array();

    sio_rooms(socket, add_room, &list);
    qsort(list.names, list.count, sizeof(list.names[0]), by_name);
    if (list.own_found)
        json_array_append_new(rooms, json_string(list.own));
    for (size_t i = 0; i < list.count; i++)
        json_array_append_new(rooms, json_string(list.names[i]));
    return rooms;
}

static void on_join(sio_socket_t *socket, sio_event_t *event, void *user)
{
    json_t *rooms = twin_arg(event, 0);
    size_t i;
    json_t *room;

    (void)user;
    if (json_is_string(rooms))
        sio_join(socket, json_string_value(rooms));
    json_array_foreach(rooms, i, room)
    {
        sio_join(socket, json_string_value(room));
    }
    sio_ack(event, "");
}

static void on_leave(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *room;

    (void)user;
    if (sio_unpack(event, "s", &room) == SIO_OK)
        sio_leave(socket, room);
    sio_ack(event, "");
}

static void on_rooms(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_ack(event, "o", twin_rooms(socket));
}

/* -------------------------------------------------------------------------------------------------
 * "send" */

/* Adds a room, or a list of rooms and lists. */
static void flatten(json_t *rooms, const char **list, size_t *count)
{
    size_t i;
    json_t *room;

    if (json_is_string(rooms) && *count < LIST_MAX)
        list[(*count)++] = json_string_value(rooms);
    json_array_foreach(rooms, i, room)
    {
        flatten(room, list, count);
    }
}

static unsigned flags_of(json_t *names)
{
    unsigned flags = 0;
    size_t i;
    json_t *name;

    json_array_foreach(names, i, name)
    {
        if (strcmp(json_string_value(name), "volatile") == 0)
            flags |= SIO_VOLATILE;
        else if (strcmp(json_string_value(name), "local") == 0)
            flags |= SIO_LOCAL;
    }
    return flags;
}

static void on_send(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 2);
    json_t *spec = twin_arg(event, 0);
    const char *name = json_string_value(twin_arg(event, 1));
    const char *from = json_string_value(json_object_get(spec, "from"));
    const char *to[LIST_MAX + 1] = {NULL};
    const char *except[LIST_MAX + 1] = {NULL};
    size_t to_count = 0, except_count = 0;

    (void)user;
    if (name == NULL || from == NULL)
        return;
    flatten(json_object_get(spec, "to"), to, &to_count);
    flatten(json_object_get(spec, "in"), to, &to_count);
    flatten(json_object_get(spec, "except"), except, &except_count);
    const sio_target_t *target =
        SIO_TARGET(.to = to, .except = except, .flags = flags_of(json_object_get(spec, "flags")));
    if (strcmp(from, "socket") == 0)
        sio_broadcast(socket, target, name, values.format, TWIN_VALUES(values));
    else if (strcmp(from, "nsp") == 0)
        sio_emit_to(sio_socket_namespace(socket), target, name, values.format, TWIN_VALUES(values));
    else
        sio_emit_to(sio_of(sio_socket_server(socket), "/"), target, name, values.format,
                    TWIN_VALUES(values));
}

void twin_install_room_events(sio_namespace_t *nsp)
{
    sio_namespace_on(nsp, "join", on_join, NULL);
    sio_namespace_on(nsp, "leave", on_leave, NULL);
    sio_namespace_on(nsp, "rooms", on_rooms, NULL);
    sio_namespace_on(nsp, "send", on_send, NULL);
}
