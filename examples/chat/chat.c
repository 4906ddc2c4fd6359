/* The chat: a page, the stock client bundle and the Socket.IO server behind them, in one process.
 */

#include "events.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef CHAT_DIR
#define CHAT_DIR "." /* where public/ and node_modules/ are; the build says */
#endif

struct settings {
    const char *host;
    int port;
    const char *client_dir;
    const char *public_dir;
};

static const char usage[] =
    "Usage: chat [--host ADDRESS] [--port PORT] [--client-dir DIR] [--public-dir DIR]\n"
    "  --host        address to listen on (default: all)\n"
    "  --port        port (default: the environment's PORT, or 3000; 0: any free one)\n"
    "  --client-dir  npm's socket.io-client/dist, served as /socket.io/socket.io.js\n"
    "  --public-dir  the page's files\n";

static int port_of(const char *text)
{
    char *end;
    long port = strtol(text, &end, 10);

    if (*text == '\0' || *end != '\0' || port < 0 || port > 65535) {
        fprintf(stderr, "chat: not a port: %s\n", text);
        exit(2);
    }
    return (int)port;
}

static struct settings parse_options(int argc, char **argv)
{
    static const struct option options[] = {
        {"host", required_argument, NULL, 'h'},
        {"port", required_argument, NULL, 'p'},
        {"client-dir", required_argument, NULL, 'c'},
        {"public-dir", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, '?'},
        {NULL, 0, NULL, 0},
    };
    const char *port = getenv("PORT");
    struct settings settings = {
        .port = port && *port ? port_of(port) : 3000,
        .client_dir = CHAT_DIR "/node_modules/socket.io-client/dist",
        .public_dir = CHAT_DIR "/public",
    };

    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'h':
            settings.host = optarg;
            break;
        case 'p':
            settings.port = port_of(optarg);
            break;
        case 'c':
            settings.client_dir = optarg;
            break;
        case 'd':
            settings.public_dir = optarg;
            break;
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    return settings;
}

/* The page says it too, but whoever starts the server should not have to open it first. */
static void warn_without_bundle(const char *client_dir)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/socket.io.js", client_dir);
    if (access(path, R_OK) != 0)
        fprintf(stderr, "chat: no client bundle at %s: run `npm ci` in examples/chat\n", path);
}

static int start(sio_server_t *io, struct chat *chat, const struct settings *settings)
{
    sio_namespace_t *nsp = sio_of(io, "/");
    int error = nsp ? chat_init(chat, nsp) : SIO_ENOMEM;

    if (error == 0)
        error = sio_serve_files(io, "/", settings->public_dir);
    if (error == 0)
        error = sio_shutdown_on_signals(io);
    if (error != 0) {
        fprintf(stderr, "chat: can't start with the page in %s: %s\n", settings->public_dir,
                sio_strerror(error));
        return error;
    }
    error = sio_listen(io, settings->host, settings->port);
    if (error != 0)
        fprintf(stderr, "chat: can't listen on port %d: %s\n", settings->port, sio_strerror(error));
    return error;
}

int main(int argc, char **argv)
{
    struct settings settings = parse_options(argc, argv);
    struct chat chat = {0};
    sio_server_t *io = sio_server_new(SIO_OPTIONS(.client_dir = settings.client_dir));
    int error;

    if (!io)
        return 1;
    warn_without_bundle(settings.client_dir);
    error = start(io, &chat, &settings);
    if (error != 0) {
        sio_shutdown(io, 0, NULL, NULL);
    } else {
        printf("chat: listening on http://%s:%d/\n", settings.host ? settings.host : "localhost",
               sio_port(io));
        fflush(stdout);
    }
    sio_run(io); /* also when starting failed: it ends once the shutdown has freed everything */
    chat_clear(&chat);
    return error == 0 ? 0 : 1;
}
