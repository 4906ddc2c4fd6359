/*
 * Streams on libwebsockets' raw sockets, on libuv. libwebsockets brings the sockets into the loop,
 * TLS, and the buffering of a write that the kernel took in part; HTTP and WebSocket are ours above
 * it, because its server can't enumerate a request's headers, reads bodies by Content-Length only
 * and parses frames a byte at a time.
 */
#include "engineio/stream.h"

#include "base/alloc.h"
#include "base/log.h"
#include "engineio/engine.h"

#include <errno.h>
#include <libwebsockets.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    READ_BUFFER = 65536, /* one per context, not per connection */
    WRITE_MAX = 1 << 24, /* per system call */
    FD_LIMIT = 131072    /* libwebsockets' tables take 16 bytes per possible descriptor */
};

typedef struct raw_stream {
    eio_stream_t base;
    struct lws *wsi; /* NULL when it is gone */
    eio_transport_layer_t *layer;
    eio_deferred_t kill;
    eio_deferred_t release;
    sio__list_t link; /* in the layer's list of streams */
    int error;
} raw_stream_t;

struct eio_transport_layer {
    struct lws_context *context; /* libwebsockets writes NULL here when it is gone */
    eio_loop_t *loop;
    const sio__log_t *log;
    struct lws_vhost *plain;
    unsigned vhosts;
    sio__list_t streams;
    size_t stream_count;
    void (*on_gone)(eio_stream_t *stream, void *user);
    void *on_gone_user;
    uint64_t bytes_in, bytes_out;
    uv_idle_t closer;
    void (*done)(void *user);
    void *done_user;
};

static raw_stream_t *raw_of(eio_stream_t *stream)
{
    return SIO__CONTAINER(stream, raw_stream_t, base);
}

/* ---- events from libwebsockets ---- */

static void stream_closed(raw_stream_t *raw)
{
    const eio_stream_handler_t *handler = raw->base.handler;
    eio_transport_layer_t *layer = raw->layer;
    void *user = raw->base.user;

    if (!raw->wsi)
        return;
    raw->wsi = NULL;
    raw->base.closing = true;
    eio_deferred_cancel(&raw->kill);
    sio__list_remove(&raw->link);
    eio_stream_detach(&raw->base);
    eio_loop_release(layer->loop, &raw->release);
    layer->stream_count--;
    if (handler)
        handler->on_closed(user, raw->error);
    if (layer->on_gone)
        layer->on_gone(&raw->base, layer->on_gone_user);
}

static int stream_received(raw_stream_t *raw, void *data, size_t len)
{
    raw->layer->bytes_in += len;
    if (!raw->base.closing && raw->base.handler)
        raw->base.handler->on_data(raw->base.user, data, len);
    return 0;
}

static int stream_writable(struct lws *wsi, raw_stream_t *raw)
{
    if (!raw->base.blocked || lws_partial_buffered(wsi))
        return 0;
    raw->base.blocked = false;
    if (!raw->base.closing && raw->base.handler)
        raw->base.handler->on_writable(raw->base.user);
    return 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *session, void *in,
                    size_t len)
{
    raw_stream_t *raw = lws_get_opaque_user_data(wsi);

    (void)session;
    if (!raw)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_RAW_RX:
        return stream_received(raw, in, len);
    case LWS_CALLBACK_RAW_WRITEABLE:
        return stream_writable(wsi, raw);
    case LWS_CALLBACK_RAW_CLOSE:
        stream_closed(raw);
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {"socketio-stream", on_event, 0, 0, 0, NULL, WRITE_MAX},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

/* ---- streams ---- */

static void kill_stream(eio_deferred_t *deferred)
{
    raw_stream_t *raw = SIO__CONTAINER(deferred, raw_stream_t, kill);

    if (raw->wsi)
        lws_set_timeout(raw->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC);
}

static void raw_close(eio_stream_t *stream)
{
    raw_stream_t *raw = raw_of(stream);

    if (raw->wsi)
        eio_loop_defer(raw->layer->loop, &raw->kill);
}

static int raw_write(eio_stream_t *stream, const void *data, size_t len)
{
    raw_stream_t *raw = raw_of(stream);
    int sent;

    if (!raw->wsi)
        return -1;
    errno = 0;
    sent = lws_write(raw->wsi, (unsigned char *)(uintptr_t)data, len, LWS_WRITE_RAW);
    if (sent < 0) {
        raw->error = errno ? errno : EPIPE;
        eio_stream_close(stream);
        return -1;
    }
    raw->layer->bytes_out += len;
    stream->blocked = lws_partial_buffered(raw->wsi);
    return 0;
}

static void raw_pause(eio_stream_t *stream, bool paused)
{
    raw_stream_t *raw = raw_of(stream);

    if (raw->wsi)
        lws_rx_flow_control(raw->wsi, paused ? 0 : 1);
}

static void raw_finish(eio_stream_t *stream)
{
    raw_stream_t *raw = raw_of(stream);

    if (raw->wsi && !stream->secure)
        shutdown(lws_get_socket_fd(raw->wsi), SHUT_WR);
}

static const eio_stream_ops_t raw_ops = {raw_write, raw_pause, raw_finish, raw_close};

static void release_stream(eio_deferred_t *deferred)
{
    sio__free(SIO__CONTAINER(deferred, raw_stream_t, release));
}

static raw_stream_t *new_stream(eio_transport_layer_t *layer, bool secure,
                                const struct sockaddr *peer)
{
    raw_stream_t *raw = sio__calloc(1, sizeof(*raw));

    if (!raw)
        return NULL;
    raw->base.ops = &raw_ops;
    raw->base.secure = secure;
    raw->layer = layer;
    eio_deferred_init(&raw->kill, kill_stream);
    eio_deferred_init(&raw->release, release_stream);
    eio_stream_set_address(&raw->base, peer);
    return raw;
}

eio_stream_t *eio_stream_adopt(eio_transport_layer_t *layer, struct lws_vhost *vhost, int fd,
                               bool secure, const struct sockaddr *peer)
{
    raw_stream_t *raw = new_stream(layer, secure, peer);
    /* Ours, not libwebsockets' session memory: it moves that when a TLS connection is bound to its
     * protocol. */
    lws_adopt_desc_t description = {
        .vh = vhost,
        .type = LWS_ADOPT_SOCKET | (secure ? LWS_ADOPT_ALLOW_SSL : 0),
        .fd = {.sockfd = fd},
        .vh_prot_name = protocols[0].name,
        .opaque = raw,
    };

    if (!raw) {
        close(fd);
        return NULL;
    }
    raw->wsi = lws_adopt_descriptor_vhost_via_info(&description);
    if (!raw->wsi) {
        sio__free(raw);
        return NULL;
    }
    sio__list_append(&layer->streams, &raw->link);
    layer->stream_count++;
    return &raw->base;
}

/* ---- the context ---- */

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

static struct lws_context *create_context(eio_transport_layer_t *layer)
{
    static const lws_retry_bo_t no_validity_pings = {.secs_since_valid_ping = 0,
                                                     .secs_since_valid_hangup = 0};
    struct lws_context_creation_info info;
    void *loops[1] = {layer->loop->uv};

    memset(&info, 0, sizeof(info));
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN |
                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.foreign_loops = loops;
    info.pt_serv_buf_size = READ_BUFFER;
    info.retry_and_idle_policy = &no_validity_pings;
    info.pcontext = &layer->context;
    info.gid = (gid_t)-1;
    info.uid = (uid_t)-1;
    return lws_create_context(&info);
}

eio_transport_layer_t *eio_transport_layer_new(eio_loop_t *loop, const sio__log_t *log,
                                               size_t max_connections, bool quiet)
{
    eio_transport_layer_t *layer = sio__calloc(1, sizeof(*layer));

    if (!layer)
        return NULL;
    raise_fd_limit(max_connections);
    if (quiet)
        lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
    layer->loop = loop;
    layer->log = log;
    sio__list_init(&layer->streams);
    layer->context = create_context(layer);
    if (!layer->context) {
        SIO__LOG(log, SIO__ERROR, "engine",
                 "libwebsockets can't run on libuv: install its libuv plugin (Debian: "
                 "libwebsockets-evlib-uv)");
        sio__free(layer);
        return NULL;
    }
    return layer;
}

static struct lws_vhost *create_vhost(eio_transport_layer_t *layer, const eio_tls_t *tls)
{
    struct lws_context_creation_info info;
    char name[32];

    memset(&info, 0, sizeof(info));
    snprintf(name, sizeof(name), "socketio-%u", layer->vhosts++);
    info.vhost_name = name;
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info.protocols = protocols;
    if (tls) {
        info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.alpn = "http/1.1";
        info.ssl_cert_filepath = tls->cert_file;
        info.ssl_private_key_filepath = tls->key_file;
        info.ssl_private_key_password = tls->passphrase;
        info.ssl_cipher_list = tls->ciphers;
    }
    return lws_create_vhost(layer->context, &info);
}

struct lws_vhost *eio_transport_layer_vhost(eio_transport_layer_t *layer, const eio_tls_t *tls)
{
    if (tls)
        return create_vhost(layer, tls);
    if (!layer->plain)
        layer->plain = create_vhost(layer, NULL);
    return layer->plain;
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
        fn(&SIO__CONTAINER(node, raw_stream_t, link)->base);
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

typedef struct handle_search {
    const void *data;
    bool found;
} handle_search_t;

static void look_at_handle(uv_handle_t *handle, void *arg)
{
    handle_search_t *search = arg;

    if (handle->data == search->data)
        search->found = true;
}

/*
 * On a foreign loop libwebsockets closes its connections and then its own two handles,
 * asynchronously, and wants a second call when libuv is through with them; it doesn't say when that
 * is, but its handles point at the context.
 */
static void finish_context(uv_idle_t *idle)
{
    eio_transport_layer_t *layer = idle->data;
    handle_search_t search = {layer->context, false};

    if (layer->context) {
        uv_walk(layer->loop->uv, look_at_handle, &search);
        if (search.found)
            return;
        lws_context_destroy(layer->context);
    }
    uv_idle_stop(idle);
    uv_close((uv_handle_t *)idle, layer_gone);
}

void eio_transport_layer_close(eio_transport_layer_t *layer, void (*done)(void *user), void *user)
{
    layer->done = done;
    layer->done_user = user;
    lws_context_destroy(layer->context);
    uv_idle_init(layer->loop->uv, &layer->closer);
    layer->closer.data = layer;
    uv_idle_start(&layer->closer, finish_context);
}
