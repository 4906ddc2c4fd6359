/*
 * A plain WebSocket echo in a libwebsockets vhost of the program's, for vhost.mjs and the cases of
 * tests/wire/cases/ws-echo.mjs: vhost_server [PORT [CERTIFICATE KEY]]
 */
#include <socketio/socketio.h>

#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static uv_loop_t loop;
static uv_signal_t sigterm;
static struct lws_context *context;
static sio_server_t *server;

static void on_message(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    size_t len;
    const char *data = sio_ws_message_data(message, &len);

    (void)user;
    if (sio_ws_message_binary(message))
        sio_ws_send_binary(ws, data, len);
    else
        sio_ws_send_text(ws, data, len);
}

/* The verdict comes when libwebsockets has accepted already. */
static void let_in(void *user)
{
    sio_next_ok(user);
}

static void on_upgrade(sio_ws_t *ws, sio_next_t *next, void *user)
{
    (void)user;
    if (strcmp(sio_ws_param(ws, "suite"), "nobody") == 0)
        sio_ws_refuse(next, 401, "");
    else if (sio_post(server, let_in, next))
        sio_next_ok(next);
}

#define MOUNT(next, at)                                                             \
    {                                                                               \
        .mount_next = (next), .mountpoint = (at), .mountpoint_len = sizeof(at) - 1, \
        .origin_protocol = LWSMPRO_CALLBACK, .origin = "socket.io"                  \
    }

/* libwebsockets goes on reading these. */
static const struct lws_http_mount sockets = MOUNT(NULL, "/ws");
static const struct lws_http_mount socketio = MOUNT(&sockets, "/socket.io");
static const struct lws_protocol_vhost_options by_default = {NULL, NULL, "default", "1"};
static const struct lws_protocol_vhost_options options = {NULL, &by_default, "socket.io", ""};

static int serve(int port, const char *certificate, const char *key)
{
    struct lws_protocols protocols[3] = {{.name = NULL}};
    struct lws_context_creation_info info;
    void *loops[] = {&loop};
    int error = sio_lws_protocol(server, &protocols[0]);

    if (error)
        return error;
    protocols[1] = protocols[0]; /* an endpoint's subprotocol */
    protocols[1].name = "v1";
    memset(&info, 0, sizeof(info));
    info.options = LWS_SERVER_OPTION_LIBUV;
    info.foreign_loops = loops;
    info.port = port;
    info.iface = "127.0.0.1";
    info.protocols = protocols;
    info.mounts = &socketio;
    info.pvo = &options;
    info.pcontext = &context;
    if (certificate) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = certificate;
        info.ssl_private_key_filepath = key;
        info.alpn = "http/1.1";
    }
    context = lws_create_context(&info);
    return context && lws_get_vhost_by_name(context, "default") ? SIO_OK : SIO_ELOOP;
}

static void on_server_gone(void *user)
{
    (void)user;
    lws_context_destroy(context);
    uv_close((uv_handle_t *)&sigterm, NULL);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    uv_signal_stop(handle);
    sio_shutdown(server, 1000, on_server_gone, NULL);
}

int main(int argc, char **argv)
{
    sio_ws_endpoint_t *echo, *late;
    bool tls = argc == 4; /* the cases of tests/wire give more */

    uv_loop_init(&loop);
    server = sio_server_new(SIO_OPTIONS(.loop = &loop, .quiet_libwebsockets = true,
                                        .per_message_deflate = SIO_DEFLATE()));
    echo =
        server
            ? sio_ws_endpoint(server, "/ws/:suite",
                              SIO_WS_OPTIONS(.max_message = 64 << 20,
                                             .subprotocols = SIO_LIST("v1"), .no_json_pings = true))
            : NULL;
    if (!echo)
        return EXIT_FAILURE;
    sio_ws_on_message(echo, on_message, NULL);
    late = sio_ws_endpoint(server, "/ws/late/:suite", NULL);
    if (!late)
        return EXIT_FAILURE;
    sio_ws_on_upgrade(late, on_upgrade, NULL);
    sio_ws_on_message(late, on_message, NULL);
    uv_signal_init(&loop, &sigterm);
    uv_signal_start(&sigterm, on_signal, SIGTERM);
    if (serve(argc > 1 ? atoi(argv[1]) : 0, tls ? argv[2] : NULL, tls ? argv[3] : NULL))
        return EXIT_FAILURE;
    printf("listening on %d\n",
           lws_get_vhost_listen_port(lws_get_vhost_by_name(context, "default")));
    fflush(stdout);
    uv_run(&loop, UV_RUN_DEFAULT);
    lws_context_destroy(context);
    return uv_loop_close(&loop) ? EXIT_FAILURE : EXIT_SUCCESS;
}
