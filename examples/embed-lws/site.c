#include "site.h"

#include <string.h>

static int on_hello(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    unsigned char buffer[LWS_PRE + 512];
    unsigned char *at = buffer + LWS_PRE;
    unsigned char *end = buffer + sizeof(buffer);

    if (reason != LWS_CALLBACK_HTTP)
        return lws_callback_http_dummy(wsi, reason, user, in, len);
    if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain", 6, &at, end) ||
        lws_finalize_write_http_header(wsi, buffer + LWS_PRE, &at, end))
        return -1;
    memcpy(buffer + LWS_PRE, "hello\n", 6);
    if (lws_write(wsi, buffer + LWS_PRE, 6, LWS_WRITE_HTTP_FINAL) < 0)
        return -1;
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

#define MOUNT(next, at, kind, what)                                                 \
    {                                                                               \
        .mount_next = (next), .mountpoint = (at), .mountpoint_len = sizeof(at) - 1, \
        .origin_protocol = (kind), .origin = (what), .def = "index.html"            \
    }

/* libwebsockets goes on reading these. */
static const struct lws_http_mount page = MOUNT(NULL, "/", LWSMPRO_FILE, PAGE_DIR);
static const struct lws_http_mount hello = MOUNT(&page, "/hello", LWSMPRO_CALLBACK, "hello");
static const struct lws_http_mount socketio =
    MOUNT(&hello, "/socket.io", LWSMPRO_CALLBACK, "socket.io");

/* A WebSocket client that asks for no subprotocol, and Socket.IO's don't, gets the default one. */
static const struct lws_protocol_vhost_options by_default = {NULL, NULL, "default", "1"};
static const struct lws_protocol_vhost_options options = {NULL, &by_default, "socket.io", ""};

int site_open(struct lws_context **context, uv_loop_t *loop, int port, sio_server_t *io)
{
    struct lws_protocols protocols[3] = {{.name = "hello", .callback = on_hello}};
    struct lws_context_creation_info info;
    void *loops[] = {loop};
    int error = sio_lws_protocol(io, &protocols[1]);

    if (error)
        return error;
    memset(&info, 0, sizeof(info));
    info.options = LWS_SERVER_OPTION_LIBUV;
    info.foreign_loops = loops;
    info.port = port;
    info.protocols = protocols;
    info.mounts = &socketio;
    info.pvo = &options;
    info.pcontext = context;
    *context = lws_create_context(&info);
    if (!*context)
        return SIO_ELOOP;
    return lws_get_vhost_by_name(*context, "default") ? SIO_OK : SIO_EADDRINUSE;
}
