/* The notifications of notify.h. */

#include "notify.h"

#include <stdio.h>

static const char event[] = "notification";

void room_of_user(char room[ROOM_SIZE], const char *user)
{
    snprintf(room, ROOM_SIZE, "user:%s", user);
}

void room_of_topic(char room[ROOM_SIZE], const char *topic)
{
    snprintf(room, ROOM_SIZE, "topic:%s", topic);
}

int notify_user(sio_namespace_t *nsp, const char *user, json_t *note)
{
    char room[ROOM_SIZE];

    room_of_user(room, user);
    return sio_emit_to(nsp, SIO_TARGET(.to = SIO_LIST(room)), event, "O", note);
}

int notify_room(sio_namespace_t *nsp, const char *topic, json_t *note)
{
    char room[ROOM_SIZE];

    room_of_topic(room, topic);
    return sio_emit_to(nsp, SIO_TARGET(.to = SIO_LIST(room)), event, "O", note);
}

int notify_room_except(sio_namespace_t *nsp, const char *topic, const char *user, json_t *note)
{
    char room[ROOM_SIZE], without[ROOM_SIZE];

    room_of_topic(room, topic);
    room_of_user(without, user);
    return sio_emit_to(nsp, SIO_TARGET(.to = SIO_LIST(room), .except = SIO_LIST(without)), event,
                       "O", note);
}

int notify_all(sio_namespace_t *nsp, json_t *note)
{
    return sio_emit_to(nsp, NULL, event, "O", note);
}

int notify_rooms(sio_namespace_t *nsp, const char *const topics[], size_t count, json_t *note)
{
    char rooms[TOPICS_MAX][ROOM_SIZE];
    const char *to[TOPICS_MAX + 1] = {NULL};

    if (count == 0 || count > TOPICS_MAX)
        return SIO_EINVAL; /* no rooms would mean everybody */
    for (size_t i = 0; i < count; i++) {
        room_of_topic(rooms[i], topics[i]);
        to[i] = rooms[i];
    }
    return sio_emit_to(nsp, SIO_TARGET(.to = to), event, "O", note);
}

int notify_user_ack(sio_namespace_t *nsp, const char *user, unsigned timeout_ms, json_t *note,
                    sio_replies_fn fn, void *data)
{
    char room[ROOM_SIZE];

    room_of_user(room, user);
    return sio_emit_to_ack(nsp, SIO_TARGET(.to = SIO_LIST(room), .timeout_ms = timeout_ms), fn,
                           data, event, "O", note);
}
