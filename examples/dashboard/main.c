/* A dashboard of the server it runs on. */

#include "activity.h"
#include "load.h"

#include "examples/common/program.h"

#include <string.h>

struct dashboard {
    struct feed feed;
    struct load load;
    const char *token; /* NULL: everybody may look */
    int load_clients;
};

/* In constant time: how long it takes tells nothing about the token. */
static bool is_token(const char *token, const char *given)
{
    size_t len = strlen(token), given_len = given ? strlen(given) : 0;
    unsigned char differs = len != given_len;

    for (size_t i = 0; i < given_len; i++)
        differs |= (unsigned char)(given[i] ^ token[len ? i % len : 0]);
    return differs == 0;
}

static void authorize(sio_socket_t *socket, sio_next_t *next, void *user)
{
    const struct dashboard *dashboard = user;
    json_t *given = json_object_get(sio_handshake_auth(socket), "token");

    if (!dashboard->token || is_token(dashboard->token, json_string_value(given)))
        sio_next_ok(next);
    else
        sio_next_error(next, "not authorized", NULL);
}

static int start_load(sio_server_t *io, struct dashboard *dashboard)
{
    sio_namespace_t *nsp;
    int error;

    if (dashboard->load_clients == 0)
        return SIO_OK;
    nsp = sio_of(io, "/load");
    error = nsp ? sio_use(nsp, authorize, dashboard) : SIO_ENOMEM;
    return error ? error
                 : load_init(&dashboard->load, io, &dashboard->feed, dashboard->load_clients);
}

static int start(sio_server_t *io, void *user)
{
    struct dashboard *dashboard = user;
    sio_namespace_t *nsp = sio_of(io, "/");
    int error = nsp ? sio_use(nsp, authorize, dashboard) : SIO_ENOMEM;

    if (error == 0)
        error = feed_init(&dashboard->feed, io, nsp);
    if (error == 0)
        error = activity_init(&dashboard->feed, io);
    return error ? error : start_load(io, dashboard);
}

static void stop(void *user)
{
    struct dashboard *dashboard = user;

    feed_stop(&dashboard->feed);
}

int main(int argc, char **argv)
{
    static struct dashboard dashboard = {.load_clients = 200};
    const struct program_option options[] = {
        {"token", "TEXT", "what viewers must know (everybody may look)", .text = &dashboard.token},
        {"load-clients", "COUNT", "clients of /load at most (200); 0: no such namespace",
         .number = &dashboard.load_clients, .max = 100000},
        {0},
    };
    const struct program program = {
        .name = "dashboard",
        .options = options,
        .server = SIO_OPTIONS(.max_http_buffer_size = 100000,
                              .limits = SIO_LIMITS(.packets_per_second = 200)),
        .start = start,
        .stop = stop,
        .user = &dashboard,
    };

    return program_run(&program, argc, argv);
}
