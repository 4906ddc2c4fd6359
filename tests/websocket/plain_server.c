/*
 * Endpoints for run.mjs: each shows one part of socketio/ws.h. What clients can't see (close codes,
 * errors, destructors) goes to standard output, a JSON object per line.
 */
#include <socketio/socketio.h>
#ifdef HAVE_REDIS
#include <socketio/redis.h>
#endif

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT);

    puts(text);
    fflush(stdout);
    free(text);
    json_decref(line);
}

static const char *text_of(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text ? text : "";
}

/* ------------------------------------------------------------------------------ from elsewhere */

/* One call in a thread of its own, waited for by nobody but the end of the program. */
typedef struct errand {
    void (*fn)(struct errand *errand);
    sio_ws_t *ws;
    sio_next_t *next;
} errand_t;

static void *run_errand(void *user)
{
    errand_t *errand = user;

    errand->fn(errand);
    sio_ws_unref(errand->ws);
    free(errand);
    return NULL;
}

static void send_errand(void (*fn)(errand_t *errand), sio_ws_t *ws, sio_next_t *next)
{
    errand_t *errand = malloc(sizeof(*errand));
    pthread_t thread;

    *errand = (errand_t){fn, sio_ws_ref(ws), next};
    if (pthread_create(&thread, NULL, run_errand, errand) == 0)
        pthread_detach(thread);
}

static void errand_ok(errand_t *errand)
{
    sio_next_ok(errand->next);
}

static void errand_refuse(errand_t *errand)
{
    sio_ws_refuse(errand->next, 4002, "refused later");
}

static void errand_talk(errand_t *errand)
{
    sio_ws_t *ws = errand->ws;

    sio_ws_join(ws, "of a thread");
    sio_ws_send(ws, "{s:s}", "from", "a thread");
    sio_ws_send_text(ws, "text", 4);
    sio_ws_send_binary(ws, "bytes", 5);
    sio_ws_send_to(sio_ws_endpoint_of(ws), SIO_TARGET(.to = SIO_LIST("of a thread")), "{s:s}", "to",
                   "the room");
    sio_ws_broadcast_text(ws, NULL, "not to me", 9);
    sio_ws_leave(ws, "of a thread");
    sio_ws_send_to_text(sio_ws_endpoint_of(ws), SIO_TARGET(.to = SIO_LIST("of a thread")), "nobody",
                        6);
    sio_ws_ping(ws, "thread", 6);
    sio_ws_close(ws, 4010, "by a thread");
}

/* -------------------------------------------------------------------------------- all endpoints */

static void on_close(sio_ws_t *ws, int code, const char *reason, void *user)
{
    (void)user;
    say(json_pack("{s:s,s:s,s:i,s:s,s:b}", "event", "close", "path",
                  sio_request_url(sio_ws_request(ws)), "code", code, "reason", reason, "in_room",
                  sio_ws_in_room(ws, sio_ws_id(ws))));
}

static void on_error(sio_ws_t *ws, int code, const char *message, void *user)
{
    (void)user;
    say(json_pack("{s:s,s:s,s:i,s:s}", "event", "error", "path",
                  sio_request_url(sio_ws_request(ws)), "code", code, "message", message));
}

static sio_ws_endpoint_t *endpoint(sio_server_t *io, const char *path,
                                   const sio_ws_options_t *options)
{
    sio_ws_endpoint_t *made = sio_ws_endpoint(io, path, options);

    if (!made)
        exit(EXIT_FAILURE);
    sio_ws_on_close(made, on_close, NULL);
    sio_ws_on_error(made, on_error, NULL);
    return made;
}

/* ---------------------------------------------------------------------------------- the talker */

static void add_room(const char *room, void *user)
{
    json_array_append_new(user, json_string(room));
}

static void tell_about(sio_ws_t *ws)
{
    sio_request_t *request = sio_ws_request(ws);
    json_t *rooms = json_array();
    const char *header = sio_request_header(request, "x-test");
    const char *query = sio_request_query(request, "q");

    sio_ws_rooms(ws, add_room, rooms);
    sio_ws_send(ws, "{s:s,s:o,s:s?,s:s?,s:s?,s:s,s:s,s:s,s:O?,s:i,s:b}", "id", sio_ws_id(ws),
                "rooms", rooms, "name", sio_ws_param(ws, "name"), "header", header, "query", query,
                "address", sio_request_address(request), "subprotocol", sio_ws_subprotocol(ws),
                "identity", sio_ws_identity(ws), "auth", sio_ws_auth(ws), "count",
                (int)sio_ws_endpoint_count(sio_ws_endpoint_of(ws)), "same",
                sio_ws_of_socket(sio_ws_socket(ws)) == ws);
}

/* {"do":"…",…}: what the client wants done. */
static void act(sio_ws_t *ws, const json_t *what)
{
    const char *action = text_of(what, "do"), *room = text_of(what, "room");
    const char *body = text_of(what, "body");
    const sio_target_t *target = *room ? SIO_TARGET(.to = SIO_LIST(room)) : NULL;

    if (strcmp(action, "join") == 0)
        sio_ws_join(ws, room);
    else if (strcmp(action, "leave") == 0)
        sio_ws_leave(ws, room);
    else if (strcmp(action, "say") == 0)
        sio_ws_broadcast_text(ws, target, body, strlen(body));
    else if (strcmp(action, "tell all") == 0)
        sio_ws_send_to_json(sio_ws_endpoint_of(ws), target, json_object_get(what, "json"));
    else if (strcmp(action, "bytes") == 0)
        sio_ws_send_to_binary(sio_ws_endpoint_of(ws), target, body, strlen(body));
    else if (strcmp(action, "emit") == 0)
        sio_emit_to(sio_ws_endpoint_namespace(sio_ws_endpoint_of(ws)), target, "news", "s,i,B",
                    body, 7, "xyz", (size_t)3);
    else if (strcmp(action, "info") == 0)
        tell_about(ws);
    else if (strcmp(action, "ping") == 0)
        sio_ws_ping(ws, body, strlen(body));
    else if (strcmp(action, "thread") == 0)
        send_errand(errand_talk, ws, NULL);
    else if (strcmp(action, "close all") == 0)
        sio_disconnect_sockets(sio_ws_endpoint_namespace(sio_ws_endpoint_of(ws)), NULL, true);
    else if (strcmp(action, "disconnect") == 0)
        sio_disconnect(sio_ws_socket(ws), false);
    else if (strcmp(action, "close") == 0)
        sio_ws_send(ws, "{s:i}", "result",
                    sio_ws_close(ws, (int)json_integer_value(json_object_get(what, "code")), body));
}

static void on_action(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    json_t *json = sio_ws_message_json(message);
    const char *type = sio_ws_message_type(message);
    size_t len;
    const char *data = sio_ws_message_data(message, &len);

    (void)user;
    if (json_is_object(json) && json_object_get(json, "do"))
        act(ws, json);
    else if (type)
        sio_ws_send(ws, "{s:s,s:s}", "type", "answer", "to", type);
    else if (sio_ws_message_binary(message))
        sio_ws_send_binary(ws, data, len);
    else
        sio_ws_send_text(ws, data, len);
}

static void on_pong(sio_ws_t *ws, const void *data, size_t len, void *user)
{
    (void)user;
    sio_ws_send(ws, "{s:s#}", "pong", data, (int)len);
}

static void on_gone(void *user)
{
    say(json_pack("{s:s,s:s}", "event", "destroyed", "who", user));
    free(user);
}

static void on_talker(sio_ws_t *ws, void *user)
{
    (void)user;
    sio_ws_set_user(ws, strdup(sio_ws_param(ws, "name")), on_gone);
    sio_ws_join(ws, "talkers");
}

/* ------------------------------------------------------------------------------- authentication */

static void on_upgrade(sio_ws_t *ws, sio_next_t *next, void *user)
{
    const char *token = sio_request_query(sio_ws_request(ws), "token");
    const char *reason = sio_request_query(sio_ws_request(ws), "reason");

    (void)user;
    if (!token) {
        sio_reply_header(sio_ws_request(ws), "WWW-Authenticate", "Bearer");
        sio_ws_refuse(next, 401, "a token, please");
    } else if (strcmp(token, "none of ours") == 0) {
        sio_next_error(next, "not with this token", NULL);
    } else if (atoi(token)) {
        sio_ws_refuse(next, atoi(token), reason ? reason : "by code");
    } else if (strcmp(token, "later") == 0) {
        sio_ws_set_subprotocol(ws, "v2");
        send_errand(errand_ok, ws, next);
    } else {
        sio_ws_set_auth(ws, json_pack("{s:s}", "token", token));
        sio_ws_set_identity(ws, token);
        sio_next_ok(next);
    }
}

static sio_next_t *unanswered; /* of the newest client that never hears, until on_stats() */

static void on_auth(sio_ws_t *ws, sio_ws_message_t *message, sio_next_t *next, void *user)
{
    const char *token = text_of(sio_ws_message_json(message), "token");

    (void)user;
    if (strcmp(token, "later") == 0) {
        send_errand(errand_ok, ws, next);
    } else if (strcmp(token, "refuse later") == 0) {
        send_errand(errand_refuse, ws, next);
    } else if (strcmp(token, "never") == 0) {
        sio_ws_send_text(ws, "thinking", 8);
        unanswered = next;
    } else if (*token) {
        sio_ws_set_auth(ws, json_pack("{s:s}", "token", token));
        sio_next_ok(next);
    } else {
        sio_ws_refuse(next, SIO_WS_BAD_TOKEN, "bad token");
    }
}

static void on_authenticated(sio_ws_t *ws, void *user)
{
    (void)user;
    sio_ws_send_text(ws, "welcome", 7);
}

/* -------------------------------------------------------------------------- shared with Socket.IO
 */

/* "say" with a room and anything: to the room, Socket.IO clients and plain ones. */
static void on_say(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *room, *name;

    (void)user;
    if (sio_unpack(event, "ss", &room, &name) == SIO_OK)
        sio_broadcast(socket, SIO_TARGET(.to = SIO_LIST(room)), name, "V", sio_event_arg(event, 2));
}

static void on_member(sio_socket_t *socket, void *user)
{
    (void)user;
    sio_join(socket, "lounge");
}

static void on_ask(sio_socket_t *socket, sio_event_t *event, void *user)
{
    sio_namespace_t *nsp = sio_socket_namespace(socket);

    (void)user;
    sio_ack(event, "i", (int)sio_namespace_count(nsp));
}

static void on_guest(sio_ws_t *ws, void *user)
{
    (void)user;
    sio_ws_join(ws, "lounge");
}

/* {"event":name,"value":…} of plain clients is that event for the others. */
static void map_message(sio_ws_message_t *message, sio_ws_out_t *out, void *user)
{
    json_t *json = sio_ws_message_json(message);

    (void)user;
    if (json_object_get(json, "event"))
        sio_ws_out_event(out, text_of(json, "event"), "O", json_object_get(json, "value"));
}

static void map_event(const sio_event_t *event, sio_ws_out_t *out, void *user)
{
    json_t *json;

    (void)user;
    if (strcmp(sio_event_name(event), "secret") == 0)
        return;
    json = json_pack("{s:s,s:O?}", "event", sio_event_name(event), "value",
                     sio_value_json(sio_event_arg(event, 0)));
    sio_ws_out_json(out, json);
    json_decref(json);
}

static void relay(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    const sio_target_t *target = SIO_TARGET(.to = SIO_LIST("lounge"));
    json_t *json = sio_ws_message_json(message);
    size_t len;
    const char *data = sio_ws_message_data(message, &len);

    (void)user;
    if (sio_ws_message_binary(message))
        sio_ws_broadcast_binary(ws, target, data, len);
    else if (json)
        sio_ws_broadcast_json(ws, target, json);
    else
        sio_ws_broadcast_text(ws, target, data, len);
}

static void share(sio_server_t *io, const char *nsp_name, const char *path, bool mapped)
{
    sio_namespace_t *nsp = sio_of(io, nsp_name);
    sio_ws_endpoint_t *shared = endpoint(io, path, SIO_WS_OPTIONS(.share = nsp));

    sio_on_connection(nsp, on_member, NULL);
    sio_namespace_on(nsp, "say", on_say, NULL);
    sio_namespace_on(nsp, "count", on_ask, NULL);
    sio_ws_on_connect(shared, on_guest, NULL);
    sio_ws_on_message(shared, relay, NULL);
    if (mapped) {
        sio_ws_map_events(shared, map_event, NULL);
        sio_ws_map_messages(shared, map_message, NULL);
    }
}

/* -------------------------------------------------------------------------------------- overflow
 */

/* Sends until the outbox is full, then the rest when it has drained. */
static void fill(sio_ws_t *ws)
{
    static char block[65536];
    int sent = 0;

    while (sio_ws_send_binary(ws, block, sizeof(block)) == SIO_OK)
        sent++;
    say(json_pack("{s:s,s:i,s:i}", "event", "full", "sent", sent, "queued",
                  (int)sio_ws_queued_bytes(ws)));
}

static bool fill_other(sio_ws_t *ws, void *user)
{
    if (ws != user)
        fill(ws);
    return true;
}

/* The others are filled: a client that takes nothing isn't read, either. */
static void on_fill(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    (void)message;
    (void)user;
    sio_ws_endpoint_each(sio_ws_endpoint_of(ws), fill_other, ws);
}

static void on_drain(sio_ws_t *ws, void *user)
{
    (void)user;
    sio_ws_send_text(ws, "drained", 7);
}

/* ---------------------------------------------------------------------------------------- the
 * whole */

static void set_up_talking(sio_server_t *io)
{
    sio_ws_endpoint_t *talk = endpoint(io, "/ws/talk/:name",
                                       SIO_WS_OPTIONS(.subprotocols = SIO_LIST("v2", "v1"),
                                                      .origins = SIO_LIST("https://good.example")));
    sio_ws_endpoint_t *quiet =
        endpoint(io, "/ws/quiet", SIO_WS_OPTIONS(.no_json_pings = true, .max_message = 1000));
    sio_ws_endpoint_t *heart =
        endpoint(io, "/ws/heart", SIO_WS_OPTIONS(.ping_interval_ms = 100, .ping_timeout_ms = 400));
    sio_ws_endpoint_t *full = endpoint(io, "/ws/full", NULL);

    sio_ws_on_connect(talk, on_talker, NULL);
    sio_ws_on_message(talk, on_action, NULL);
    sio_ws_on_pong(talk, on_pong, NULL);
    sio_ws_on_message(quiet, on_action, NULL);
    sio_ws_on_message(heart, on_action, NULL);
    sio_ws_on_message(full, on_fill, NULL);
    sio_ws_on_drain(full, on_drain, NULL);
}

static void set_up_authentication(sio_server_t *io)
{
    sio_ws_endpoint_t *token = endpoint(io, "/ws/token", NULL);
    sio_ws_endpoint_t *first = endpoint(io, "/ws/first", SIO_WS_OPTIONS(.auth_timeout_ms = 500));
    sio_ws_endpoint_t *limited =
        endpoint(io, "/ws/limited",
                 SIO_WS_OPTIONS(.limits = SIO_WS_LIMITS(.connections_per_address = 4,
                                                        .connections_per_user = 2,
                                                        .messages_per_second_per_user = 20)));
    sio_ws_endpoint_t *rate =
        endpoint(io, "/ws/rate",
                 SIO_WS_OPTIONS(.limits = SIO_WS_LIMITS(.messages_per_second = 10,
                                                        .bytes_per_second = 10000)));

    sio_ws_on_upgrade(token, on_upgrade, NULL);
    sio_ws_on_connect(token, on_authenticated, NULL);
    sio_ws_on_message(token, on_action, NULL);
    sio_ws_on_auth(first, on_auth, NULL);
    sio_ws_on_connect(first, on_authenticated, NULL);
    sio_ws_on_message(first, on_action, NULL);
    sio_ws_on_upgrade(limited, on_upgrade, NULL);
    sio_ws_on_message(limited, on_action, NULL);
    sio_ws_on_message(rate, on_action, NULL);
}

static void on_stats(sio_request_t *request, void *user)
{
    sio_stats_t stats = {.size = sizeof(stats)};
    char text[256];

    if (unanswered)
        sio_next_ok(unanswered);
    unanswered = NULL;
    sio_stats(user, &stats);
    snprintf(text, sizeof(text),
             "{\"endpoints\":%d,\"connections\":%d,\"accepted\":%d,\"refused\":%d,\"limited\":%d,"
             "\"in\":%d,\"out\":%d,\"sockets\":%d,\"sessions\":%d,\"rooms\":%d}",
             (int)stats.ws_endpoints, (int)stats.ws_connections, (int)stats.ws_accepted,
             (int)stats.ws_refused, (int)stats.ws_limited, (int)stats.ws_messages_in,
             (int)stats.ws_messages_out, (int)stats.sockets, (int)stats.sessions, (int)stats.rooms);
    sio_reply(request, 200, text, strlen(text));
}

/* A second argument: "recovery", or the URL of a Redis. */
static int join_cluster(sio_server_t *io, const char *url)
{
#ifdef HAVE_REDIS
    return sio_set_adapter(io, sio_redis_sharded_adapter(url, NULL));
#else
    (void)io;
    (void)url;
    return SIO_ENOTSUP;
#endif
}

int main(int argc, char **argv)
{
    const char *more = argc > 2 ? argv[2] : "";
    bool recovery = strcmp(more, "recovery") == 0;
    sio_server_t *io = sio_server_new(
        SIO_OPTIONS(.per_message_deflate = SIO_DEFLATE(), .quiet_libwebsockets = true,
                    .outbox_limit = 1 << 20, .outbox_stall_ms = 1000,
                    .recovery = recovery ? SIO_RECOVERY() : NULL, .log_level = SIO_LOG_ERROR));

    if (!io)
        return EXIT_FAILURE;
    set_up_talking(io); /* before and after: both have the adapter */
    if (*more && !recovery && join_cluster(io, more))
        return EXIT_FAILURE;
    set_up_authentication(io);
    share(io, "/shared", "/ws/shared", false);
    share(io, "/mapped", "/ws/mapped", true);
    sio_on_request(io, on_stats, io);
    if (sio_shutdown_on_signals(io) || sio_listen(io, "127.0.0.1", argc > 1 ? atoi(argv[1]) : 0))
        return EXIT_FAILURE;
    printf("listening on %d\n", sio_port(io));
    fflush(stdout);
    return sio_run(io);
}
