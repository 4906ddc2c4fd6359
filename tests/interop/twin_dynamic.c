/* Namespaces that clients bring about: parents with a pattern, parents with a function, their
 * children. */
#include "tests/interop/twin.h"

#include <string.h>

enum parent { PATTERN, SECOND, FUNCTION, LAST, PARENTS };

static const char *const kinds[PARENTS] = {"pattern", "second", "function", "last"};

static sio_namespace_t *parent_named(const struct twin *app, const char *kind)
{
    for (int i = 0; i < PARENTS; i++)
        if (strcmp(kinds[i], kind) == 0)
            return app->parents[i];
    return NULL;
}

/* --------------------------------------------------------------------------- asked about a name */

static void decide(const char *name, const json_t *auth, sio_next_t *next, void *user)
{
    const char *tenant = json_string_value(json_object_get(auth, "tenant"));
    struct twin *app = user;

    twin_report(app, "ssO", "asked", name, auth);
    if (tenant && strcmp(tenant, "yes") == 0)
        sio_next_ok(next);
    else if (tenant && strcmp(tenant, "error") == 0)
        sio_next_error(next, "no such tenant", NULL);
    else if (tenant && strcmp(tenant, "hold") == 0 && app->checks_count < TWIN_HELD_MAX)
        app->checks[app->checks_count++] = next;
    else
        sio_next_error(next, NULL, NULL);
}

static void starts_with_last(const char *name, const json_t *auth, sio_next_t *next, void *user)
{
    (void)auth;
    (void)user;
    if (strncmp(name, "/last", 5) == 0)
        sio_next_ok(next);
    else
        sio_next_error(next, NULL, NULL);
}

/* ------------------------------------------------------------------- what children have of them */

static void guard(sio_socket_t *socket, sio_next_t *next, void *user)
{
    const json_t *auth = sio_handshake_auth(socket);
    char message[64] = "refused by ";

    if (json_is_true(json_object_get(auth, "refuse"))) {
        sio_next_error(next, strncat(message, user, 32), NULL);
        return;
    }
    if (json_is_true(json_object_get(auth, "join")))
        sio_join(socket, "lobby");
    sio_next_ok(next);
}

static void welcome(sio_socket_t *socket, void *user)
{
    sio_emit(socket, "welcome", "ss", (const char *)user,
             sio_namespace_name(sio_socket_namespace(socket)));
}

static void report_late(sio_socket_t *socket, void *user)
{
    twin_report((struct twin *)user, "ss", "late",
                sio_namespace_name(sio_socket_namespace(socket)));
}

static void report_new(sio_namespace_t *nsp, void *user)
{
    twin_report((struct twin *)user, "ss", "new namespace", sio_namespace_name(nsp));
}

/* ---------------------------------------------------------------------------- "/control": parents
 */

static void on_answer_check(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    sio_next_t *next = app->checks[0];
    int allow;

    (void)socket;
    if (app->checks_count == 0 || sio_unpack(event, "b", &allow) != SIO_OK)
        return;
    memmove(app->checks, app->checks + 1, --app->checks_count * sizeof(app->checks[0]));
    if (allow)
        sio_next_ok(next);
    else
        sio_next_error(next, NULL, NULL);
}

static void on_of(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin *app = user;
    const char *name;

    (void)socket;
    if (sio_unpack(event, "s", &name) == SIO_OK)
        sio_ack(event, "s", sio_namespace_name(sio_of(app->io, name)));
}

static bool append_name(sio_namespace_t *child, void *user)
{
    json_array_append_new(user, json_string(sio_namespace_name(child)));
    return true;
}

static void on_children(sio_socket_t *socket, sio_event_t *event, void *user)
{
    json_t *names = json_array();
    const char *kind;

    (void)socket;
    if (sio_unpack(event, "s", &kind) == SIO_OK)
        sio_namespace_each_child(parent_named(user, kind), append_name, names);
    sio_ack_json(event, names);
    json_decref(names);
}

/* There is no asking for a namespace without making it: the count tells. */
static void on_exists(sio_socket_t *socket, sio_event_t *event, void *user)
{
    bool found = false;
    const char *name;

    (void)socket;
    if (sio_unpack(event, "s", &name) != SIO_OK)
        return;
    for (int i = 0; i < PARENTS; i++) {
        json_t *names = json_array();
        size_t at;
        json_t *one;

        sio_namespace_each_child(((struct twin *)user)->parents[i], append_name, names);
        json_array_foreach(names, at, one)
        {
            found = found || strcmp(json_string_value(one), name) == 0;
        }
        json_decref(names);
    }
    sio_ack(event, "b", found);
}

static void fill(const json_t *rooms, const char **list, size_t max)
{
    size_t i;
    json_t *room;

    json_array_foreach(rooms, i, room)
    {
        if (i < max)
            list[i] = json_string_value(room);
    }
}

static void on_parent_emit(sio_socket_t *socket, sio_event_t *event, void *user)
{
    struct twin_values values = twin_values("", event, 3);
    const char *to[8] = {NULL}, *except[8] = {NULL}, *kind, *name;
    json_t *spec;

    (void)socket;
    if (sio_unpack(event, "sos", &kind, &spec, &name) != SIO_OK)
        return;
    fill(json_object_get(spec, "to"), to, 7);
    fill(json_object_get(spec, "except"), except, 7);
    sio_emit_to(parent_named(user, kind), SIO_TARGET(.to = to, .except = except), name,
                values.format, TWIN_VALUES(values));
}

static void on_late_handler(sio_socket_t *socket, sio_event_t *event, void *user)
{
    const char *kind;

    (void)socket;
    if (sio_unpack(event, "s", &kind) == SIO_OK)
        sio_on_connection(parent_named(user, kind), report_late, user);
    sio_ack(event, "");
}

void twin_install_dynamic(struct twin *app)
{
    app->parents[PATTERN] = sio_of_pattern(app->io, "^/dynamic-[0-9]+$");
    app->parents[SECOND] = sio_of_pattern(app->io, "^/dynamic-");
    app->parents[FUNCTION] = sio_of_function(app->io, decide, app);
    app->parents[LAST] = sio_of_function(app->io, starts_with_last, NULL);
    for (int i = 0; i < PARENTS; i++) {
        sio_use(app->parents[i], guard, (void *)(uintptr_t)kinds[i]);
        sio_on_connection(app->parents[i], welcome, (void *)(uintptr_t)kinds[i]);
        twin_install_namespace(app->parents[i]);
    }
    sio_on_new_namespace(app->io, report_new, app);
    sio_namespace_on(app->control, "answer check", on_answer_check, app);
    sio_namespace_on(app->control, "of", on_of, app);
    sio_namespace_on(app->control, "children", on_children, app);
    sio_namespace_on(app->control, "exists", on_exists, app);
    sio_namespace_on(app->control, "parent emit", on_parent_emit, app);
    sio_namespace_on(app->control, "late handler", on_late_handler, app);
}
