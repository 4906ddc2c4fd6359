/* The Engine.IO suite's server: every message comes back. On engineio/ alone, which knows nothing
 * of Socket.IO. */
#include "conformance.h"

#include "engineio/engine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct echo {
    uv_loop_t uv;
    eio_loop_t loop;
    eio_server_t *engine;
    uv_signal_t signals[2];
    sio__log_t log;
};

static void on_message(eio_session_t *session, bool binary, const char *data, size_t len,
                       void *user)
{
    (void)user;
    eio_session_send(session, binary, data, len, false);
}

static void on_loop_closed(void *user)
{
    (void)user;
}

static void on_engine_closed(void *user)
{
    struct echo *echo = user;

    eio_loop_close(&echo->loop, on_loop_closed, NULL);
}

static void stop(struct echo *echo)
{
    for (int i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&echo->signals[i], NULL);
    if (echo->engine)
        eio_server_close(echo->engine, 1000, on_engine_closed, echo);
    else
        eio_loop_close(&echo->loop, on_loop_closed, NULL);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    if (!uv_is_closing((uv_handle_t *)handle))
        stop(handle->data);
}

static void watch_signals(struct echo *echo)
{
    static const int numbers[2] = {SIGINT, SIGTERM};

    for (int i = 0; i < 2; i++) {
        uv_signal_init(&echo->uv, &echo->signals[i]);
        echo->signals[i].data = echo;
        uv_signal_start(&echo->signals[i], on_signal, numbers[i]);
    }
}

static int start(struct echo *echo, const struct settings *settings)
{
    eio_options_t options = {
        .path = settings->path,
        .ping_interval_ms = settings->ping_interval_ms,
        .ping_timeout_ms = settings->ping_timeout_ms,
        .max_http_buffer_size = settings->max_payload,
        .allow_eio3 = settings->allow_eio3,
        .cors = {.enabled = settings->cors_origin != NULL,
                 .origin = settings->cors_origin,
                 .max_age = -1},
        .handlers = {.on_message = on_message},
        .user = echo,
        .log = &echo->log,
    };
    int error;

    echo->engine = eio_server_new(&echo->loop, &options, &error);
    return echo->engine ? eio_server_listen(echo->engine, settings->host, settings->port, NULL)
                        : error;
}

int run_engine_echo(const struct settings *settings)
{
    struct echo echo = {.log = {.level = settings->verbose ? SIO__DEBUG : SIO__WARN}};
    int error;

    if (uv_loop_init(&echo.uv))
        return EXIT_FAILURE;
    if (eio_loop_init(&echo.loop, &echo.uv))
        return EXIT_FAILURE;
    watch_signals(&echo);
    error = start(&echo, settings);
    if (error) {
        fprintf(stderr, "conformance: port %d: error %d\n", settings->port, error);
        stop(&echo);
    } else {
        printf("listening on %d\n", eio_server_port(echo.engine));
        fflush(stdout);
    }
    uv_run(&echo.uv, UV_RUN_DEFAULT);
    uv_loop_close(&echo.uv);
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
