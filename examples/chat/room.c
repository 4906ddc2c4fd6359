/* The rooms of room.h: a short list, since their number is bounded. */

#include "room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void room_free(struct room *room)
{
    json_decref(room->members);
    json_decref(room->history);
    free(room);
}

static struct room *room_new(const char *name)
{
    struct room *room = calloc(1, sizeof(*room));

    if (!room)
        return NULL;
    snprintf(room->name, sizeof(room->name), "%s", name);
    /* A prefix of its own: every socket's id is a Socket.IO room too, and nobody may join
     * another's. */
    snprintf(room->channel, sizeof(room->channel), "room:%s", room->name);
    room->members = json_object();
    room->history = json_array();
    if (room->members && room->history)
        return room;
    room_free(room);
    return NULL;
}

int rooms_init(struct rooms *rooms)
{
    rooms->first = room_new("lobby");
    rooms->count = rooms->first ? 1 : 0;
    return rooms->first ? 0 : -1;
}

void rooms_clear(struct rooms *rooms)
{
    while (rooms->first) {
        struct room *room = rooms->first;
        rooms->first = room->next;
        room_free(room);
    }
    rooms->count = 0;
}

struct room *rooms_find(const struct rooms *rooms, const char *name)
{
    struct room *room = rooms->first;

    while (room && strcmp(room->name, name) != 0)
        room = room->next;
    return room;
}

/* Forgets the oldest empty room, but never the lobby. */
static bool make_space(struct rooms *rooms)
{
    for (struct room **link = &rooms->first->next; *link; link = &(*link)->next) {
        struct room *room = *link;
        if (json_object_size(room->members) > 0)
            continue;
        *link = room->next;
        room_free(room);
        rooms->count--;
        return true;
    }
    return false;
}

struct room *rooms_open(struct rooms *rooms, const char *name)
{
    struct room *room = rooms_find(rooms, name);
    struct room **end = &rooms->first;

    if (room)
        return room;
    if (rooms->count >= ROOMS_MAX && !make_space(rooms))
        return NULL;
    room = room_new(name);
    if (!room)
        return NULL;
    while (*end)
        end = &(*end)->next;
    *end = room;
    rooms->count++;
    return room;
}

json_t *rooms_list(const struct rooms *rooms)
{
    json_t *list = json_array();

    for (const struct room *room = rooms->first; room; room = room->next) {
        int members = (int)json_object_size(room->members);
        /* json_array_append_new() refuses a NULL list or entry, which ends as NULL here. */
        if (json_array_append_new(list, json_pack("{s:s,s:i}", "name", room->name, "members",
                                                  members)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

bool room_has(const struct room *room, const char *nick)
{
    return json_object_get(room->members, nick) != NULL;
}

int room_enter(struct room *room, const char *nick)
{
    return json_object_set_new(room->members, nick, json_null());
}

void room_exit(struct room *room, const char *nick)
{
    json_object_del(room->members, nick);
}

json_t *room_members(const struct room *room)
{
    json_t *list = json_array();
    const char *nick;
    json_t *value;

    json_object_foreach(room->members, nick, value)
    {
        if (json_array_append_new(list, json_string(nick)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

int room_record(struct room *room, json_t *message)
{
    if (json_array_append(room->history, message) != 0)
        return -1;
    if (json_array_size(room->history) > HISTORY_MAX)
        json_array_remove(room->history, 0);
    return 0;
}

json_t *room_recall(const struct room *room, const char *nick, const char *key)
{
    size_t index;
    json_t *message;

    json_array_foreach(room->history, index, message)
    {
        if (strcmp(json_string_value(json_object_get(message, "key")), key) == 0 &&
            strcmp(json_string_value(json_object_get(message, "from")), nick) == 0)
            return message;
    }
    return NULL;
}
