/* The chat: a page, the stock client bundle and the Socket.IO server behind them, in one process.
 */

#include "events.h"

#include "examples/common/program.h"

#ifdef HAVE_REDIS
#include <socketio/redis.h>
#endif

#include <stdio.h>

static const char *redis; /* its URL, with --redis */

/* Several chats on one Redis are one: what is said on one is heard on all. */
static int join_cluster(sio_server_t *io)
{
    if (!redis)
        return SIO_OK;
#ifdef HAVE_REDIS
    return sio_set_adapter(io, sio_redis_adapter(redis, NULL));
#else
    (void)io;
    fprintf(stderr, "chat: built without libsocketio-redis\n");
    return SIO_ENOTSUP;
#endif
}

static int start(sio_server_t *io, void *user)
{
    sio_namespace_t *nsp = sio_of(io, "/");
    int error = join_cluster(io);

    if (error)
        return error;
    return nsp ? chat_init(user, nsp) : SIO_ENOMEM;
}

int main(int argc, char **argv)
{
    const struct program_option options[] = {
        {"redis", "URL", "redis://host:port: a cluster with the other chats there", .text = &redis},
        {.name = NULL},
    };
    struct chat chat = {0};
    const struct program program = {.name = "chat",
                                    .options = options,
                                    .start = start,
                                    .user = &chat};
    int status = program_run(&program, argc, argv);

    chat_clear(&chat);
    return status;
}
