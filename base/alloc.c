#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static sio__alloc_fns_t fns = {malloc, realloc, free};

void sio__alloc_set(const sio__alloc_fns_t *replacement)
{
    static const sio__alloc_fns_t libc_fns = {malloc, realloc, free};

    fns = replacement ? *replacement : libc_fns;
}

const sio__alloc_fns_t *sio__alloc_get(void)
{
    return &fns;
}

void *sio__malloc(size_t size)
{
    return fns.malloc_fn(size);
}

void *sio__calloc(size_t count, size_t size)
{
    void *ptr;

    if (size && count > SIZE_MAX / size)
        return NULL;
    ptr = fns.malloc_fn(count * size);
    if (ptr)
        memset(ptr, 0, count * size);
    return ptr;
}

void *sio__realloc(void *ptr, size_t size)
{
    return fns.realloc_fn(ptr, size);
}

void sio__free(void *ptr)
{
    if (ptr)
        fns.free_fn(ptr);
}

char *sio__strndup(const char *text, size_t size)
{
    char *copy = sio__malloc(size + 1);

    if (!copy)
        return NULL;
    if (size)
        memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *sio__strdup(const char *text)
{
    return sio__strndup(text, strlen(text));
}
