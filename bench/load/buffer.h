/* Growable bytes: what waits to be sent or parsed. Used by connections and workloads. */
#ifndef BENCH_BUFFER_H
#define BENCH_BUFFER_H

#include <stddef.h>

typedef struct buffer {
    char *data;
    size_t length;
    size_t capacity;
} buffer_t;

/* Makes room for `extra` bytes and returns where they go; ends the program when memory is out. */
char *buffer_reserve(buffer_t *buffer, size_t extra);
void buffer_append(buffer_t *buffer, const void *data, size_t length);
void buffer_append_text(buffer_t *buffer, const char *text);
void buffer_consume(buffer_t *buffer, size_t length);
void buffer_free(buffer_t *buffer);

#endif
