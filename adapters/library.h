/*
 * What libsocketio lends to the libraries of adapters beside it. They have the common code (base/,
 * the memory adapter) in them once more, hidden, and speak adapter.h with it, so that they must be
 * of the same version; what there must be only one of comes from here.
 */
#ifndef SIO_LIBRARY_H
#define SIO_LIBRARY_H

#include "base/alloc.h"
#include "base/args.h"

#include <stdarg.h>

typedef struct sio__library {
    const char *version;
    const sio__alloc_fns_t *allocator; /* as sio_set_allocator() has left it */
    /* Appends the arguments of a format; see pack.h. */
    int (*pack)(sio__args_t *args, const char *format, va_list va);
    bool (*reserved)(const char *name, size_t len); /* of an event */
} sio__library_t;

/* The one symbol that is exported for them. Any thread. */
__attribute__((visibility("default"))) sio__library_t sio_library(void);

#endif
