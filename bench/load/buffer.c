/* Growable bytes: what waits to be sent or parsed. */
#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *buffer_reserve(buffer_t *buffer, size_t extra)
{
    size_t needed = buffer->length + extra;

    if (needed > buffer->capacity) {
        size_t capacity = needed < 256 ? 256 : needed * 2;
        char *data = realloc(buffer->data, capacity);

        if (data == NULL) {
            fprintf(stderr, "sioload: out of memory\n");
            exit(2);
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    return buffer->data + buffer->length;
}

void buffer_append(buffer_t *buffer, const void *data, size_t length)
{
    if (length > 0) {
        memcpy(buffer_reserve(buffer, length), data, length);
        buffer->length += length;
    }
}

void buffer_append_text(buffer_t *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_consume(buffer_t *buffer, size_t length)
{
    memmove(buffer->data, buffer->data + length, buffer->length - length);
    buffer->length -= length;
}

void buffer_free(buffer_t *buffer)
{
    free(buffer->data);
    *buffer = (buffer_t){0};
}
