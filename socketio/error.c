/* What the library says about itself: error texts, its version, its allocator. */
#include "base/alloc.h"
#include "base/error.h"
#include "socketio/socketio.h"

#ifndef SIO_VERSION
#define SIO_VERSION "0.1.0"
#endif

_Static_assert((int)SIO_OK == SIO__OK && (int)SIO_EINVAL == SIO__EINVAL &&
                   (int)SIO_ENOMEM == SIO__ENOMEM && (int)SIO_EJSON == SIO__EJSON,
               "base numbers errors as the public header does");

const char *sio_strerror(int error)
{
    static const char *const texts[] = {
        [SIO_OK] = "success",
        [-SIO_EINVAL] = "invalid argument",
        [-SIO_ENOMEM] = "out of memory",
        [-SIO_EFORMAT] = "format and arguments do not fit",
        [-SIO_ETIMEDOUT] = "operation has timed out",
        [-SIO_EDISCONNECTED] = "socket is not connected",
        [-SIO_EBACKPRESSURE] = "too many bytes are queued for the client",
        [-SIO_ESTATE] = "not possible in this state",
        [-SIO_EADDRINUSE] = "address is already in use",
        [-SIO_EADDRESS] = "address cannot be listened on",
        [-SIO_ETLS] = "certificate or key cannot be used",
        [-SIO_ELOOP] = "libwebsockets cannot run on libuv",
        [-SIO_ENOTSUP] = "not supported by this build or configuration",
        [-SIO_ERESERVED] = "event name is reserved",
        [-SIO_EJSON] = "not JSON",
        [-SIO_ELIMIT] = "a limit is reached",
    };
    int count = (int)(sizeof(texts) / sizeof(*texts));

    return error <= 0 && error > -count ? texts[-error] : "unknown error";
}

const char *sio_version(void)
{
    return SIO_VERSION;
}

int sio_set_allocator(void *(*malloc_fn)(size_t), void *(*realloc_fn)(void *, size_t),
                      void (*free_fn)(void *))
{
    if (!malloc_fn || !realloc_fn || !free_fn)
        return SIO_EINVAL;
    sio__alloc_set(&(sio__alloc_fns_t){malloc_fn, realloc_fn, free_fn});
    return SIO_OK;
}
