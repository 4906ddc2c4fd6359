/* The servers that the official protocol test suites ask for, in one program. This file: the
 * command line, and the Socket.IO server, on the public API. */
#include "conformance.h"

#include <socketio/socketio.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static void on_message(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)user;
    sio_emit(socket, "message-back", "E", event);
}

static void on_message_with_ack(sio_socket_t *socket, sio_event_t *event, void *user)
{
    (void)socket;
    (void)user;
    sio_ack(event, "E", event);
}

/*
 * The suite awaits one message at a time, and with the WebSocket client it brings a message that
 * arrives in the same read as the one before is lost to it. Packets of one turn leave in one write
 * here, so "auth" takes a turn of its own, well behind the CONNECT packet.
 */
enum { AUTH_DELAY_MS = 20 };

static void free_timer(uv_handle_t *handle)
{
    free(handle);
}

static void emit_auth(uv_timer_t *timer)
{
    sio_socket_t *socket = timer->data;

    sio_emit(socket, "auth", "O", sio_handshake_auth(socket));
    sio_socket_unref(socket);
    uv_close((uv_handle_t *)timer, free_timer);
}

static void on_connection(sio_socket_t *socket, void *user)
{
    uv_timer_t *timer = malloc(sizeof(*timer));

    (void)user;
    if (!timer)
        return;
    uv_timer_init(sio_loop(sio_socket_server(socket)), timer);
    timer->data = sio_socket_ref(socket);
    uv_timer_start(timer, emit_auth, AUTH_DELAY_MS, 0);
}

static void on_ws_message(sio_ws_t *ws, sio_ws_message_t *message, void *user)
{
    size_t len;
    const char *data = sio_ws_message_data(message, &len);

    (void)user;
    if (sio_ws_message_binary(message))
        sio_ws_send_binary(ws, data, len);
    else
        sio_ws_send_text(ws, data, len);
}

/* What WebSocket suites expect: every message comes back, up to 64 MiB, compressed if they like. */
static int start_ws_echo(sio_server_t *io, const char *path)
{
    sio_ws_endpoint_t *echo =
        sio_ws_endpoint(io, path,
                        SIO_WS_OPTIONS(.max_message = 64 << 20, .no_json_pings = true,
                                       .per_message_deflate = SIO_DEFLATE(.threshold = 1)));

    if (!echo)
        return SIO_EINVAL;
    return sio_ws_on_message(echo, on_ws_message, NULL);
}

static int start(sio_server_t *io, const struct settings *settings)
{
    sio_namespace_t *main_nsp = sio_of(io, "/"), *custom = sio_of(io, "/custom");
    int error;

    if (!main_nsp || !custom)
        return SIO_ENOMEM;
    sio_on_connection(main_nsp, on_connection, NULL);
    sio_namespace_on(main_nsp, "message", on_message, NULL);
    sio_namespace_on(main_nsp, "message-with-ack", on_message_with_ack, NULL);
    sio_on_connection(custom, on_connection, NULL);
    error = settings->ws_echo ? start_ws_echo(io, settings->ws_echo) : SIO_OK;
    if (error)
        return error;
    error = sio_shutdown_on_signals(io);
    return error ? error : sio_listen(io, settings->host, settings->port);
}

int run_socketio(const struct settings *settings)
{
    sio_server_t *io = sio_server_new(
        SIO_OPTIONS(.path = settings->path, .ping_interval_ms = settings->ping_interval_ms,
                    .ping_timeout_ms = settings->ping_timeout_ms,
                    .connect_timeout_ms = settings->connect_timeout_ms,
                    .max_http_buffer_size = settings->max_payload,
                    .cors_origin = settings->cors_origin, .allow_eio3 = settings->allow_eio3,
                    .parser = settings->msgpack ? sio_msgpack_parser() : NULL,
                    .log_level = settings->verbose ? SIO_LOG_DEBUG : SIO_LOG_WARN));
    int error = io ? start(io, settings) : SIO_EINVAL;

    if (error) {
        fprintf(stderr, "conformance: port %d: %s\n", settings->port, sio_strerror(error));
        if (io)
            sio_shutdown(io, 0, NULL, NULL);
    } else {
        printf("listening on %d\n", sio_port(io));
        fflush(stdout);
    }
    if (io)
        sio_run(io);
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* -------------------------------------------------------------------------------- command line */

enum letter {
    PORT = 1,
    HOST,
    PING_INTERVAL,
    PING_TIMEOUT,
    MAX_PAYLOAD,
    CONNECT_TIMEOUT,
    URL_PATH,
    CORS_ORIGIN,
    PARSER,
    ALLOW_EIO3,
    WS_ECHO,
    ENGINE_ONLY,
    VERBOSE,
    HELP
};

static const struct option options[] = {
    {"port", required_argument, NULL, PORT},
    {"host", required_argument, NULL, HOST},
    {"ping-interval", required_argument, NULL, PING_INTERVAL},
    {"ping-timeout", required_argument, NULL, PING_TIMEOUT},
    {"max-payload", required_argument, NULL, MAX_PAYLOAD},
    {"connect-timeout", required_argument, NULL, CONNECT_TIMEOUT},
    {"path", required_argument, NULL, URL_PATH},
    {"cors-origin", required_argument, NULL, CORS_ORIGIN},
    {"parser", required_argument, NULL, PARSER},
    {"allow-eio3", no_argument, NULL, ALLOW_EIO3},
    {"ws-echo", required_argument, NULL, WS_ECHO},
    {"engine-only", no_argument, NULL, ENGINE_ONLY},
    {"verbose", no_argument, NULL, VERBOSE},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

static const char usage[] =
    "Usage: conformance [OPTION]...\n"
    "  --port PORT           0: any free one (default: 3000)\n"
    "  --host ADDRESS        (default: all)\n"
    "  --ping-interval MS    (default: 25000)\n"
    "  --ping-timeout MS     (default: 20000)\n"
    "  --max-payload BYTES   (default: 1000000)\n"
    "  --connect-timeout MS  (default: 45000)\n"
    "  --path PATH           (default: /socket.io, or /engine.io)\n"
    "  --cors-origin ORIGIN  (default: no CORS headers)\n"
    "  --parser NAME         default or msgpack (default: default)\n"
    "  --allow-eio3          clients of Socket.IO v2 (Engine.IO 3) as well\n"
    "  --ws-echo PATH        a plain WebSocket that echoes messages up to 64 MiB\n"
    "  --engine-only         the Engine.IO suite's echo server\n"
    "  --verbose             log everything to standard error\n";

static unsigned long number_of(const char *text, unsigned long most)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || number > most) {
        fprintf(stderr, "conformance: not a number up to %lu: %s\n", most, text);
        exit(2);
    }
    return number;
}

static unsigned milliseconds_of(const char *text)
{
    return (unsigned)number_of(text, 86400000);
}

static void set_time(struct settings *settings, int letter, const char *value)
{
    if (letter == PING_INTERVAL)
        settings->ping_interval_ms = milliseconds_of(value);
    else if (letter == PING_TIMEOUT)
        settings->ping_timeout_ms = milliseconds_of(value);
    else
        settings->connect_timeout_ms = milliseconds_of(value);
}

static bool is_msgpack(const char *parser)
{
    bool msgpack = strcmp(parser, "msgpack") == 0;

    if (!msgpack && strcmp(parser, "default") != 0) {
        fprintf(stderr, "conformance: not a parser: %s\n", parser);
        exit(2);
    }
    return msgpack;
}

static void set_option(struct settings *settings, int letter, const char *value)
{
    switch (letter) {
    case PORT:
        settings->port = (int)number_of(value, 65535);
        break;
    case HOST:
        settings->host = value;
        break;
    case PING_INTERVAL:
    case PING_TIMEOUT:
    case CONNECT_TIMEOUT:
        set_time(settings, letter, value);
        break;
    case MAX_PAYLOAD:
        settings->max_payload = number_of(value, 1ul << 30);
        break;
    case URL_PATH:
        settings->path = value;
        break;
    case CORS_ORIGIN:
        settings->cors_origin = value;
        break;
    case PARSER:
        settings->msgpack = is_msgpack(value);
        break;
    case ALLOW_EIO3:
        settings->allow_eio3 = true;
        break;
    case WS_ECHO:
        settings->ws_echo = value;
        break;
    case ENGINE_ONLY:
        settings->engine_only = true;
        break;
    case VERBOSE:
        settings->verbose = true;
        break;
    default:
        fputs(usage, letter == HELP ? stdout : stderr);
        exit(letter == HELP ? EXIT_SUCCESS : 2);
    }
}

int main(int argc, char **argv)
{
    struct settings settings = {.port = 3000};
    int letter;

    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1)
        set_option(&settings, letter, optarg);
    if (optind < argc)
        set_option(&settings, '?', NULL);
    return settings.engine_only ? run_engine_echo(&settings) : run_socketio(&settings);
}
