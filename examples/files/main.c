/* Files up and down, in pieces, over Socket.IO. */

#include "events.h"

#include "examples/common/program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct settings {
    struct service service;
    int file_mb, quota_mb, count;
};

static int start(sio_server_t *io, void *user)
{
    struct settings *settings = user;
    struct service *service = &settings->service;

    service->store.file_max = settings->file_mb * INT64_C(1000000);
    service->store.quota = settings->quota_mb * INT64_C(1000000);
    service->store.count_max = (size_t)settings->count;
    if (store_open(&service->store) != 0) {
        fprintf(stderr, "files: can't use %s: %s\n", service->store.dir, strerror(errno));
        return SIO_EINVAL;
    }
    service->loop = sio_loop(io);
    service->nsp = sio_of(io, "/");
    return service->nsp ? events_init(service) : SIO_ENOMEM;
}

int main(int argc, char **argv)
{
    struct settings settings = {.service.store.dir = "/tmp/libsocketio-files",
                                .file_mb = 256,
                                .quota_mb = 1024,
                                .count = 500};
    const struct program_option options[] = {
        {"dir", "DIR", "where files are kept (/tmp/libsocketio-files)",
         .text = &settings.service.store.dir},
        {"file-mb", "MB", "a file's size at most (256)", .number = &settings.file_mb, .min = 1,
         .max = 1000000},
        {"quota-mb", "MB", "the size of all (1024)", .number = &settings.quota_mb, .min = 1,
         .max = 1000000},
        {"count", "COUNT", "how many files (500)", .number = &settings.count, .min = 1,
         .max = 100000},
        {0},
    };
    const struct program program = {
        .name = "files",
        .options = options,
        .server =
            SIO_OPTIONS(.max_attachments = 1, .limits = SIO_LIMITS(.packets_per_second = 8000)),
        .start = start,
        .user = &settings,
    };
    int status = program_run(&program, argc, argv);

    store_close(&settings.service.store);
    return status;
}
