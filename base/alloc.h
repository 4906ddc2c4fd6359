/* The one allocator of the library. sio_set_allocator() may replace it, once, before anything else
 * runs. */
#ifndef SIO_BASE_ALLOC_H
#define SIO_BASE_ALLOC_H

#include <stddef.h>

typedef struct sio__alloc_fns {
    void *(*malloc_fn)(size_t size);
    void *(*realloc_fn)(void *ptr, size_t size);
    void (*free_fn)(void *ptr);
} sio__alloc_fns_t;

void sio__alloc_set(const sio__alloc_fns_t *fns); /* NULL restores libc's */

const sio__alloc_fns_t *sio__alloc_get(void); /* changes with sio__alloc_set() */

void *sio__malloc(size_t size);
void *sio__calloc(size_t count, size_t size); /* zeroed; NULL when count * size overflows */
void *sio__realloc(void *ptr, size_t size);
void sio__free(void *ptr);                         /* NULL is allowed */
char *sio__strndup(const char *text, size_t size); /* adds the terminating NUL */
char *sio__strdup(const char *text);

#endif
