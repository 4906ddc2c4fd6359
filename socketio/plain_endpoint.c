/* Endpoints: how they are made, what the program sets on them, how they end. */
#include "base/alloc.h"
#include "socketio/plain.h"
#include "socketio/recovery.h"

#include <string.h>

static const char area[] = "socket.io:ws";

/* ------------------------------------------------------------------------------------- options */

static void free_list(char **list)
{
    for (char **text = list; list && *text; text++)
        sio__free(*text);
    sio__free(list);
}

/* False: out of memory. */
static bool copy_list(char ***copy, const char *const *list)
{
    size_t count = 0;

    if (!list)
        return true;
    while (list[count])
        count++;
    *copy = sio__calloc(count + 1, sizeof(**copy));
    if (!*copy)
        return false;
    for (size_t i = 0; i < count; i++) {
        (*copy)[i] = sio__strdup(list[i]);
        if (!(*copy)[i])
            return false;
    }
    return true;
}

/* What this version knows of a struct whose size comes first. */
static void copy_known(void *known, size_t known_size, const void *given, size_t given_size)
{
    memset(known, 0, known_size);
    if (given)
        memcpy(known, given, given_size < known_size ? given_size : known_size);
}

/* One who forgot to say its size says nonsense. */
static bool sizes_given(const sio_ws_options_t *options)
{
    return !options || (options->size && (!options->limits || options->limits->size) &&
                        (!options->per_message_deflate || options->per_message_deflate->size));
}

/* ------------------------------------------------------------------------------- engine's hooks */

static void on_close(eio_session_t *session, eio_reason_t reason, const char *detail, void *user)
{
    sio_ws_t *ws = eio_session_user(session);

    (void)user;
    if (ws)
        sio__ws_session_closed(ws, reason, detail);
}

static void on_pong(eio_session_t *session, const char *data, size_t len, void *user)
{
    const sio__ws_hook_t *hook = &((sio_ws_endpoint_t *)user)->hooks[SIO__WS_PONG];
    sio_ws_t *ws = eio_session_user(session);

    if (ws && ws->stage == SIO__WS_OPEN && hook->fn)
        ((sio_ws_data_fn)hook->fn)(ws, data, len, hook->user);
}

static void on_drained(eio_session_t *session, void *user)
{
    const sio__ws_hook_t *hook = &((sio_ws_endpoint_t *)user)->hooks[SIO__WS_DRAIN];
    sio_ws_t *ws = eio_session_user(session);

    if (ws && ws->stage == SIO__WS_OPEN && hook->fn)
        ((sio_ws_fn)hook->fn)(ws, hook->user);
}

static const sio_ws_limits_t *known_limits(const sio_ws_limits_t *limits, sio_ws_limits_t *known)
{
    copy_known(known, sizeof(*known), limits, limits ? limits->size : 0);
    return limits ? known : NULL;
}

static void set_quotas(sio_ws_endpoint_t *endpoint, const sio_ws_limits_t *limits)
{
    endpoint->addresses.connections = limits->connections_per_address;
    endpoint->addresses.messages_per_second = limits->messages_per_second_per_address;
    endpoint->addresses.bytes_per_second = limits->bytes_per_second_per_address;
    endpoint->users.connections = limits->connections_per_user;
    endpoint->users.messages_per_second = limits->messages_per_second_per_user;
    endpoint->users.bytes_per_second = limits->bytes_per_second_per_user;
}

static eio_plain_t *new_engine(sio_ws_endpoint_t *endpoint, const sio_ws_options_t *options)
{
    sio_ws_limits_t known;
    const sio_ws_limits_t *limits = known_limits(options->limits, &known);
    eio_deflate_options_t deflate = {.enabled = false};
    eio_plain_options_t engine = {
        .max_message = options->max_message,
        .ping_interval_ms = options->ping_interval_ms,
        .ping_timeout_ms = options->ping_timeout_ms,
        .rate_code = SIO_WS_LIMITED,
        .handlers = {.on_message = sio__ws_on_message,
                     .on_close = on_close,
                     .on_pong = on_pong,
                     .on_drained = on_drained},
        .user = endpoint,
    };

    if (limits) {
        engine.packets_per_second = limits->messages_per_second;
        engine.bytes_per_second = limits->bytes_per_second;
        set_quotas(endpoint, limits);
    }
    if (options->per_message_deflate)
        deflate = sio__options_deflate(options->per_message_deflate);
    if (options->no_deflate || options->per_message_deflate)
        engine.deflate = &deflate;
    if (options->no_deflate)
        deflate.enabled = false;
    return eio_plain_new(endpoint->server->engine, &engine);
}

/* ---------------------------------------------------------------------------------------- life */

static void free_endpoint(sio_ws_endpoint_t *endpoint)
{
    if (endpoint->nsp)
        sio__namespace_unref(endpoint->nsp);
    eio_plain_free(endpoint->engine);
    sio__path_free(&endpoint->path);
    free_list(endpoint->subprotocols);
    free_list(endpoint->origins);
    sio__free(endpoint);
}

/* Its own namespace, in which nobody can come back. */
static sio_namespace_t *own_namespace(sio_server_t *io, const char *name)
{
    sio_namespace_t *nsp = sio__namespace_new_hidden(io, name);

    if (!nsp)
        return NULL;
    sio__recovery_close(nsp);
    if (sio__namespace_adapt(nsp) == SIO_OK)
        return nsp;
    sio__namespace_unref(nsp);
    return NULL;
}

/* A child must stay, though its sockets have gone. */
static void share_namespace(sio_ws_endpoint_t *endpoint, sio_namespace_t *nsp)
{
    endpoint->nsp = nsp;
    endpoint->shared = true;
    if (nsp->parent)
        sio__namespace_enter(nsp);
    else
        sio__namespace_ref(nsp);
}

static int set_up(sio_ws_endpoint_t *endpoint, const char *pattern, const sio_ws_options_t *options)
{
    int error = sio__path_compile(&endpoint->path, pattern);

    if (error)
        return error;
    if (options->share && (options->share->family || options->share->server != endpoint->server))
        return SIO_EINVAL;
    if (options->share)
        share_namespace(endpoint, options->share);
    else
        endpoint->nsp = own_namespace(endpoint->server, pattern);
    if (!endpoint->nsp || !copy_list(&endpoint->subprotocols, options->subprotocols) ||
        !copy_list(&endpoint->origins, options->origins))
        return SIO_ENOMEM;
    endpoint->engine = new_engine(endpoint, options);
    return endpoint->engine ? SIO_OK : SIO_ENOMEM;
}

sio_ws_endpoint_t *sio_ws_endpoint(sio_server_t *io, const char *pattern,
                                   const sio_ws_options_t *options)
{
    sio_ws_options_t known;
    sio_ws_endpoint_t *endpoint;
    int error;

    SIO__LOOP_ONLY(io);
    copy_known(&known, sizeof(known), options, options ? options->size : 0);
    endpoint = io->engine ? sio__calloc(1, sizeof(*endpoint)) : NULL;
    if (!endpoint)
        return NULL;
    endpoint->server = io;
    sio__list_init(&endpoint->link);
    sio__list_init(&endpoint->connections);
    sio__quotas_init(&endpoint->addresses, &io->loop);
    sio__quotas_init(&endpoint->users, &io->loop);
    endpoint->auth_timeout_ms = known.auth_timeout_ms ? known.auth_timeout_ms : 10000;
    endpoint->json_pings = !known.no_json_pings;
    endpoint->user = known.user;
    error = sizes_given(options) ? set_up(endpoint, pattern, &known) : SIO_EINVAL;
    if (!error) {
        sio__list_append(&io->ws_endpoints, &endpoint->link);
        return endpoint;
    }
    SIO__LOG(&io->log, SIO__ERROR, area, "endpoint %s: %s", pattern ? pattern : "",
             sio_strerror(error));
    free_endpoint(endpoint);
    return NULL;
}

static const sio_ws_endpoint_t *endpoint_of(const sio__list_t *node)
{
    return SIO__CONTAINER(node, const sio_ws_endpoint_t, link);
}

int sio__ws_endpoints_adapt(sio_server_t *io)
{
    int error = SIO_OK;

    for (sio__list_t *node = io->ws_endpoints.next; node != &io->ws_endpoints && !error;
         node = node->next)
        if (!endpoint_of(node)->shared)
            error = sio__namespace_adapt(endpoint_of(node)->nsp);
    return error;
}

bool sio__ws_endpoints_used(const sio_server_t *io)
{
    for (const sio__list_t *node = io->ws_endpoints.next; node != &io->ws_endpoints;
         node = node->next)
        if (!endpoint_of(node)->shared && endpoint_of(node)->nsp->members)
            return true;
    return false;
}

void sio__ws_endpoints_close(sio_server_t *io)
{
    for (sio__list_t *node = io->ws_endpoints.next; node != &io->ws_endpoints; node = node->next) {
        sio_ws_endpoint_t *endpoint = SIO__CONTAINER(node, sio_ws_endpoint_t, link);

        eio_plain_free(endpoint->engine);
        endpoint->engine = NULL;
        sio__quotas_close(&endpoint->addresses);
        sio__quotas_close(&endpoint->users);
    }
}

void sio__ws_endpoints_free(sio_server_t *io)
{
    sio__list_t *node;

    while ((node = sio__list_pop(&io->ws_endpoints)))
        free_endpoint(SIO__CONTAINER(node, sio_ws_endpoint_t, link));
}

/* -------------------------------------------------------------------------------------- asking */

void *sio_ws_endpoint_user(const sio_ws_endpoint_t *endpoint)
{
    return endpoint->user;
}

const char *sio_ws_endpoint_path(const sio_ws_endpoint_t *endpoint)
{
    return endpoint->path.pattern;
}

sio_namespace_t *sio_ws_endpoint_namespace(const sio_ws_endpoint_t *endpoint)
{
    return endpoint->nsp;
}

size_t sio_ws_endpoint_count(const sio_ws_endpoint_t *endpoint)
{
    SIO__LOOP_ONLY(endpoint->server);
    return endpoint->count;
}

/* Those that leave meanwhile must not end the walk, so all of them are held. */
void sio_ws_endpoint_each(sio_ws_endpoint_t *endpoint, bool (*fn)(sio_ws_t *ws, void *user),
                          void *user)
{
    sio_ws_t **all = sio__malloc((endpoint->count + 1) * sizeof(sio_ws_t *));
    size_t count = 0;
    bool go_on = true;

    SIO__LOOP_ONLY(endpoint->server);
    if (!all)
        return;
    for (sio__list_t *node = endpoint->connections.next; node != &endpoint->connections;
         node = node->next)
        all[count++] = sio_ws_ref(SIO__CONTAINER(node, sio_ws_t, of_endpoint));
    for (size_t i = 0; i < count; i++) {
        go_on = go_on && (!sio_ws_connected(all[i]) || fn(all[i], user));
        sio_ws_unref(all[i]);
    }
    sio__free(all);
}

/* -------------------------------------------------------------------------------------- hooks */

static int set_hook(sio_ws_endpoint_t *endpoint, int hook, sio__fn_t fn, void *user)
{
    SIO__LOOP_ONLY(endpoint->server);
    endpoint->hooks[hook] = (sio__ws_hook_t){fn, user};
    return SIO_OK;
}

int sio_ws_on_upgrade(sio_ws_endpoint_t *endpoint, sio_ws_next_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_UPGRADE, (sio__fn_t)fn, user);
}

int sio_ws_on_auth(sio_ws_endpoint_t *endpoint, sio_ws_auth_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_AUTH, (sio__fn_t)fn, user);
}

int sio_ws_on_connect(sio_ws_endpoint_t *endpoint, sio_ws_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_CONNECT, (sio__fn_t)fn, user);
}

int sio_ws_on_message(sio_ws_endpoint_t *endpoint, sio_ws_message_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_MESSAGE, (sio__fn_t)fn, user);
}

int sio_ws_on_close(sio_ws_endpoint_t *endpoint, sio_ws_close_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_CLOSE, (sio__fn_t)fn, user);
}

int sio_ws_on_error(sio_ws_endpoint_t *endpoint, sio_ws_close_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_ERROR, (sio__fn_t)fn, user);
}

int sio_ws_on_pong(sio_ws_endpoint_t *endpoint, sio_ws_data_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_PONG, (sio__fn_t)fn, user);
}

int sio_ws_map_events(sio_ws_endpoint_t *endpoint, sio_ws_map_event_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_MAP_EVENT, (sio__fn_t)fn, user);
}

int sio_ws_map_messages(sio_ws_endpoint_t *endpoint, sio_ws_map_message_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_MAP_MESSAGE, (sio__fn_t)fn, user);
}

int sio_ws_on_drain(sio_ws_endpoint_t *endpoint, sio_ws_fn fn, void *user)
{
    return set_hook(endpoint, SIO__WS_DRAIN, (sio__fn_t)fn, user);
}
