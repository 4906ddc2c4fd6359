/* Namespaces, middlewares, the observers' namespace and the engine's hooks of the scenario
 * application. */
#include "tests/interop/twin.h"

#include <stdlib.h>
#include <string.h>

struct twin_values twin_values(const char *prefix, const sio_event_t *event, size_t first)
{
    struct twin_values values = {.format = ""};
    size_t count = sio_event_count(event);
    size_t length = strlen(prefix);

    memcpy(values.format, prefix, length);
    for (size_t i = first; i < count && i - first < TWIN_VALUES_MAX; i++) {
        values.at[i - first] = sio_event_arg(event, i);
        values.format[length++] = 'V';
    }
    values.format[length] = '\0';
    return values;
}

struct twin *twin_of(const sio_socket_t *socket)
{
    return sio_server_user(sio_socket_server(socket));
}

json_t *twin_arg(const sio_event_t *event, size_t index)
{
    const sio_value_t *value = sio_event_arg(event, index);

    return value == NULL ? NULL : sio_value_json(value);
}

/* ---------------------------------------------------------------------------------------- life of
 * a socket */

static void report_disconnecting(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)user;
    twin_report(twin_of(socket), "sssso", "disconnecting",
                sio_namespace_name(sio_socket_namespace(socket)), sio_id(socket), why->text,
                twin_rooms(socket));
}

static void report_disconnect(sio_socket_t *socket, const sio_disconnect_t *why, void *user)
{
    (void)user;
    twin_report(twin_of(socket), "sssso", "disconnect",
                sio_namespace_name(sio_socket_namespace(socket)), sio_id(socket), why->text,
                twin_rooms(socket));
    struct twin_socket *state = sio_user(socket);
    sio_event_release(state->unanswered);
    state->unanswered = NULL;
    if (state->held_event != NULL)
        sio_next_ok(state->held_event);
    state->held_event = NULL;
}

static void report_error(sio_socket_t *socket, const char *message, const json_t *data, void *user)
{
    (void)data;
    (void)user;
    twin_report(twin_of(socket), "ssss", "error", sio_namespace_name(sio_socket_namespace(socket)),
                sio_id(socket), message);
}

static void on_connection(sio_socket_t *socket, void *user)
{
    (void)user;
    twin_report(twin_of(socket), "sss", "connection",
                sio_namespace_name(sio_socket_namespace(socket)), sio_id(socket));
    sio_set_user(socket, calloc(1, sizeof(struct twin_socket)), free);
    sio_on_error(socket, report_error, NULL);
}

static void greet(sio_socket_t *socket, void *user)
{
    (void)user;
    sio_emit(socket, "hello", "O", sio_handshake_auth(socket));
}

void twin_install_namespace(sio_namespace_t *nsp)
{
    sio_on_connection(nsp, on_connection, NULL);
    sio_namespace_on_disconnecting(nsp, report_disconnecting, NULL);
    sio_namespace_on_disconnect(nsp, report_disconnect, NULL);
    twin_install_socket_events(nsp);
    twin_install_room_events(nsp);
    twin_install_listener_events(nsp);
    twin_install_emitting_events(nsp);
    twin_install_recovery_events(nsp);
}

/* ------------------------------------------------------------------------------------- "/guarded":
 * middlewares */

static const char *mode_of(sio_socket_t *socket)
{
    const char *mode = json_string_value(json_object_get(sio_handshake_auth(socket), "mode"));

    return mode == NULL ? "" : mode;
}

static void hold(struct twin *app, sio_socket_t *socket, sio_next_t *next)
{
    const char *label = json_string_value(json_object_get(sio_handshake_auth(socket), "label"));

    if (app->held_count == TWIN_HELD_MAX) {
        sio_next_error(next, "too many held", NULL);
        return;
    }
    app->held[app->held_count++] = next;
    twin_report(app, "ss?", "held", label);
}

static void first_middleware(sio_socket_t *socket, sio_next_t *next, void *user)
{
    const char *mode = mode_of(socket);

    if (strcmp(mode, "refuse") == 0) {
        sio_next_error(next, "not authorized", NULL);
    } else if (strcmp(mode, "refuse with data") == 0) {
        json_t *data = json_pack("{s:i, s:[s, n, {s:f}]}", "code", 42, "details", "a", "b", 0.5);
        sio_next_error(next, "not authorized", data);
    } else if (strcmp(mode, "hold") == 0) {
        hold(user, socket, next);
    } else {
        if (strcmp(mode, "emit") == 0)
            sio_emit(socket, "early", "s", "from the middleware");
        else if (strcmp(mode, "join") == 0)
            sio_join(socket, "joined early");
        sio_next_ok(next);
    }
}

static void second_middleware(sio_socket_t *socket, sio_next_t *next, void *user)
{
    (void)user;
    if (strcmp(mode_of(socket), "second") == 0)
        sio_next_error(next, "refused by the second", NULL);
    else
        sio_next_ok(next);
}

/* -----------------------------------------------------------------------------------------
 * "/control": observers */

static void on_release(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    const char *message = json_string_value(twin_arg(event, 0));

    (void)socket;
    if (app->held_count == 0)
        return;
    sio_next_t *next = app->held[0];
    memmove(app->held, app->held + 1, --app->held_count * sizeof(app->held[0]));
    if (message == NULL)
        sio_next_ok(next);
    else
        sio_next_error(next, message, json_incref(twin_arg(event, 1)));
}

static void on_shutdown(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;

    (void)socket;
    (void)event;
    sio_shutdown(app->io, 2000, NULL, NULL);
}

static void on_fence(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)socket;
    (void)user;
    sio_ack(event, "");
}

/* What there is but for the observer who asks, who has a session, a socket and maybe a poll. */
static void on_counters(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    sio_stats_t stats = {.size = sizeof(stats)};
    json_t *left = json_object();

    (void)socket;
    sio_stats(app->io, &stats);
    const struct {
        const char *name;
        uint64_t count, own;
    } all[] = {
        {"sessions", stats.sessions, 1},
        {"sockets", stats.sockets, 1},
        {"requests", stats.requests, strcmp(sio_transport(socket), "polling") == 0 ? 2 : 0},
        {"rooms", stats.rooms, 0},
        {"acks_pending", stats.acks_pending, 0},
        {"operations", stats.operations, 0},
        {"queued_bytes", stats.queued_bytes, 0},
        {"posted_bytes", stats.posted_bytes, 0},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].count > all[i].own)
            json_object_set_new(left, all[i].name, json_integer((json_int_t)all[i].count));
    sio_ack(event, "o", left);
}

static void on_broadcast(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    struct twin_values values = twin_values("", event, 2);
    const char *nsp, *name;

    (void)socket;
    if (sio_unpack(event, "ss", &nsp, &name) == SIO_OK)
        sio_emit_to(sio_of(app->io, nsp), NULL, name, values.format, TWIN_VALUES(values));
}

static bool disconnect_one(sio_socket_t *socket, void *user)
{
    sio_disconnect(socket, *(const int *)user);
    return true;
}

static void on_disconnect_all(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    const char *nsp;
    int close;

    (void)socket;
    if (sio_unpack(event, "sb", &nsp, &close) == SIO_OK)
        sio_namespace_each(sio_of(app->io, nsp), disconnect_one, &close);
}

static void install_control(struct twin *app)
{
    app->control = sio_of(app->io, "/control");
    twin_install_recovery_control(app->control);
    sio_namespace_on(app->control, "release", on_release, app);
    sio_namespace_on(app->control, "shutdown", on_shutdown, app);
    sio_namespace_on(app->control, "fence", on_fence, app);
    sio_namespace_on(app->control, "counters", on_counters, app);
    sio_namespace_on(app->control, "broadcast", on_broadcast, app);
    sio_namespace_on(app->control, "disconnect all", on_disconnect_all, app);
}

/* ----------------------------------------------------------------------------------------------
 * the engine */

static void on_connection_error(const sio_connection_error_t *error, void *user)
{
    json_t *context = json_loads(error->context, JSON_ALLOW_NUL, NULL);

    json_object_del(context, "error"); /* an exception has nothing to show */
    twin_report((struct twin *)user, "sisos", "connection error", error->code, error->message,
                context == NULL ? json_object() : context, sio_request_method(error->request));
}

static void add_initial_header(sio_request_t *request, sio_headers_t *headers, void *user)
{
    (void)request;
    (void)user;
    sio_headers_add(headers, "x-initial", "first");
}

static void add_header(sio_request_t *request, sio_headers_t *headers, void *user)
{
    (void)user;
    sio_headers_add(headers, "x-every", "each");
    if (sio_request_query(request, "many") == NULL)
        return;
    sio_headers_add(headers, "x-many", "one");
    sio_headers_add(headers, "x-many", "two");
}

void twin_install_engine(struct twin *app)
{
    sio_on_connection_error(app->io, on_connection_error, app);
    if (!app->hooks)
        return;
    sio_on_initial_headers(app->io, add_initial_header, NULL);
    sio_on_headers(app->io, add_header, NULL);
}

void twin_install(struct twin *app)
{
    twin_install_namespace(sio_of(app->io, "/"));
    twin_install_namespace(sio_of(app->io, "/chat"));
    twin_install_namespace(sio_of(app->io, "/admin?x=1"));

    sio_namespace_t *greeting = sio_of(app->io, "/greeting");
    sio_on_connection(greeting, greet, NULL);
    twin_install_namespace(greeting);

    sio_namespace_t *guarded = sio_of(app->io, "/guarded");
    sio_use(guarded, first_middleware, app);
    sio_use(guarded, second_middleware, app);
    twin_install_namespace(guarded);
    twin_install_cluster(app);
    install_control(app); /* last, so that it sees the others leave at a shutdown */
    twin_install_dynamic(app);
    twin_install_engine(app);
    twin_install_handlers(app);
    twin_install_handshakes(app);
    twin_install_page(app);
    if (app->engine)
        twin_install_engine_hooks(app);
    if (app->decide_cors)
        twin_install_cors(app);
}
