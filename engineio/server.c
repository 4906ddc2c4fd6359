#include "engineio/server.h"

#include "base/alloc.h"
#include "engineio/plain.h"

#include <string.h>
#include <unistd.h>

static void on_drain_timeout(sio__timer_t *timer);
static void on_finish(eio_deferred_t *deferred);
static void on_batch(sio__timer_t *timer);
static void on_stream_gone(eio_stream_t *stream, void *user);

enum { BATCH_MS = 50 };

/* ---- options ---- */

#define DEFAULT(value, otherwise) ((value) ? (value) : (otherwise))

static void fill_defaults(eio_options_t *options)
{
    options->ping_interval_ms = DEFAULT(options->ping_interval_ms, 25000);
    options->ping_timeout_ms = DEFAULT(options->ping_timeout_ms, 20000);
    options->upgrade_timeout_ms = DEFAULT(options->upgrade_timeout_ms, 10000);
    options->max_http_buffer_size = DEFAULT(options->max_http_buffer_size, 1000000);
    options->transports = DEFAULT(options->transports, EIO_POLLING | EIO_WEBSOCKET);
    options->outbox_limit = DEFAULT(options->outbox_limit, 16 << 20);
    options->outbox_stall_ms = DEFAULT(options->outbox_stall_ms, 30000);
    options->http_timeout_ms = DEFAULT(options->http_timeout_ms, 60000);
    options->deflate.threshold = DEFAULT(options->deflate.threshold, 1024);
    options->http_compression_threshold = DEFAULT(options->http_compression_threshold, 1024);
}

/* "/engine.io" gives "/engine.io/": a trailing slash is removed, then added. */
static char *make_path(const char *path, bool no_trailing_slash)
{
    sio__buf_t out = SIO__BUF_INIT;
    size_t len;

    path = path ? path : "/engine.io";
    len = strlen(path);
    if (len && path[len - 1] == '/')
        len--;
    if (*path != '/')
        sio__buf_append_char(&out, '/');
    sio__buf_append(&out, path, len);
    if (!no_trailing_slash)
        sio__buf_append_char(&out, '/');
    sio__buf_append_char(&out, '\0');
    if (out.failed)
        sio__buf_free(&out);
    return out.data;
}

static bool copy_cookie(eio_server_t *server, const eio_cookie_t *cookie)
{
    eio_cookie_t *copy = &server->cookie;

    *copy = *cookie;
    copy->name = cookie->name ? sio__strdup(cookie->name) : NULL;
    copy->path = cookie->path ? sio__strdup(cookie->path) : NULL;
    copy->domain = cookie->domain ? sio__strdup(cookie->domain) : NULL;
    copy->same_site = cookie->same_site ? sio__strdup(cookie->same_site) : NULL;
    copy->priority = cookie->priority ? sio__strdup(cookie->priority) : NULL;
    server->options.cookie = copy;
    return (!cookie->name || copy->name) && (!cookie->path || copy->path) &&
           (!cookie->domain || copy->domain) && (!cookie->same_site || copy->same_site) &&
           (!cookie->priority || copy->priority);
}

static bool copy_options(eio_server_t *server, const eio_options_t *options)
{
    server->options = *options;
    fill_defaults(&server->options);
    server->path = make_path(options->path, options->no_trailing_slash);
    server->options.path = server->path;
    eio_compressor_init(&server->compressor, &server->options.deflate);
    if (!server->path)
        return false;
    server->path_len = strlen(server->path);
    if (options->initial_packet && !(server->initial_packet = sio__strdup(options->initial_packet)))
        return false;
    return !options->cookie || copy_cookie(server, options->cookie);
}

/* ---- life ---- */

static void free_char(const char *text)
{
    sio__free((void *)(uintptr_t)text);
}

static void free_server(eio_server_t *server)
{
    eio_http_free(&server->http);
    sio__buf_free(&server->payload);
    eio_chunk_pool_free(&server->chunks);
    eio_compressor_free(&server->compressor);
    eio_limits_free(&server->limits);
    sio__map_free(&server->sessions);
    free_char(server->cookie.name);
    free_char(server->cookie.path);
    free_char(server->cookie.domain);
    free_char(server->cookie.same_site);
    free_char(server->cookie.priority);
    sio__free(server->path);
    sio__free(server->initial_packet);
    sio__free(server);
}

void eio_server_unref(eio_server_t *server)
{
    if (--server->refs == 0)
        free_server(server);
}

eio_server_t *eio_server_new(eio_loop_t *loop, const eio_options_t *options, int *error)
{
    eio_server_t *server = sio__calloc(1, sizeof(*server));

    *error = EIO_ENOMEM;
    if (!server)
        return NULL;
    server->loop = loop;
    sio__map_init(&server->sessions);
    sio__list_init(&server->session_list);
    sio__list_init(&server->to_close);
    sio__timer_init(&server->batch_timer, on_batch);
    sio__list_init(&server->listeners);
    sio__timer_init(&server->drain_timer, on_drain_timeout);
    eio_deferred_init(&server->finish, on_finish);
    server->refs = 1;
    eio_limits_init(&server->limits, loop, &options->limits);
    if (!copy_options(server, options)) {
        free_server(server);
        return NULL;
    }
    server->http = (eio_http_t){
        .loop = loop,
        .log = server->options.log,
        .timeout_ms = server->options.http_timeout_ms,
        .on_request = eio_server_on_request,
        .user = server,
    };
    server->layer =
        eio_transport_layer_new(loop, server->options.log, server->options.max_connections,
                                server->options.quiet_libwebsockets);
    if (!server->layer) {
        free_server(server);
        return NULL;
    }
    eio_transport_layer_on_gone(server->layer, on_stream_gone, server);
    *error = 0;
    return server;
}

/* ---- listening ---- */

static void on_stream_gone(eio_stream_t *stream, void *user)
{
    eio_server_t *server = user;

    eio_limits_disconnect(&server->limits, stream->owner);
    eio_server_stream_gone(server);
}

/* NULL with *refused: its address has too many. */
static eio_address_t *count_connection(eio_server_t *server, const struct sockaddr *peer,
                                       bool *refused)
{
    eio_stream_t stream = {0};
    char text[46];

    *refused = false;
    if (!server->options.limits.connections_per_address)
        return NULL;
    eio_stream_set_address(&stream, peer);
    eio_stream_address(&stream, text);
    return eio_limits_connect(&server->limits, text, refused);
}

static void on_accept(eio_listener_t *listener, int fd, const struct sockaddr *peer, void *user)
{
    eio_server_t *server = user;
    struct lws_vhost *vhost = listener->context;
    size_t limit = server->options.max_connections;
    eio_address_t *address;
    eio_stream_t *stream;
    bool refused;

    if (limit && eio_transport_layer_count(server->layer) >= limit) {
        server->counters.limited_connections++;
        SIO__LOG(server->options.log, SIO__WARN, "engine",
                 "connection refused: max_connections (%zu) are open", limit);
        close(fd);
        return;
    }
    address = count_connection(server, peer, &refused);
    if (refused) {
        server->counters.limited_connections++;
        SIO__LOG(server->options.log, SIO__WARN, "engine",
                 "connection refused: its address has connections_per_address (%u) open",
                 server->options.limits.connections_per_address);
        close(fd);
        return;
    }
    stream = eio_stream_adopt(server->layer, vhost, fd, peer);
    if (!stream) {
        eio_limits_disconnect(&server->limits, address);
        return;
    }
    stream->owner = address;
    eio_http_accept(&server->http, stream);
}

int eio_server_listen(eio_server_t *server, const char *host, int port, const eio_tls_t *tls)
{
    int error = 0;
    struct lws_vhost *vhost = tls ? eio_transport_layer_vhost(server->layer, tls, &error) : NULL;

    if (error)
        return error;
    return eio_listen(&server->listeners, server->loop, server->options.log, host, port, vhost,
                      on_accept, server);
}

int eio_server_port(const eio_server_t *server)
{
    const sio__list_t *node;

    for (node = server->listeners.prev; node != &server->listeners; node = node->prev) {
        const eio_listener_t *listener = SIO__CONTAINER(node, const eio_listener_t, link);
        if (listener->port)
            return listener->port;
    }
    return 0;
}

void eio_server_stop_listening(eio_server_t *server)
{
    sio__list_t *node;

    server->draining = true;
    server->http.draining = true;
    while ((node = sio__list_pop(&server->listeners)) != NULL)
        eio_listener_close(SIO__CONTAINER(node, eio_listener_t, link));
}

/* ---- the end ---- */

static void on_layer_closed(void *user)
{
    eio_server_t *server = user;
    void (*done)(void *) = server->done;
    void *done_user = server->done_user;

    eio_server_unref(server);
    if (done)
        done(done_user);
}

static void tell_closing(eio_session_t *session)
{
    static const char reason[] = "server shutting down";
    void *user;
    const eio_handlers_t *handlers = eio_session_handlers(session, &user);

    if (session->plain)
        eio_plain_set_code(session, EIO_WS_CODE_GOING_AWAY, reason, sizeof(reason) - 1);
    if (handlers->on_closing)
        handlers->on_closing(session, user);
}

/*
 * The owner hears of all of a batch before the first of them is closed: clients may still be told
 * of each other. Handlers may end any session meanwhile, so each is taken from the front.
 */
static void close_some(eio_server_t *server, sio__list_t *list, size_t count, bool discard)
{
    sio__list_t batch;
    sio__list_t *node;

    sio__list_init(&batch);
    for (; count && (node = sio__list_pop(list)); count--) {
        sio__list_append(&batch, node);
        tell_closing(SIO__CONTAINER(node, eio_session_t, link));
    }
    while ((node = sio__list_pop(&batch))) {
        eio_session_t *session = SIO__CONTAINER(node, eio_session_t, link);

        sio__list_append(&server->session_list, node);
        session->transport->discarded = true; /* nobody can come back for a close packet */
        eio_session_close(session, EIO_REASON_FORCED_CLOSE, "the server shuts down", discard);
    }
}

static void close_all(eio_server_t *server, bool discard)
{
    sio__list_t all;

    sio__list_init(&all);
    sio__list_splice(&all, &server->session_list);
    sio__list_splice(&all, &server->to_close);
    close_some(server, &all, SIZE_MAX, discard);
}

/* Some of the clients after the others, at uneven intervals: they reconnect elsewhere, all at once
 * otherwise. */
static void close_batch(eio_server_t *server)
{
    unsigned jitter = server->id_counter++ * 2654435761u >> 26; /* 0 to 63 */

    close_some(server, &server->to_close, server->batch_size, false);
    if (!sio__list_empty(&server->to_close))
        eio_timer_start(server->loop, &server->batch_timer, BATCH_MS / 2 + jitter * BATCH_MS / 64);
}

static void on_batch(sio__timer_t *timer)
{
    close_batch(SIO__CONTAINER(timer, eio_server_t, batch_timer));
}

/* So that the last batch comes in the first half of the drain. */
static void begin_batches(eio_server_t *server, unsigned drain_ms)
{
    size_t batches = drain_ms / 2 / BATCH_MS;

    server->batch_size =
        (server->counters.sessions + server->counters.plain) / (batches ? batches : 1) + 1;
    if (server->batch_size < EIO_CLOSE_BATCH)
        server->batch_size = EIO_CLOSE_BATCH;
    sio__list_splice(&server->to_close, &server->session_list);
    close_batch(server);
}

/* Everything that was to leave has left, or its time is over. */
static void finish(eio_server_t *server)
{
    if (server->ended)
        return;
    server->ended = true;
    eio_timer_stop(server->loop, &server->drain_timer);
    eio_timer_stop(server->loop, &server->batch_timer);
    close_all(server, true);
    eio_vhost_end(server->vhost);
    server->vhost = NULL;
    eio_transport_layer_close(server->layer, on_layer_closed, server);
}

static void on_finish(eio_deferred_t *deferred)
{
    finish(SIO__CONTAINER(deferred, eio_server_t, finish));
}

static void on_drain_timeout(sio__timer_t *timer)
{
    finish(SIO__CONTAINER(timer, eio_server_t, drain_timer));
}

static void close_idle(eio_stream_t *stream)
{
    if (eio_http_serves(stream))
        eio_http_close_idle(stream);
}

static size_t open_streams(const eio_server_t *server)
{
    return eio_transport_layer_count(server->layer) + eio_vhost_count(server->vhost);
}

void eio_server_stream_gone(eio_server_t *server)
{
    if (server->closing && !server->ended && open_streams(server) == 0)
        eio_loop_defer(server->loop, &server->finish);
}

void eio_server_close(eio_server_t *server, unsigned drain_ms, void (*done)(void *user), void *user)
{
    if (server->closing) {
        if (!server->ended) /* a program that has lost patience */
            eio_timer_start(server->loop, &server->drain_timer, drain_ms);
        return;
    }
    server->closing = true;
    server->done = done;
    server->done_user = user;
    eio_server_stop_listening(server);
    eio_timer_start(server->loop, &server->drain_timer, drain_ms);
    begin_batches(server, drain_ms);
    eio_transport_layer_each(server->layer, close_idle);
    eio_vhost_each(server->vhost, close_idle);
    if (drain_ms == 0 || open_streams(server) == 0)
        eio_loop_defer(server->loop, &server->finish);
}

/* ---- what others ask ---- */

void eio_server_watch(eio_server_t *server)
{
    server->watching = true;
}

const eio_counters_t *eio_server_counters(const eio_server_t *server)
{
    eio_server_t *fresh = (eio_server_t *)(uintptr_t)server;

    fresh->counters.connections = open_streams(server);
    fresh->counters.requests = server->http.pending;
    fresh->counters.loop_lag_ms = server->loop->lag;
    fresh->counters.loop_lag_max_ms = server->loop->lag_max;
    eio_transport_layer_bytes(server->layer, &fresh->counters.bytes_in, &fresh->counters.bytes_out);
    eio_vhost_bytes(server->vhost, &fresh->counters.bytes_in, &fresh->counters.bytes_out);
    return &server->counters;
}

const char *eio_server_path(const eio_server_t *server)
{
    return server->path;
}
