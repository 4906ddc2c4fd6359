/* A text that several people edit at once. */

#include "events.h"

#include "examples/common/program.h"

#ifdef HAVE_REDIS
#include <socketio/redis.h>
#endif

#include <stdio.h>

struct editor {
    struct service service;
    const char *redis;
};

static int join_cluster(const struct editor *editor, sio_server_t *io)
{
    if (!editor->redis)
        return SIO_OK;
#ifdef HAVE_REDIS
    return sio_set_adapter(io, sio_redis_adapter(editor->redis, NULL));
#else
    (void)io;
    fprintf(stderr, "document: built without libsocketio-redis\n");
    return SIO_ENOTSUP;
#endif
}

static int start(sio_server_t *io, void *user)
{
    struct editor *editor = user;
    int error = join_cluster(editor, io);

    return error ? error : events_init(&editor->service, io);
}

int main(int argc, char **argv)
{
    struct editor editor = {0};
    const struct program_option options[] = {
        {"redis", "URL", "redis://host:port: a cluster with the other servers there",
         .text = &editor.redis},
        {"relay", "0|1", "1: another server of the cluster keeps the documents (0)",
         .number = &editor.service.relay, .max = 1},
        {0},
    };
    const struct program program = {.name = "document",
                                    .options = options,
                                    .start = start,
                                    .user = &editor};
    int status = program_run(&program, argc, argv);

    shelf_clear(&editor.service.desk.shelf);
    return status;
}
