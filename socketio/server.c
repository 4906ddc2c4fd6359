#include "socketio/server.h"

#include "base/alloc.h"
#include "socketio/client.h"
#include "socketio/conn.h"
#include "socketio/dynamic.h"
#include "socketio/files.h"
#include "socketio/namespace.h"
#include "socketio/operation.h"
#include "socketio/plain.h"
#include "socketio/request.h"
#include "socketio/socket.h"

#include <string.h>

static const char area[] = "socket.io:server";

/* ---------------------------------------------------------------------------------------- life */

void sio__server_ref(sio_server_t *io)
{
    atomic_fetch_add_explicit(&io->refs, 1, memory_order_relaxed);
}

static void free_server(sio_server_t *io)
{
    sio__list_t *node;

    while ((node = sio__list_pop(&io->namespace_list))) {
        sio_namespace_t *nsp = SIO__CONTAINER(node, sio_namespace_t, link);

        sio__map_remove(&io->namespaces, &nsp->by_name);
        sio__namespace_unref(nsp);
    }
    sio__ws_endpoints_free(io);
    sio__parents_free(io);
    sio__maker_free(io);
    sio__listeners_free(io->listeners);
    sio__listeners_free(io->conn_listeners);
    sio__map_free(&io->namespaces);
    sio__map_free(&io->acks);
    sio__args_free(&io->scratch);
    sio__messages_free(&io->scratch_messages);
    sio__bundle_files_free(io);
    sio__folders_free(io);
    sio__options_free(io);
    uv_cond_destroy(&io->stats_cond);
    uv_mutex_destroy(&io->post_mutex);
    sio__free(io);
}

void sio__server_unref(sio_server_t *io)
{
    if (atomic_fetch_sub_explicit(&io->refs, 1, memory_order_acq_rel) == 1)
        free_server(io);
}

void sio__server_release(sio_server_t *io, eio_deferred_t *deferred)
{
    if (io->loop_closed)
        deferred->fn(deferred);
    else
        eio_loop_release(&io->loop, deferred);
}

static sio_server_t *new_server(void)
{
    sio_server_t *io = sio__calloc(1, sizeof(*io));

    if (!io)
        return NULL;
    if (uv_mutex_init(&io->post_mutex)) {
        sio__free(io);
        return NULL;
    }
    if (uv_cond_init(&io->stats_cond)) {
        uv_mutex_destroy(&io->post_mutex);
        sio__free(io);
        return NULL;
    }
    atomic_init(&io->refs, 1);
    atomic_init(&io->sockets_allocated, 0);
    atomic_init(&io->posted_bytes, 0);
    sio__args_init(&io->scratch);
    sio__map_init(&io->namespaces);
    sio__map_init(&io->acks);
    sio__list_init(&io->namespace_list);
    sio__list_init(&io->dynamic.parents);
    sio__list_init(&io->operations);
    sio__list_init(&io->answered);
    sio__list_init(&io->ws_endpoints);
    return io;
}

static int open_loop(sio_server_t *io, uv_loop_t *borrowed)
{
    uv_loop_t *uv = borrowed ? borrowed : &io->own_loop;

    io->owns_loop = !borrowed;
    if (!borrowed && uv_loop_init(uv))
        return SIO_ENOMEM;
    if (eio_loop_init(&io->loop, uv)) {
        if (!borrowed)
            uv_loop_close(uv);
        return SIO_ENOMEM;
    }
    io->posts_open = true;
    return SIO_OK;
}

static int open_engine(sio_server_t *io, const sio_options_t *options)
{
    eio_options_t engine = {
        .handlers =
            {
                .on_connection = sio__client_on_connection,
                .on_message = sio__client_on_message,
                .on_closing = sio__client_on_closing,
                .on_close = sio__client_on_close,
                .on_drained = sio__client_on_drained,
                .on_oversize = sio__conn_on_oversize,
                .on_handshake = sio__on_handshake,
                .on_connection_error = sio__on_connection_error,
                .on_initial_headers = sio__on_initial_headers,
                .on_headers = sio__on_headers,
                .on_request = sio__on_request,
                .on_generate_id = sio__on_generate_id,
                .on_packet = sio__conn_on_packet,
                .on_heartbeat = sio__conn_on_heartbeat,
                .on_flush = sio__conn_on_flush,
                .on_drain = sio__conn_on_drain,
                .on_upgrading = sio__conn_on_upgrading,
                .on_upgrade = sio__conn_on_upgrade,
            },
        .user = io,
        .log = &io->log,
    };
    eio_cookie_t cookie;
    int error = sio__options_apply(io, options, &engine, &cookie);

    if (!error)
        io->engine = eio_server_new(&io->loop, &engine, &error);
    return error;
}

/* The loop's end. A loop of its own is freed by sio_run(), which is still using it. */
static void on_loop_closed(void *user)
{
    sio_server_t *io = user;
    sio_shutdown_fn done = io->shutdown_done;
    void *done_user = io->shutdown_user;

    SIO__LOG(&io->log, SIO__DEBUG, area, "closed");
    if (!io->owns_loop)
        sio__server_unref(io);
    if (done)
        done(done_user);
}

static void close_loop(void *user)
{
    sio_server_t *io = user;

    sio__signals_close(io);
    sio__stats_close(io);
    uv_mutex_lock(&io->post_mutex);
    io->posts_open = false;
    uv_mutex_unlock(&io->post_mutex);
    eio_loop_close(&io->loop, on_loop_closed, io);
    io->loop_closed = true;
}

/* A server that has come no further than its loop. */
static void abandon(sio_server_t *io)
{
    sio__operations_close(io);
    close_loop(io);
    if (!io->owns_loop)
        return;
    uv_run(&io->own_loop, UV_RUN_DEFAULT);
    uv_loop_close(&io->own_loop);
    sio__server_unref(io);
}

sio_server_t *sio_server_new(const sio_options_t *options)
{
    sio_server_t *io = new_server();
    sio_options_t known;

    if (!io)
        return NULL;
    if (sio__options_copy(io, options, &known) || open_loop(io, known.loop)) {
        sio__server_unref(io);
        return NULL;
    }
    if (open_engine(io, &known) == SIO_OK && sio_of(io, "/"))
        return io;
    if (io->engine)
        sio_shutdown(io, 0, NULL, NULL);
    else
        abandon(io);
    return NULL;
}

void *sio_server_user(const sio_server_t *io)
{
    return io->user;
}

uv_loop_t *sio_loop(sio_server_t *io)
{
    return io->loop.uv;
}

/* ----------------------------------------------------------------------------------- listening */

int sio_listen(sio_server_t *io, const char *host, int port)
{
    SIO__LOOP_ONLY(io);
    if (port < 0 || port > 65535)
        return SIO_EINVAL;
    return io->shutting_down ? SIO_ESTATE : eio_server_listen(io->engine, host, port, NULL);
}

int sio_listen_tls(sio_server_t *io, const char *host, int port, const sio_tls_t *tls)
{
    SIO__LOOP_ONLY(io);
    if (port < 0 || port > 65535 || !tls || !tls->cert_file || !tls->key_file)
        return SIO_EINVAL;
    if (io->shutting_down)
        return SIO_ESTATE;
    return eio_server_listen(io->engine, host, port,
                             &(eio_tls_t){tls->cert_file, tls->key_file, tls->passphrase,
                                          tls->ciphers});
}

int sio_port(const sio_server_t *io)
{
    return io->shutting_down ? 0 : eio_server_port(io->engine);
}

int sio_run(sio_server_t *io)
{
    if (!io->owns_loop)
        return SIO_ESTATE;
    uv_run(&io->own_loop, UV_RUN_DEFAULT);
    if (!io->loop_closed)
        return SIO_OK; /* by uv_stop(); run it again */
    uv_loop_close(&io->own_loop);
    sio__server_unref(io);
    return SIO_OK;
}

int sio_lws_protocol(sio_server_t *io, struct lws_protocols *protocol)
{
    SIO__LOOP_ONLY(io);
    if (!protocol)
        return SIO_EINVAL;
    return io->shutting_down ? SIO_ESTATE : eio_server_lws_protocol(io->engine, protocol);
}

/* -------------------------------------------------------------------------------- shutting down */

static bool close_socket(sio_socket_t *socket, void *user)
{
    (void)user;
    if (!socket->plain) /* those hear of it when the engine closes them */
        sio__socket_close(socket, SIO_REASON_SERVER_SHUTTING_DOWN, "the server shuts down");
    return true;
}

/* Namespace by namespace, as upstream does; when there are many clients, each goes with its batch.
 */
static void close_sockets(sio_server_t *io)
{
    sio__list_t *node;

    if (eio_server_counters(io->engine)->sessions > EIO_CLOSE_BATCH)
        return;
    for (node = io->namespace_list.next; node != &io->namespace_list; node = node->next)
        sio_namespace_each(SIO__CONTAINER(node, sio_namespace_t, link), close_socket, NULL);
}

static void on_engine_closed(void *user)
{
    sio_server_t *io = user;

    sio__ws_endpoints_close(io);
    io->engine = NULL;
    sio__operations_close(io);
    sio__maker_close(io, close_loop);
}

static void shut_down(sio_server_t *io, unsigned drain_ms, sio_shutdown_fn done, void *user)
{
    if (done && !io->shutdown_done) {
        io->shutdown_done = done;
        io->shutdown_user = user;
    }
    if (!io->engine)
        return;
    if (!io->shutting_down) {
        io->shutting_down = true;
        SIO__LOG(&io->log, SIO__INFO, area, "shutting down, %zu sockets",
                 (size_t)io->counts.sockets);
        eio_server_stop_listening(io->engine);
        close_sockets(io);
    }
    eio_server_close(io->engine, drain_ms, on_engine_closed, io);
}

typedef struct posted_shutdown {
    eio_task_t task;
    sio_server_t *server;
    unsigned drain_ms;
    sio_shutdown_fn done;
    void *user;
} posted_shutdown_t;

static void on_posted_shutdown(eio_task_t *task)
{
    posted_shutdown_t *posted = SIO__CONTAINER(task, posted_shutdown_t, task);

    shut_down(posted->server, posted->drain_ms, posted->done, posted->user);
    sio__free(posted);
}

int sio_shutdown(sio_server_t *io, unsigned drain_ms, sio_shutdown_fn done, void *user)
{
    posted_shutdown_t *posted;

    if (sio__on_loop(io)) {
        shut_down(io, drain_ms, done, user);
        return SIO_OK;
    }
    posted = sio__malloc(sizeof(*posted));
    if (!posted)
        return SIO_ENOMEM;
    *posted = (posted_shutdown_t){{.fn = on_posted_shutdown}, io, drain_ms, done, user};
    if (sio__post(io, &posted->task) == SIO_OK)
        return SIO_OK;
    sio__free(posted);
    return SIO_ESTATE;
}
