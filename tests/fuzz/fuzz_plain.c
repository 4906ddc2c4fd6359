/*
 * A plain WebSocket from the handshake on: paths, frames, compression, first messages, JSON pings;
 * what comes is echoed, sent to many, and emitted as an event when it is a JSON array. The first
 * byte says how the input is cut into pieces, the first line is the rest of the path, the rest
 * comes behind the handshake.
 */
#include "tests/fuzz/fuzz.h"

#include "engineio/server.h"
#include "socketio/plain.h"
#include "tests/fake_stream.h"

static uv_loop_t uv;
static sio_server_t *io;
static unsigned open_connections;

static void ignore_log(enum sio_log_level level, const char *area, const char *message, void *user)
{
    (void)level;
    (void)area;
    (void)message;
    (void)user;
}

static void on_message(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    sio_namespace_t *nsp = sio_ws_endpoint_namespace(sio_ws_endpoint_of(ws));
    size_t len;
    const char *data = sio_ws_message_data(message, &len);

    (void)user;
    sio_ws_message_type(message);
    if (sio_ws_message_binary(message)) {
        sio_ws_send_binary(ws, data, len);
        sio_ws_broadcast_binary(ws, NULL, data, len);
        return;
    }
    REQUIRE(sio_ws_send_text(ws, data, len) != SIO_EINVAL);
    sio_ws_broadcast_text(ws, NULL, data, len);
    if (sio_ws_message_json(message))
        sio_emit_to_text(nsp, NULL, len % 2 ? "event" : "message", data, len);
}

static void on_auth(sio_ws_t *ws, sio_ws_message_t *message, sio_next_t *next, void *user)
{
    (void)ws;
    (void)user;
    if (sio_ws_message_json(message))
        sio_next_ok(next);
    else
        sio_ws_refuse(next, SIO_WS_BAD_TOKEN, "no JSON");
}

static void on_connect(sio_ws_t *ws, void *user)
{
    const char *name = sio_ws_param(ws, "name");

    (void)user;
    open_connections++;
    if (name)
        sio_ws_join(ws, name);
}

static void on_close(sio_ws_t *ws, int code, const char *reason, void *user)
{
    (void)ws;
    (void)user;
    REQUIRE(code >= 1000 && code < 5000 && strlen(reason) <= 123);
    open_connections--;
}

static void add_endpoint(const char *pattern, bool auth)
{
    sio_ws_endpoint_t *endpoint =
        sio_ws_endpoint(io, pattern,
                        SIO_WS_OPTIONS(.max_message = 4096, .subprotocols = SIO_LIST("a", "b")));

    REQUIRE(endpoint);
    sio_ws_on_connect(endpoint, on_connect, NULL);
    sio_ws_on_message(endpoint, on_message, NULL);
    sio_ws_on_close(endpoint, on_close, NULL);
    if (auth)
        sio_ws_on_auth(endpoint, on_auth, NULL);
}

static void start(void)
{
    uv_loop_init(&uv);
    io = sio_server_new(SIO_OPTIONS(.loop = &uv, .quiet_libwebsockets = true, .log = ignore_log,
                                    .per_message_deflate = SIO_DEFLATE(.threshold = 16)));
    REQUIRE(io);
    add_endpoint("/ws/first/:name", true);
    add_endpoint("/ws/:name/:more", false);
    add_endpoint("/ws/:name", false);
}

static void feed(fake_stream_t *stream, const void *data, size_t len)
{
    uint8_t *copy = exact_copy(data, len);

    if (stream->base.handler && !stream->closed)
        stream->base.handler->on_data(stream->base.user, copy, len);
    free(copy);
    uv_run(&uv, UV_RUN_NOWAIT);
}

static void shake_hands(fake_stream_t *stream, const uint8_t *path, size_t len)
{
    static const char fields[] =
        " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: b, a\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    char head[1024] = "GET /ws/";
    size_t at = strlen(head);

    if (len > 256)
        len = 256;
    memcpy(head + at, path, len);
    memcpy(head + at + len, fields, sizeof(fields));
    feed(stream, head, at + len + sizeof(fields) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fake_stream_t streams[2];
    const uint8_t *line;
    size_t piece;

    if (!io)
        start();
    if (size < 2)
        return 0;
    piece = data[0] ? data[0] : size;
    data++;
    size--;
    line = memchr(data, '\n', size);
    if (!line)
        return 0;
    for (int i = 0; i < 2; i++) {
        fake_stream_init(&streams[i]);
        eio_http_accept(&io->engine->http, &streams[i].base);
    }
    shake_hands(&streams[1], (const uint8_t *)"other", 5);
    shake_hands(&streams[0], data, (size_t)(line - data));
    size -= (size_t)(line + 1 - data);
    for (size_t at = 0; at < size; at += piece)
        feed(&streams[0], line + 1 + at, size - at < piece ? size - at : piece);
    fake_stream_end(&streams[0]);
    fake_stream_end(&streams[1]);
    uv_run(&uv, UV_RUN_NOWAIT);
    REQUIRE(open_connections == 0 && io->engine->counters.plain == 0);
    REQUIRE(io->engine->counters.queued_bytes == 0);
    return 0;
}
