#include "engineio/stream_layer.h"

#include "base/alloc.h"

#include <sys/resource.h>

enum { FD_LIMIT = 131072 };

/* ---- streams ---- */

void eio_layer_stream_init(eio_layer_stream_t *stream, eio_transport_layer_t *layer,
                           const eio_stream_ops_t *ops, void (*kill)(eio_deferred_t *deferred),
                           const struct sockaddr *peer)
{
    stream->base.ops = ops;
    stream->layer = layer;
    sio__list_init(&stream->link);
    eio_deferred_init(&stream->kill, kill);
    eio_stream_set_address(&stream->base, peer);
}

void eio_layer_stream_add(eio_layer_stream_t *stream)
{
    sio__list_append(&stream->layer->streams, &stream->link);
    stream->layer->stream_count++;
}

void eio_layer_stream_received(eio_layer_stream_t *stream, void *data, size_t len)
{
    stream->layer->bytes_in += len;
    if (!stream->base.closing && stream->base.handler)
        stream->base.handler->on_data(stream->base.user, data, len);
}

void eio_layer_stream_unblocked(eio_layer_stream_t *stream)
{
    stream->base.blocked = false;
    if (!stream->base.closing && stream->base.handler)
        stream->base.handler->on_writable(stream->base.user);
}

void eio_layer_stream_gone(eio_layer_stream_t *stream)
{
    const eio_stream_handler_t *handler = stream->base.handler;
    eio_transport_layer_t *layer = stream->layer;
    void *user = stream->base.user;

    stream->gone = true;
    stream->base.closing = true;
    eio_deferred_cancel(&stream->kill);
    sio__list_remove(&stream->link);
    eio_stream_detach(&stream->base);
    layer->stream_count--;
    if (handler)
        handler->on_closed(user, stream->error);
    if (layer->on_gone)
        layer->on_gone(&stream->base, layer->on_gone_user);
}

eio_stream_t *eio_stream_adopt(eio_transport_layer_t *layer, struct lws_vhost *vhost, int fd,
                               const struct sockaddr *peer)
{
    eio_layer_stream_t *stream =
        vhost ? eio_lws_adopt(layer, vhost, fd, peer) : eio_socket_adopt(layer, fd, peer);

    if (!stream)
        return NULL;
    eio_layer_stream_add(stream);
    return &stream->base;
}

/* ---- the layer ---- */

/* As Node does at its start: the soft limit of 1024 descriptors is for programs that use select().
 */
static void raise_fd_limit(size_t max_connections)
{
    rlim_t want = max_connections ? max_connections + 64 : FD_LIMIT;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= want)
        return;
    limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
    setrlimit(RLIMIT_NOFILE, &limit);
}

eio_transport_layer_t *eio_transport_layer_new(eio_loop_t *loop, const struct sio__log *log,
                                               size_t max_connections, bool quiet)
{
    eio_transport_layer_t *layer = sio__calloc(1, sizeof(*layer));

    if (!layer)
        return NULL;
    raise_fd_limit(max_connections);
    layer->loop = loop;
    layer->log = log;
    layer->quiet_libwebsockets = quiet;
    sio__list_init(&layer->streams);
    return layer;
}

size_t eio_transport_layer_count(const eio_transport_layer_t *layer)
{
    return layer->stream_count;
}

void eio_transport_layer_on_gone(eio_transport_layer_t *layer,
                                 void (*fn)(eio_stream_t *stream, void *user), void *user)
{
    layer->on_gone = fn;
    layer->on_gone_user = user;
}

void eio_transport_layer_each(eio_transport_layer_t *layer, void (*fn)(eio_stream_t *stream))
{
    sio__list_t *node = layer->streams.next;

    while (node != &layer->streams) {
        sio__list_t *next = node->next;
        fn(&SIO__CONTAINER(node, eio_layer_stream_t, link)->base);
        node = next;
    }
}

void eio_transport_layer_bytes(const eio_transport_layer_t *layer, uint64_t *in, uint64_t *out)
{
    *in = layer->bytes_in;
    *out = layer->bytes_out;
}

/* ---- the end ---- */

static void layer_gone(uv_handle_t *handle)
{
    eio_transport_layer_t *layer = handle->data;
    void (*done)(void *) = layer->done;
    void *user = layer->done_user;

    sio__free(layer);
    done(user);
}

static void finish_layer(uv_idle_t *idle)
{
    eio_transport_layer_t *layer = idle->data;

    if (layer->stream_count || layer->open_handles || !eio_lws_closed(layer))
        return;
    uv_idle_stop(idle);
    uv_close((uv_handle_t *)idle, layer_gone);
}

void eio_transport_layer_close(eio_transport_layer_t *layer, void (*done)(void *user), void *user)
{
    layer->done = done;
    layer->done_user = user;
    eio_transport_layer_each(layer, eio_stream_close);
    eio_lws_close(layer);
    uv_idle_init(layer->loop->uv, &layer->closer);
    layer->closer.data = layer;
    uv_idle_start(&layer->closer, finish_layer);
}
