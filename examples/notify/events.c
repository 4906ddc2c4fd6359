/* One handler per request. Every request is answered, with { ok: true, ... } or
 * { ok: false, code, message }. */

#include "events.h"

#include "notify.h"

#include "examples/common/allowance.h"
#include "examples/common/clock.h"
#include "examples/common/reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_MAX = 200, ACK_MAX_MS = 30000 };

/* One tab or device. */
struct person {
    char name[NAME_MAX_LEN + 1];
    struct allowance requests;
};

/* ---- The token ---- */

static void expired_or_forged(sio_next_t *next)
{
    sio_next_error(next, "unauthorized", json_pack("{s:s}", "code", "token"));
}

/* Before somebody is connected: no token, no connection. The connection lasts
 * as long as the token.
 */
static void authorize(sio_socket_t *socket, sio_next_t *next, void *user)
{
    const struct service *service = user;
    const char *text = json_string_value(json_object_get(sio_handshake_auth(socket), "token"));
    struct person *person;
    char room[ROOM_SIZE];
    struct token token;

    if (!text || !token_read(service->secret, text, &token)) {
        expired_or_forged(next);
        return;
    }
    person = calloc(1, sizeof(*person));
    room_of_user(room, token.user);
    if (!person || sio_set_deadline(socket, token.expires_ms) != 0 || sio_join(socket, room) != 0) {
        free(person);
        sio_next_error(next, "out of memory", NULL);
        return;
    }
    memcpy(person->name, token.user, sizeof(person->name));
    person->requests = allowance_of(20, 5);
    sio_set_user(socket, person, free);
    sio_next_ok(next);
}

/* refresh { token }: a newer token of the same user, and the connection lasts
 * longer. */
static void on_refresh(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const struct service *service = user;
    const struct person *person = sio_user(socket);
    const char *text;
    struct token token;

    if (sio_unpack(event, "{s:s}", "token", &text) != 0 ||
        !token_read(service->secret, text, &token) || strcmp(token.user, person->name) != 0)
        refuse(event, "token", "That token is not good.");
    else if (sio_set_deadline(socket, token.expires_ms) != 0)
        refuse_memory(event);
    else
        sio_ack(event, "{s:b,s:I}", "ok", 1, "leftMs", (json_int_t)(token.expires_ms - unix_ms()));
}

/* session: who one is, and how long still. */
static void on_session(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const struct person *person = sio_user(socket);

    (void)user;
    sio_ack(event, "{s:b,s:s,s:I}", "ok", 1, "user", person->name, "leftMs",
            (json_int_t)(sio_deadline(socket) - unix_ms()));
}

/* ---- Topics ---- */

static const char *topic_of(sio_event_t *event)
{
    const char *topic;
    size_t len;

    if (sio_unpack(event, "{s:s%}", "topic", &topic, &len) == 0 && is_name(topic, len))
        return topic;
    refuse(event, "invalid", "Which topic?");
    return NULL;
}

/* subscribe { topic } */
static void on_subscribe(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct person *person = sio_user(socket);
    const char *topic = topic_of(event);
    char room[ROOM_SIZE];

    (void)user;
    if (!topic)
        return;
    room_of_topic(room, topic);
    if (!allowance_take(&person->requests))
        refuse_rate(event);
    else if (sio_join(socket, room) == 0)
        sio_ack(event, "{s:b}", "ok", 1);
    else
        refuse_memory(event);
}

/* unsubscribe { topic } */
static void on_unsubscribe(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *topic = topic_of(event);
    char room[ROOM_SIZE];

    (void)user;
    if (!topic)
        return;
    room_of_topic(room, topic);
    sio_leave(socket, room);
    sio_ack(event, "{s:b}", "ok", 1);
}

/* read { id }: seen in one tab, and the user's others needn't show it as new.
 */
static void on_read(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct person *person = sio_user(socket);
    char room[ROOM_SIZE];
    const char *id;

    (void)user;
    if (sio_unpack(event, "{s:s}", "id", &id) != 0 || !allowance_take(&person->requests)) {
        refuse_rate(event);
        return;
    }
    room_of_user(room, person->name);
    sio_broadcast(socket, SIO_TARGET(.to = SIO_LIST(room)), "read", "{s:s}", "id", id);
    sio_ack(event, "{s:b}", "ok", 1);
}

/* ---- Sending ---- */

/* The notification of a request, new; NULL: the request has been refused. */
static json_t *note_of(struct service *service, sio_socket_t *socket, sio_event_t *event)
{
    struct person *person = sio_user(socket);
    const char *title;
    char id[48];
    json_t *note;
    size_t len;

    if (sio_unpack(event, "{s:s%}", "title", &title, &len) != 0 || len == 0 || len > TITLE_MAX) {
        refuse(event, "invalid", "A notification is a text of up to 200 bytes.");
        return NULL;
    }
    if (!allowance_take(&person->requests)) {
        refuse_rate(event);
        return NULL;
    }
    snprintf(id, sizeof(id), "%s-%" PRIu64, sio_id(socket), ++service->last_id);
    note = json_pack("{s:s,s:s,s:s%}", "id", id, "from", person->name, "title", title, len);
    if (!note)
        refuse_memory(event);
    return note;
}

/* Gives the notification back and answers. */
static void finish(sio_event_t *event, json_t *note, int error)
{
    json_decref(note);
    if (error == SIO_EINVAL)
        refuse(event, "invalid", "To whom?");
    else if (error)
        refuse(event, "failed", sio_strerror(error));
    else
        sio_ack(event, "{s:b}", "ok", 1);
}

/* A name of the request, or NULL. */
static const char *name_in(const sio_event_t *event, const char *key)
{
    const char *name;
    size_t len;

    return sio_unpack(event, "{s:s%}", key, &name, &len) == 0 && is_name(name, len) ? name : NULL;
}

/* toUser { user, title } */
static void on_to_user(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    json_t *note = note_of(service, socket, event);
    const char *name = name_in(event, "user");

    if (note)
        finish(event, note, name ? notify_user(service->nsp, name, note) : SIO_EINVAL);
}

/* toRoom { topic, title } */
static void on_to_room(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    json_t *note = note_of(service, socket, event);
    const char *topic = name_in(event, "topic");

    if (note)
        finish(event, note, topic ? notify_room(service->nsp, topic, note) : SIO_EINVAL);
}

/* toRoomExcept { topic, user, title } */
static void on_to_room_except(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    json_t *note = note_of(service, socket, event);
    const char *topic = name_in(event, "topic"), *name = name_in(event, "user");
    int error = SIO_EINVAL;

    if (!note)
        return;
    if (topic && name)
        error = notify_room_except(service->nsp, topic, name, note);
    finish(event, note, error);
}

/* toAll { title } */
static void on_to_all(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    json_t *note = note_of(service, socket, event);

    if (note)
        finish(event, note, notify_all(service->nsp, note));
}

/* toRooms { topics: [...], title } */
static void on_to_rooms(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    json_t *note = note_of(service, socket, event), *list = NULL, *each;
    const char *topics[TOPICS_MAX];
    size_t count = 0, i;

    if (!note)
        return;
    if (sio_unpack(event, "{s:o}", "topics", &list) != 0 || json_array_size(list) > TOPICS_MAX)
        list = NULL;
    json_array_foreach(list, i, each) if (json_is_string(each) && is_name(json_string_value(each),
                                                                          json_string_length(each)))
        topics[count++] = json_string_value(each);
    if (count < json_array_size(list))
        count = 0; /* one that is none: nobody is notified */
    finish(event, note, notify_rooms(service->nsp, topics, count, note));
}

static void on_replies(int status, const sio_replies_t *replies, void *user)
{
    sio_event_t *event = user;

    sio_ack(event, "{s:b,s:b,s:i,s:i}", "ok", 1, "complete", status == SIO_OK, "answered",
            (int)sio_replies_count(replies), "asked", (int)sio_replies_expected(replies));
    sio_event_release(event);
}

/* toUserWithAck { user, timeoutMs, title }: answered when all of them have it,
 * or time is up. */
static void on_to_user_with_ack(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct service *service = user;
    json_t *note = note_of(service, socket, event);
    const char *name = name_in(event, "user");
    json_int_t timeout_ms = 0;
    sio_event_t *held;
    int error = SIO_EINVAL;

    if (!note)
        return;
    if (name && sio_unpack(event, "{s:I}", "timeoutMs", &timeout_ms) == 0 && timeout_ms > 0 &&
        timeout_ms <= ACK_MAX_MS) {
        held = sio_event_hold(event);
        error =
            held ? notify_user_ack(service->nsp, name, (unsigned)timeout_ms, note, on_replies, held)
                 : SIO_ENOMEM;
        if (error)
            sio_event_release(held);
    }
    if (error)
        finish(event, note, error);
    else
        json_decref(note);
}

int events_init(struct service *service, sio_server_t *io)
{
    static const struct {
        const char *name;
        sio_event_fn fn;
    } events[] = {
        {"session", on_session},
        {"refresh", on_refresh},
        {"subscribe", on_subscribe},
        {"unsubscribe", on_unsubscribe},
        {"read", on_read},
        {"toUser", on_to_user},
        {"toRoom", on_to_room},
        {"toRoomExcept", on_to_room_except},
        {"toAll", on_to_all},
        {"toRooms", on_to_rooms},
        {"toUserWithAck", on_to_user_with_ack},
    };
    int error;

    service->nsp = sio_of(io, "/");
    error = service->nsp ? sio_use(service->nsp, authorize, service) : SIO_ENOMEM;
    for (size_t i = 0; i < sizeof(events) / sizeof(*events) && error == 0; i++)
        error = sio_namespace_on(service->nsp, events[i].name, events[i].fn, service);
    return error;
}
