/* One handler per event of the chat. chat.c registers them through chat_init().
 *
 * Every request is answered, with { ok: true, ... } or { ok: false, code, message }; a client that
 * asks for no answer gets none. Whatever is not as it should be is refused before anything has
 * changed. */

#include "events.h"

#include "examples/common/clock.h"
#include "examples/common/reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EVERYBODY "everybody" /* the Socket.IO room of all who have said hello */

/* ---- Telling ---- */

static void tell_directory(struct chat *chat)
{
    json_t *list = rooms_list(&chat->rooms);

    if (list)
        sio_emit_to(chat->nsp, SIO_TARGET(.to = SIO_LIST(EVERYBODY)), "rooms", "{s:i,s:o}",
                    "online", (int)chat->people.count, "rooms", list);
}

static void tell_others(const struct person *person, const struct room *room, const char *event)
{
    sio_broadcast(person->socket, SIO_TARGET(.to = SIO_LIST(room->channel)), event, "{s:s,s:s,s:I}",
                  "room", room->name, "nick", person->nick, "at", (json_int_t)unix_ms());
}

/* ---- Coming and going ---- */

static void leave_room(struct person *person, struct room *room)
{
    room_exit(room, person->nick);
    sio_leave(person->socket, room->channel);
    tell_others(person, room, "left");
}

static void go_offline(struct chat *chat, struct person *person)
{
    for (struct room *room = chat->rooms.first; room; room = room->next)
        if (room_has(room, person->nick))
            leave_room(person, room);
    sio_leave(person->socket, EVERYBODY);
    sio_set_user(person->socket, NULL, NULL);
    people_remove(&chat->people, person);
    tell_directory(chat);
}

/* The same browser tab on a new connection, while the old one isn't known to be dead: the new one
 * wins. */
static void replace(struct chat *chat, struct person *person)
{
    sio_socket_t *socket = sio_socket_ref(person->socket);

    go_offline(chat, person);
    sio_emit(socket, "replaced", NULL);
    sio_disconnect(socket, false);
    sio_socket_unref(socket);
}

static int go_online(struct chat *chat, sio_socket_t *socket, const char *nick, const char *token)
{
    struct person *person = people_add(&chat->people, socket, nick, token);

    if (!person)
        return SIO_ENOMEM;
    sio_set_user(socket, person, NULL);
    if (sio_join(socket, EVERYBODY) == 0)
        return SIO_OK;
    go_offline(chat, person);
    return SIO_ENOMEM;
}

/* hello { nick, token }: takes a nickname. */
static void on_hello(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct chat *chat = user;
    struct person *holder;
    const char *nick, *token = "";
    size_t len;

    if (sio_unpack(event, "{s:s%,s?s}", "nick", &nick, &len, "token", &token) != 0 ||
        !nick_is_valid(nick, len) || strlen(token) >= TOKEN_SIZE) {
        refuse(event, "invalid", "A nickname has 1 to 24 visible characters.");
        return;
    }
    if (sio_user(socket)) {
        refuse(event, "named", "You have a nickname already.");
        return;
    }
    holder = people_find(&chat->people, nick);
    if (holder && !person_is(holder, token)) {
        refuse(event, "taken", "That nickname is taken. Please choose another.");
        return;
    }
    if (holder)
        replace(chat, holder);
    if (go_online(chat, socket, nick, token) != 0) {
        refuse_memory(event);
        return;
    }
    sio_ack(event, "{s:b,s:s,s:{s:i,s:i,s:i}}", "ok", 1, "nick", nick, "limits", "nick", NICK_MAX,
            "room", ROOM_MAX, "text", TEXT_MAX);
    tell_directory(chat);
}

static void on_disconnect(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    struct chat *chat = user;
    struct person *person = sio_user(socket);

    if (!person)
        return;
    if (why->reason == SIO_REASON_SERVER_SHUTTING_DOWN)
        people_remove(&chat->people, person); /* all go at once: nobody is left to be told */
    else
        go_offline(chat, person);
}

/* ---- Rooms ---- */

static size_t rooms_of(const struct chat *chat, const struct person *person)
{
    size_t count = 0;

    for (const struct room *room = chat->rooms.first; room; room = room->next)
        count += room_has(room, person->nick);
    return count;
}

static bool enter_room(struct chat *chat, struct person *person, struct room *room)
{
    if (room_enter(room, person->nick) != 0)
        return false;
    if (sio_join(person->socket, room->channel) != 0) {
        room_exit(room, person->nick);
        return false;
    }
    tell_others(person, room, "joined");
    tell_directory(chat);
    return true;
}

/* Opens and enters a room; false when that was refused. */
static bool admit(struct chat *chat, sio_event_t *event, struct person *person, const char *name)
{
    struct room *room;

    if (!person_may_act(person)) {
        refuse_rate(event);
    } else if (rooms_of(chat, person) >= ROOMS_PER_PERSON) {
        refuse(event, "full", "You are in too many rooms. Leave one first.");
    } else if (!(room = rooms_open(&chat->rooms, name))) {
        refuse(event, "full", "There are too many rooms. Join one of them.");
    } else if (!enter_room(chat, person, room)) {
        refuse_memory(event);
    } else {
        return true;
    }
    return false;
}

/* The room that a request names, if the person is in it. */
static struct room *own_room(struct chat *chat, const struct person *person, const char *name)
{
    struct room *room = person ? rooms_find(&chat->rooms, name) : NULL;

    return room && room_has(room, person->nick) ? room : NULL;
}

/* join { room }: enters a room, and answers with who is there and what was said. */
static void on_join(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct chat *chat = user;
    struct person *person = sio_user(socket);
    struct room *room;
    const char *name;
    size_t len;

    if (sio_unpack(event, "{s:s%}", "room", &name, &len) != 0 || !room_name_is_valid(name, len)) {
        refuse(event, "invalid", "A room name has 1 to 32 lower-case letters, digits, - or _.");
        return;
    }
    if (!person) {
        refuse(event, "hello", "Choose a nickname first.");
        return;
    }
    if (!own_room(chat, person, name) && !admit(chat, event, person, name))
        return;
    room = rooms_find(&chat->rooms, name);
    sio_ack(event, "{s:b,s:s,s:o,s:O}", "ok", 1, "room", room->name, "members", room_members(room),
            "history", room->history);
}

/* leave { room } */
static void on_leave(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct chat *chat = user;
    struct room *room;
    const char *name;

    if (sio_unpack(event, "{s:s}", "room", &name) != 0) {
        refuse(event, "invalid", "Which room?");
        return;
    }
    room = own_room(chat, sio_user(socket), name);
    if (!room) {
        refuse(event, "room", "You are not in that room.");
        return;
    }
    if (!person_may_act(sio_user(socket))) {
        refuse_rate(event);
        return;
    }
    leave_room(sio_user(socket), room);
    sio_ack(event, "{s:b}", "ok", 1);
    tell_directory(chat);
}

/* ---- Talking ---- */

static json_t *new_message(struct chat *chat, const struct person *person, const struct room *room,
                           const char *key, const char *text)
{
    char id[48];

    snprintf(id, sizeof(id), "%" PRIx64 "-%llu", chat->started_ms, ++chat->last_id);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I}", "id", id, "key", key, "room", room->name, "from",
                     person->nick, "text", text, "at", (json_int_t)unix_ms());
}

/* A key seen before is a message sent again because its answer got lost: same answer, nothing else.
 */
static void say(struct chat *chat, sio_event_t *event, struct person *person, struct room *room,
                const char *key, const char *text)
{
    json_t *message = json_incref(room_recall(room, person->nick, key));

    if (message) {
        sio_ack(event, "{s:b,s:o}", "ok", 1, "message", message);
        return;
    }
    if (!person_may_act(person)) {
        refuse_rate(event);
        return;
    }
    message = new_message(chat, person, room, key, text);
    if (!message || room_record(room, message) != 0) {
        json_decref(message);
        refuse_memory(event);
        return;
    }
    sio_broadcast(person->socket, SIO_TARGET(.to = SIO_LIST(room->channel)), "message", "O",
                  message);
    sio_ack(event, "{s:b,s:o}", "ok", 1, "message", message);
}

/* message { room, key, text } */
static void on_message(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct chat *chat = user;
    struct room *room;
    const char *name, *key, *text;
    size_t len;

    if (sio_unpack(event, "{s:s,s:s,s:s%}", "room", &name, "key", &key, "text", &text, &len) != 0 ||
        *key == '\0' || strlen(key) >= KEY_SIZE || !message_is_valid(text, len)) {
        refuse(event, "invalid", "A message has 1 to 2000 characters.");
        return;
    }
    room = own_room(chat, sio_user(socket), name);
    if (room)
        say(chat, event, sio_user(socket), room, key, text);
    else
        refuse(event, "room", "You are not in that room.");
}

/* typing { room, typing }: worth nothing a second later, so nobody waits for it. */
static void on_typing(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct person *person = sio_user(socket);
    struct room *room;
    const char *name;
    int typing;

    if (sio_unpack(event, "{s:s,s:b}", "room", &name, "typing", &typing) != 0)
        return;
    room = own_room(user, person, name);
    if (room && person_may_notify(person))
        sio_broadcast(socket, SIO_TARGET(.to = SIO_LIST(room->channel), .flags = SIO_VOLATILE),
                      "typing", "{s:s,s:s,s:b}", "room", room->name, "nick", person->nick, "typing",
                      typing);
}

int chat_init(struct chat *chat, sio_namespace_t *nsp)
{
    static const struct {
        const char *name;
        sio_event_fn fn;
    } events[] = {
        {"hello", on_hello},     {"join", on_join},     {"leave", on_leave},
        {"message", on_message}, {"typing", on_typing},
    };
    int error = 0;

    *chat = (struct chat){.nsp = nsp, .started_ms = unix_ms()};
    if (rooms_init(&chat->rooms) != 0)
        return SIO_ENOMEM;
    for (size_t i = 0; i < sizeof(events) / sizeof(*events) && error == 0; i++)
        error = sio_namespace_on(nsp, events[i].name, events[i].fn, chat);
    return error ? error : sio_namespace_on_disconnect(nsp, on_disconnect, chat);
}

void chat_clear(struct chat *chat)
{
    while (chat->people.first)
        people_remove(&chat->people, chat->people.first);
    rooms_clear(&chat->rooms);
}
