/*
 * Streams over TLS, on libwebsockets' raw sockets: it brings OpenSSL into the libuv loop and
 * buffers what a write left over. HTTP and WebSocket are ours above it, because its server can't
 * enumerate a request's headers, reads bodies by Content-Length only and parses frames a byte at a
 * time.
 */
#include "engineio/stream_layer.h"

#include "base/alloc.h"
#include "base/log.h"
#include "engineio/engine.h"

#include <errno.h>
#include <libwebsockets.h>
#include <string.h>
#include <unistd.h>

enum { WRITE_MAX = 1 << 24 }; /* per system call */

typedef struct eio_lws {
    struct lws_context *context; /* libwebsockets writes NULL here when it is gone */
    unsigned vhosts;
} eio_lws_t;

typedef struct lws_stream {
    eio_layer_stream_t common;
    struct lws *wsi; /* NULL when it is gone */
    bool established;
    eio_deferred_t release;
} lws_stream_t;

static lws_stream_t *lws_stream_of(eio_stream_t *stream)
{
    return SIO__CONTAINER(stream, lws_stream_t, common.base);
}

/* ---- events from libwebsockets ---- */

static void stream_closed(lws_stream_t *stream)
{
    if (!stream->wsi)
        return;
    stream->wsi = NULL;
    eio_loop_release(stream->common.layer->loop, &stream->release);
    eio_layer_stream_gone(&stream->common);
}

static void stream_writable(struct lws *wsi, lws_stream_t *stream)
{
    if (stream->common.base.blocked && !lws_partial_buffered(wsi))
        eio_layer_stream_unblocked(&stream->common);
}

/* libwebsockets gives a TLS handshake a few seconds, and leaves that limit on raw connections. */
static void stream_received(struct lws *wsi, lws_stream_t *stream, void *data, size_t len)
{
    if (!stream->established)
        lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    stream->established = true;
    eio_layer_stream_received(&stream->common, data, len);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *session, void *in,
                    size_t len)
{
    lws_stream_t *stream = lws_get_opaque_user_data(wsi);

    (void)session;
    if (!stream)
        return 0;
    if (reason == LWS_CALLBACK_RAW_RX)
        stream_received(wsi, stream, in, len);
    else if (reason == LWS_CALLBACK_RAW_WRITEABLE)
        stream_writable(wsi, stream);
    else if (reason == LWS_CALLBACK_RAW_CLOSE)
        stream_closed(stream);
    return 0;
}

static const struct lws_protocols protocols[] = {
    {"socketio-stream", on_event, 0, 0, 0, NULL, WRITE_MAX},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

/* ---- streams ---- */

static void kill_stream(eio_deferred_t *deferred)
{
    lws_stream_t *stream = SIO__CONTAINER(deferred, lws_stream_t, common.kill);

    if (stream->wsi)
        lws_set_timeout(stream->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC);
}

static void lws_stream_close(eio_stream_t *stream)
{
    lws_stream_t *of = lws_stream_of(stream);

    if (of->wsi)
        eio_loop_defer(of->common.layer->loop, &of->common.kill);
}

static int lws_stream_write(eio_stream_t *stream, const void *data, size_t len)
{
    lws_stream_t *of = lws_stream_of(stream);
    int sent;

    if (!of->wsi)
        return -1;
    errno = 0;
    sent = lws_write(of->wsi, (unsigned char *)(uintptr_t)data, len, LWS_WRITE_RAW);
    if (sent < 0) {
        of->common.error = errno ? errno : EPIPE;
        eio_stream_close(stream);
        return -1;
    }
    of->common.layer->bytes_out += len;
    stream->blocked = lws_partial_buffered(of->wsi);
    return 0;
}

static void lws_stream_pause(eio_stream_t *stream, bool paused)
{
    lws_stream_t *of = lws_stream_of(stream);

    if (of->wsi)
        lws_rx_flow_control(of->wsi, paused ? 0 : 1);
}

/* The peer would take the end of the connection below TLS for an attack. */
static void lws_stream_finish(eio_stream_t *stream)
{
    (void)stream;
}

static const eio_stream_ops_t lws_ops = {lws_stream_write, lws_stream_pause, lws_stream_finish,
                                         lws_stream_close};

static void release_stream(eio_deferred_t *deferred)
{
    sio__free(SIO__CONTAINER(deferred, lws_stream_t, release));
}

static lws_stream_t *new_stream(eio_transport_layer_t *layer, const struct sockaddr *peer)
{
    lws_stream_t *stream = sio__calloc(1, sizeof(*stream));

    if (!stream)
        return NULL;
    eio_layer_stream_init(&stream->common, layer, &lws_ops, kill_stream, peer);
    eio_deferred_init(&stream->release, release_stream);
    stream->common.base.secure = true;
    return stream;
}

eio_layer_stream_t *eio_lws_adopt(eio_transport_layer_t *layer, struct lws_vhost *vhost, int fd,
                                  const struct sockaddr *peer)
{
    lws_stream_t *stream = new_stream(layer, peer);
    /* Ours, not libwebsockets' session memory: it moves that when a TLS connection is bound to its
     * protocol. */
    lws_adopt_desc_t description = {
        .vh = vhost,
        .type = LWS_ADOPT_SOCKET | LWS_ADOPT_ALLOW_SSL,
        .fd = {.sockfd = fd},
        .vh_prot_name = protocols[0].name,
        .opaque = stream,
    };

    if (!stream) {
        close(fd);
        return NULL;
    }
    stream->wsi = lws_adopt_descriptor_vhost_via_info(&description);
    if (!stream->wsi) {
        sio__free(stream);
        return NULL;
    }
    return &stream->common;
}

/* ---- the context ---- */

static struct lws_context *create_context(eio_transport_layer_t *layer, eio_lws_t *lws)
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
    info.pt_serv_buf_size = EIO_READ_BUFFER;
    info.retry_and_idle_policy = &no_validity_pings;
    info.pcontext = &lws->context;
    info.gid = (gid_t)-1;
    info.uid = (uid_t)-1;
    return lws_create_context(&info);
}

/* Not before TLS is asked for: its handles cost each turn of the loop something. */
static int open_context(eio_transport_layer_t *layer)
{
    eio_lws_t *lws;

    if (layer->lws)
        return 0;
    lws = sio__calloc(1, sizeof(*lws));
    if (!lws)
        return EIO_ENOMEM;
    if (layer->quiet_libwebsockets)
        lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
    lws->context = create_context(layer, lws);
    if (!lws->context) {
        SIO__LOG(layer->log, SIO__ERROR, "engine",
                 "libwebsockets can't run on libuv: install its libuv plugin (Debian: "
                 "libwebsockets-evlib-uv)");
        sio__free(lws);
        return EIO_ELOOP;
    }
    layer->lws = lws;
    return 0;
}

struct lws_vhost *eio_transport_layer_vhost(eio_transport_layer_t *layer, const struct eio_tls *tls,
                                            int *error)
{
    struct lws_context_creation_info info;
    struct lws_vhost *vhost;
    char name[32];

    *error = open_context(layer);
    if (*error)
        return NULL;
    memset(&info, 0, sizeof(info));
    snprintf(name, sizeof(name), "socketio-%u", layer->lws->vhosts++);
    info.vhost_name = name;
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.alpn = "http/1.1";
    info.ssl_cert_filepath = tls->cert_file;
    info.ssl_private_key_filepath = tls->key_file;
    info.ssl_private_key_password = tls->passphrase;
    info.ssl_cipher_list = tls->ciphers;
    vhost = lws_create_vhost(layer->lws->context, &info);
    if (!vhost)
        *error = EIO_ETLS;
    return vhost;
}

/* ---- the end ---- */

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

void eio_lws_close(eio_transport_layer_t *layer)
{
    if (layer->lws)
        lws_context_destroy(layer->lws->context);
}

/*
 * On a foreign loop libwebsockets closes its connections and then its own two handles,
 * asynchronously, and wants a second call when libuv is through with them; it doesn't say when that
 * is, but its handles point at the context.
 */
bool eio_lws_closed(eio_transport_layer_t *layer)
{
    eio_lws_t *lws = layer->lws;

    if (!lws)
        return true;
    if (lws->context) {
        handle_search_t search = {lws->context, false};
        uv_walk(layer->loop->uv, look_at_handle, &search);
        if (search.found)
            return false;
        lws_context_destroy(lws->context);
    }
    layer->lws = NULL;
    sio__free(lws);
    return true;
}
