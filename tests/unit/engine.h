/* An engine on a loop of the test's own, which turns only when the test says so, and whose
 * connections are fake streams. */
#ifndef TESTS_ENGINE_H
#define TESTS_ENGINE_H

#include "engineio/server.h"
#include "tests/fake_stream.h"

#include <check.h>
#include <stdlib.h>

static uv_loop_t uv;
static eio_loop_t loop;
static eio_server_t *server;

static inline void engine_ignore_log(int level, const char *area, const char *message, void *user)
{
    (void)level;
    (void)area;
    (void)message;
    (void)user;
}

static inline void engine_start(eio_options_t *options)
{
    static const sio__log_t log = {engine_ignore_log, NULL, 0};
    int error;

    options->quiet_libwebsockets = true;
    options->log = &log;
    uv_loop_init(&uv);
    ck_assert_int_eq(eio_loop_init(&loop, &uv), 0);
    server = eio_server_new(&loop, options, &error);
    ck_assert_ptr_nonnull(server);
}

static inline void engine_loop_closed(void *user)
{
    (void)user;
}

static inline void engine_closed(void *user)
{
    (void)user;
    eio_loop_close(&loop, engine_loop_closed, NULL);
}

static inline void engine_stop(void)
{
    eio_server_close(server, 0, engine_closed, NULL);
    uv_run(&uv, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&uv), 0);
}

static inline void engine_put(fake_stream_t *stream, const char *data, size_t len)
{
    uint8_t *copy = malloc(len);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, len);
    stream->base.handler->on_data(stream->base.user, copy, len);
    free(copy);
}

/* The peer sends something. */
static inline void engine_feed(fake_stream_t *stream, const char *data, size_t len)
{
    engine_put(stream, data, len);
    uv_run(&uv, UV_RUN_NOWAIT);
}

/* A session over a WebSocket of its own. */
static inline eio_session_t *engine_open_websocket(fake_stream_t *stream)
{
    static const char request[] =
        "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    eio_session_t *session;

    fake_stream_init(stream);
    eio_http_accept(&server->http, &stream->base);
    engine_put(stream, request, sizeof(request) - 1);
    ck_assert(!sio__list_empty(&server->session_list));
    session = SIO__CONTAINER(server->session_list.prev, eio_session_t, link);
    /* The open packet comes in a segment of its own. */
    ck_assert(!eio_session_writable(session));
    while (!eio_session_writable(session))
        uv_run(&uv, UV_RUN_NOWAIT);
    return session;
}

#endif
