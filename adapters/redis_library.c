/* This library's place beside libsocketio: of the same version, on the same allocator. */
#include "adapters/library.h"
#include "adapters/redis_hub.h"

#include <stdio.h>

#ifndef SIO_VERSION
#define SIO_VERSION "0.1.0"
#endif

static uv_once_t once = UV_ONCE_INIT;

/* In a static program there is one copy of the common code, and nothing to do. */
static void share_allocator(void)
{
    const sio__alloc_fns_t *allocator = sio_library().allocator;

    if (allocator != sio__alloc_get())
        sio__alloc_set(allocator);
}

bool sio__redis_library_ready(void)
{
    const char *version = sio_library().version;

    if (strcmp(version, SIO_VERSION) != 0) {
        fprintf(stderr, "libsocketio-redis is version " SIO_VERSION ", libsocketio %s\n", version);
        return false;
    }
    uv_once(&once, share_allocator);
    return true;
}
