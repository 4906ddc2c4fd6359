/* Notifications for users, wherever they are: tabs, devices, servers. */

#include "events.h"
#include "token.h"

#include "examples/common/program.h"

#ifdef HAVE_REDIS
#include <socketio/redis.h>
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char *redis; /* its URL, with --redis */

/* All servers on one Redis notify each other's users, and programs that publish
 * there do, too. */
static int join_cluster(sio_server_t *io)
{
    if (!redis)
        return SIO_OK;
#ifdef HAVE_REDIS
    return sio_set_adapter(io, sio_redis_adapter(redis, NULL));
#else
    (void)io;
    fprintf(stderr, "notify: built without libsocketio-redis\n");
    return SIO_ENOTSUP;
#endif
}

/* The environment's, which all servers of a cluster share; otherwise one that
 * ends with the process. */
static bool choose_secret(char *secret, size_t size)
{
    const char *given = getenv("NOTIFY_SECRET");
    unsigned char bytes[32];

    if (given) {
        snprintf(secret, size, "%s", given);
        return strlen(given) >= SECRET_MIN && strlen(given) <= SECRET_MAX;
    }
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(secret + 2 * i, size - 2 * i, "%02x", bytes[i]);
    return true;
}

static int start(sio_server_t *io, void *user)
{
    struct service *service = user;
    int error;

    if (!tokens_work()) {
        fprintf(stderr, "notify: built without libjwt (apt-get install libjwt-dev)\n");
        return SIO_ENOTSUP;
    }
    if (!choose_secret(service->secret, sizeof(service->secret))) {
        fprintf(stderr, "notify: NOTIFY_SECRET must have 32 to 128 bytes\n");
        return SIO_EINVAL;
    }
    error = join_cluster(io);
    if (error == 0)
        error = accounts_init(service, io);
    return error ? error : events_init(service, io);
}

int main(int argc, char **argv)
{
    struct service service = {.token_seconds = 300};
    const struct program_option options[] = {
        {"token-seconds", "SECONDS", "how long a token is good (300)",
         .number = &service.token_seconds, .min = 1, .max = 86400},
        {"redis", "URL", "redis://host:port: a cluster with the other servers there",
         .text = &redis},
        {0},
    };
    const struct program program = {
        .name = "notify",
        .options = options,
        .server = SIO_OPTIONS(.max_http_buffer_size = 20000,
                              .limits = SIO_LIMITS(.packets_per_second = 50)),
        .start = start,
        .user = &service,
    };

    return program_run(&program, argc, argv);
}
