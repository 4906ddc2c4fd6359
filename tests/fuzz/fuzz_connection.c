/*
 * Whole connections: bytes as a client may send them, through HTTP, polling, upgrades and WebSocket
 * to an echoing Engine.IO server, on streams that are no sockets. The first byte of the input says
 * how it is cut into pieces.
 */
#include "tests/fuzz/fuzz.h"

#include "base/alloc.h"
#include "engineio/engine.h"
#include "engineio/server.h"
#include "tests/fake_stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uv_loop_t uv;
static eio_loop_t loop;
static eio_server_t *server;
static char last_sid[SIO__ID_LEN + 1] = "00000000000000000000";

static void on_connection(eio_session_t *session, void *user)
{
    (void)user;
    memcpy(last_sid, eio_session_id(session), SIO__ID_LEN);
}

static void on_message(eio_session_t *session, bool binary, const char *data, size_t len,
                       void *user)
{
    (void)user;
    eio_session_send(session, binary, data, len, false);
}

static void ignore_log(int level, const char *area, const char *message, void *user)
{
    (void)level;
    (void)area;
    (void)message;
    (void)user;
}

static void start(void)
{
    static const sio__log_t log = {ignore_log, NULL, 0};
    eio_options_t options = {
        .max_http_buffer_size = 4096,
        .allow_eio3 = true,
        .quiet_libwebsockets = true,
        .cors = {.enabled = true, .reflect_any = true, .max_age = -1},
        .handlers = {.on_connection = on_connection, .on_message = on_message},
        .log = &log,
    };
    int error;

    uv_loop_init(&uv);
    eio_loop_init(&loop, &uv);
    server = eio_server_new(&loop, &options, &error);
    assert(server);
}

/* Inputs can't know a session's id: the placeholder "SSSSSSSSSSSSSSSSSSSS" stands for the newest
 * one. */
static void put_sid(uint8_t *data, size_t len)
{
    static const char placeholder[] = "SSSSSSSSSSSSSSSSSSSS";
    uint8_t *at = memmem(data, len, placeholder, SIO__ID_LEN);

    if (at)
        memcpy(at, last_sid, SIO__ID_LEN);
}

static void feed(fake_stream_t *stream, const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);

    assert(copy);
    memcpy(copy, data, len);
    put_sid(copy, len);
    if (stream->base.handler && !stream->closed)
        stream->base.handler->on_data(stream->base.user, copy, len);
    free(copy);
    uv_run(&uv, UV_RUN_NOWAIT);
}

static void end_sessions(void)
{
    while (!sio__list_empty(&server->session_list))
        eio_session_close(SIO__CONTAINER(server->session_list.next, eio_session_t, link),
                          EIO_REASON_FORCED_CLOSE, "", true);
    uv_run(&uv, UV_RUN_NOWAIT);
}

/* Two connections take turns: requests of one session may come over both. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fake_stream_t streams[2];
    size_t piece;
    unsigned turn;

    if (!server)
        start();
    if (size == 0)
        return 0;
    piece = data[0] ? data[0] : size;
    data++;
    size--;
    fake_stream_init(&streams[0]);
    fake_stream_init(&streams[1]);
    eio_http_accept(&server->http, &streams[0].base);
    eio_http_accept(&server->http, &streams[1].base);
    for (turn = 0; size; turn++) {
        const uint8_t *cut = memmem(data, size, "~~", 2); /* the other connection's turn */
        size_t len = cut ? (size_t)(cut - data) : size;
        size_t at;

        for (at = 0; at < len; at += piece)
            feed(&streams[turn & 1], data + at, len - at < piece ? len - at : piece);
        data += cut ? len + 2 : len;
        size -= cut ? len + 2 : len;
    }
    fake_stream_end(&streams[0]);
    fake_stream_end(&streams[1]);
    uv_run(&uv, UV_RUN_NOWAIT);
    end_sessions();
    assert(server->counters.sessions == 0);
    assert(server->counters.sessions_polling == 0);
    assert(server->counters.queued_bytes == 0);
    return 0;
}
