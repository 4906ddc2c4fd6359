#include "base/buf.h"

#include "base/alloc.h"

bool sio__buf_reserve_slow(sio__buf_t *buf, size_t size)
{
    size_t cap = buf->cap ? buf->cap : 64;
    char *data;

    if (buf->failed || size > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4) {
        buf->failed = true;
        return false;
    }
    while (cap - buf->len < size)
        cap *= 2;
    data = sio__realloc(buf->data, cap);
    if (!data) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->cap = cap;
    return true;
}

void sio__buf_append_uint(sio__buf_t *buf, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    sio__buf_append(buf, digits + at, sizeof(digits) - at);
}

void sio__buf_free(sio__buf_t *buf)
{
    sio__free(buf->data);
    *buf = (sio__buf_t)SIO__BUF_INIT;
}
