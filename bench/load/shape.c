/* The text around a numbered payload. */
#include "shape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t shape_render(const shape_t *shape, char *out, size_t size, uint32_t client, uint64_t number)
{
    char *at = stpcpy(out, shape->head);

    if (shape->numbered)
        at += sprintf(at, "%" PRIu64, number);
    at = stpcpy(at, shape->neck);
    payload_write(at, size, client, number);
    at = stpcpy(at + size, shape->tail);
    return (size_t)(at - out);
}

bool shape_read(const shape_t *shape, const char *data, size_t length, size_t size,
                uint32_t *client, uint64_t *number)
{
    static char packet[PACKET_MAX];
    size_t after = size + strlen(shape->tail);

    if (length < after || !payload_read(data + length - after, size, client, number))
        return false;
    return shape_render(shape, packet, size, *client, *number) == length &&
           memcmp(packet, data, length) == 0;
}
