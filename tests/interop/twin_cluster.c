/* "/cluster": what concerns many sockets, wherever they are. lib/application_cluster.mjs does the
 * same. */
#include "tests/interop/twin.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX 16

/* What "fetch" found last is kept for "remote". */
static void drop_remotes(struct twin *app)
{
    for (size_t i = 0; i < app->remotes_count; i++)
        sio_remote_unref(app->remotes[i]);
    app->remotes_count = 0;
}

/* ------------------------------------------------------------------------------------ targets */

struct described {
    const char *to[LIST_MAX + 1];
    const char *except[LIST_MAX + 1];
    sio_target_t target;
    bool from_socket;
};

static size_t read_list(json_t *names, const char **list)
{
    size_t i, count = 0;
    json_t *name;

    if (json_is_string(names))
        list[count++] = json_string_value(names);
    json_array_foreach(names, i, name)
    {
        if (count < LIST_MAX - 1)
            list[count++] = json_string_value(name);
    }
    list[count] = NULL;
    return count;
}

/* { from: "socket" | "nsp", to, except: lists of rooms, local: true } */
static void describe(struct described *out, sio_socket_t *socket, json_t *spec)
{
    size_t count;

    read_list(json_object_get(spec, "to"), out->to);
    count = read_list(json_object_get(spec, "except"), out->except);
    out->from_socket = strcmp(json_string_value(json_object_get(spec, "from")), "socket") == 0;
    if (out->from_socket) {
        out->except[count] = sio_id(socket);
        out->except[count + 1] = NULL;
    }
    out->target = *SIO_TARGET(.to = out->to, .except = out->except);
    if (json_is_true(json_object_get(spec, "local")))
        out->target.flags = SIO_LOCAL;
}

/* ---------------------------------------------------------------------------- "ask all" */

/* The letters of an array of replies, null for those without a value. */
static struct twin_values reply_values(const char *prefix, const sio_replies_t *replies)
{
    struct twin_values values = {.format = ""};
    size_t count = sio_replies_count(replies), used = 0;
    char *at = stpcpy(values.format, prefix);

    *at++ = '[';
    for (size_t i = 0; i < count && used < TWIN_VALUES_MAX; i++) {
        const sio_value_t *value = sio_replies_get(replies, i);

        *at++ = value ? 'V' : 'n';
        if (value)
            values.at[used++] = value;
    }
    *at++ = ']';
    *at = '\0';
    return values;
}

static void answer_with_replies(int status, const sio_replies_t *replies, void *user)
{
    struct twin_values values = reply_values(status == SIO_OK ? "n" : "s", replies);
    sio_event_t *event = user;

    if (status == SIO_OK)
        sio_ack(event, values.format, TWIN_VALUES(values));
    else if (status == SIO_ETIMEDOUT)
        sio_ack(event, values.format, "operation has timed out", TWIN_VALUES(values));
    sio_event_release(event);
}

static void on_ask_all(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 3);
    const char *name = json_string_value(twin_arg(event, 2));
    struct described who;
    sio_event_t *held = sio_event_hold(event);
    int error;

    (void)user;
    describe(&who, socket, twin_arg(event, 0));
    who.target.timeout_ms = (unsigned)json_integer_value(twin_arg(event, 1));
    if (who.from_socket)
        error = sio_broadcast_ack(socket, &who.target, answer_with_replies, held, name,
                                  values.format, TWIN_VALUES(values));
    else
        error = sio_emit_to_ack(sio_socket_namespace(socket), &who.target, answer_with_replies,
                                held, name, values.format, TWIN_VALUES(values));
    if (error)
        sio_event_release(held);
}

static void on_acks_pending(sio_socket_t *socket, sio_event_t *event, void *user)
{
    sio_stats_t stats = {.size = sizeof(stats)};

    (void)user;
    sio_stats(sio_socket_server(socket), &stats);
    sio_ack(event, "i", (int)stats.acks_pending);
}

/* --------------------------------------------------------------------- "fetch", "remote" */

struct rooms {
    const char *own;
    const char *names[LIST_MAX];
    size_t count;
};

static void add_room(const char *room, void *user)
{
    struct rooms *rooms = user;

    if (strcmp(room, rooms->own) != 0 && rooms->count < LIST_MAX)
        rooms->names[rooms->count++] = room;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *rooms_of(const sio_remote_t *remote)
{
    struct rooms rooms = {.own = sio_remote_id(remote)};
    json_t *array = json_pack("[s]", rooms.own);

    sio_remote_rooms(remote, add_room, &rooms);
    qsort(rooms.names, rooms.count, sizeof(rooms.names[0]), by_name);
    for (size_t i = 0; i < rooms.count; i++)
        json_array_append_new(array, json_string(rooms.names[i]));
    return array;
}

static json_t *show_remote(sio_remote_t *remote)
{
    json_t *handshake = sio_remote_handshake(remote);

    return json_pack("{s:s, s:o, s:O, s:O, s:O, s:O}", "id", sio_remote_id(remote), "rooms",
                     rooms_of(remote), "data", sio_remote_data(remote), "auth",
                     json_object_get(handshake, "auth"), "secure",
                     json_object_get(handshake, "secure"), "query",
                     json_object_get(json_object_get(handshake, "query"), "EIO"));
}

static void on_all(int status, const char *const *rooms, size_t count, void *user)
{
    const char **names = malloc((count + 1) * sizeof(*names));
    json_t *shown = json_array();

    for (size_t i = 0; i < count; i++)
        names[i] = rooms[i];
    qsort(names, count, sizeof(*names), by_name);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(shown, json_string(names[i]));
    sio_ack(user, "s?o", status == SIO_OK ? NULL : sio_strerror(status), shown);
    sio_event_release(user);
    free(names);
}

static void on_all_rooms(sio_socket_t *socket, sio_event_t *event, void *user)
{
    sio_event_t *held = sio_event_hold(event);

    (void)user;
    if (sio_all_rooms(sio_socket_namespace(socket), 0, on_all, held))
        sio_event_release(held);
}

struct fetching {
    sio_event_t *event;
    sio_namespace_t *nsp;
    struct twin *app;
    bool returned;
};

static void on_fetched(int status, sio_remote_t *const *sockets, size_t count, void *user)
{
    struct fetching *fetching = user;
    struct twin *app = fetching->app;
    json_t *shown = json_array();

    drop_remotes(app);
    for (size_t i = 0; i < count && i < TWIN_HELD_MAX; i++) {
        app->remotes[app->remotes_count++] = sio_remote_ref(sockets[i]);
        json_array_append_new(shown, show_remote(sockets[i]));
    }
    if (status == SIO_OK)
        sio_ack(fetching->event, "bo", fetching->returned, shown);
    else /* what the others have, and how many don't answer */
        sio_ack(fetching->event, "boi", fetching->returned, shown,
                (int)sio_servers_missing(fetching->nsp));
    sio_event_release(fetching->event);
    free(fetching);
}

static void on_fetch(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct fetching *fetching = calloc(1, sizeof(*fetching));
    struct described who;

    describe(&who, socket, twin_arg(event, 0));
    fetching->event = sio_event_hold(event);
    fetching->nsp = sio_socket_namespace(socket);
    fetching->app = user;
    if (sio_fetch_sockets(fetching->nsp, &who.target, on_fetched, fetching)) {
        sio_event_release(fetching->event);
        free(fetching);
        return;
    }
    fetching->returned = true;
}

static void answer_with_reply(int status, const sio_event_t *reply, void *user)
{
    sio_event_t *event = user;

    if (status == SIO_OK)
        sio_ack(event, sio_event_count(reply) ? "nV" : "n", sio_event_arg(reply, 0));
    else if (status == SIO_ETIMEDOUT)
        sio_ack(event, "sn", "operation has timed out");
    sio_event_release(event);
}

static void ask_remote(sio_remote_t *remote, sio_event_t *event)
{
    struct twin_values values = twin_values("", event, 4);
    unsigned timeout_ms = (unsigned)json_integer_value(twin_arg(event, 2));
    const char *name = json_string_value(twin_arg(event, 3));
    sio_event_t *held = sio_event_hold(event);

    if (sio_remote_emit_ack(remote, timeout_ms, answer_with_reply, held, name, values.format,
                            TWIN_VALUES(values)))
        sio_event_release(held);
}

static void on_remote(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    struct twin_values values = twin_values("", event, 3);
    size_t index = (size_t)json_integer_value(twin_arg(event, 0));
    const char *verb = json_string_value(twin_arg(event, 1));
    const char *text = json_string_value(twin_arg(event, 2));
    sio_remote_t *remote = index < app->remotes_count ? app->remotes[index] : NULL;

    (void)socket;
    if (!remote)
        return;
    if (strcmp(verb, "ask") == 0) {
        ask_remote(remote, event);
        return;
    }
    if (strcmp(verb, "emit") == 0)
        sio_remote_emit(remote, text, values.format, TWIN_VALUES(values));
    else if (strcmp(verb, "join") == 0)
        sio_remote_join(remote, text);
    else if (strcmp(verb, "leave") == 0)
        sio_remote_leave(remote, text);
    else if (strcmp(verb, "disconnect") == 0)
        sio_remote_disconnect(remote, json_is_true(twin_arg(event, 2)));
    sio_ack(event, "");
}

/* ------------------------------------------------------------- joining, leaving, disconnecting */

static void on_sockets_join(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *rooms[LIST_MAX + 1];
    struct described who;

    (void)user;
    describe(&who, socket, twin_arg(event, 0));
    read_list(twin_arg(event, 1), rooms);
    sio_sockets_join(sio_socket_namespace(socket), &who.target, rooms);
    sio_ack(event, "");
}

static void on_sockets_leave(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *rooms[LIST_MAX + 1];
    struct described who;

    (void)user;
    describe(&who, socket, twin_arg(event, 0));
    read_list(twin_arg(event, 1), rooms);
    sio_sockets_leave(sio_socket_namespace(socket), &who.target, rooms);
    sio_ack(event, "");
}

static void on_sockets_disconnect(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct described who;

    (void)user;
    describe(&who, socket, twin_arg(event, 0));
    sio_disconnect_sockets(sio_socket_namespace(socket), &who.target,
                           json_is_true(twin_arg(event, 1)));
}

/* ------------------------------------------------------------------ other servers, rooms */

static void on_server_side(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 1);
    const char *name = json_string_value(twin_arg(event, 0));
    int error = sio_server_side_emit(sio_socket_namespace(socket), name, values.format,
                                     TWIN_VALUES(values));

    (void)user;
    if (error == SIO_ERESERVED)
        sio_ack(event, "s++", "\"", name, "\" is a reserved event name");
    else
        sio_ack(event, "n");
}

static void on_server_side_ask(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 1);
    const char *name = json_string_value(twin_arg(event, 0));
    sio_event_t *held = sio_event_hold(event);

    (void)user;
    if (sio_server_side_emit_ack(sio_socket_namespace(socket), 5000, answer_with_replies, held,
                                 name, values.format, TWIN_VALUES(values)))
        sio_event_release(held);
}

static void on_poke(sio_namespace_t *nsp, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 0);

    (void)user;
    sio_emit_to(nsp, SIO_TARGET(.flags = SIO_LOCAL), "poked", values.format, TWIN_VALUES(values));
}

static void on_question(sio_namespace_t *nsp, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("{s:[", event, 0);

    (void)nsp;
    (void)user;
    strcat(values.format, "]}");
    sio_ack(event, values.format, "questions", TWIN_VALUES(values));
}

static void report_room(sio_namespace_t *nsp, enum sio_room_event change, const char *room,
                        const char *id, void *user)
{
    static const char *const names[] = {"", "create-room", "join-room", "leave-room",
                                        "delete-room"};

    (void)nsp;
    twin_report((struct twin *)user, "ssss?", "room", names[change], room, id);
}

static void forget_remotes(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)why;
    if (sio_namespace_count(sio_socket_namespace(socket)) == 0)
        drop_remotes(user);
}

void twin_install_cluster(struct twin *app)
{
    sio_namespace_t *nsp = sio_of(app->io, "/cluster");

    twin_install_namespace(nsp);
    sio_namespace_on(nsp, "ask all", on_ask_all, NULL);
    sio_namespace_on(nsp, "acks pending", on_acks_pending, NULL);
    sio_namespace_on(nsp, "fetch", on_fetch, app);
    sio_namespace_on(nsp, "remote", on_remote, app);
    sio_namespace_on(nsp, "sockets join", on_sockets_join, NULL);
    sio_namespace_on(nsp, "sockets leave", on_sockets_leave, NULL);
    sio_namespace_on(nsp, "sockets disconnect", on_sockets_disconnect, NULL);
    sio_namespace_on(nsp, "server side", on_server_side, NULL);
    sio_namespace_on(nsp, "all rooms", on_all_rooms, NULL);
    sio_namespace_on(nsp, "server side ask", on_server_side_ask, NULL);
    twin_install_redis_state(nsp, app);
    sio_on_server_side(nsp, "poke", on_poke, NULL);
    sio_on_server_side(nsp, "question", on_question, NULL);
    sio_namespace_on_disconnect(nsp, forget_remotes, app);
    for (int change = SIO_CREATE_ROOM; change <= SIO_DELETE_ROOM; change++)
        sio_on_room(nsp, (enum sio_room_event)change, report_room, app);
}
