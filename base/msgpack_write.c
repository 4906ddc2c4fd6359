/* MessagePack items in the form notepack chooses: always the shortest, but numbers with a fraction,
 * which are doubles. */
#include "base/msgpack.h"

#include <math.h>

static void put(sio__buf_t *out, uint8_t prefix, uint64_t number, unsigned size)
{
    uint8_t bytes[9] = {prefix};

    for (unsigned i = 0; i < size; i++)
        bytes[1 + i] = (uint8_t)(number >> 8 * (size - 1 - i));
    sio__buf_append(out, bytes, 1 + size);
}

void sio__msgpack_put_uint(sio__buf_t *out, uint64_t number)
{
    if (number < 0x80)
        put(out, (uint8_t)number, 0, 0);
    else if (number <= UINT8_MAX)
        put(out, 0xcc, number, 1);
    else if (number <= UINT16_MAX)
        put(out, 0xcd, number, 2);
    else if (number <= UINT32_MAX)
        put(out, 0xce, number, 4);
    else
        put(out, 0xcf, number, 8);
}

void sio__msgpack_put_int(sio__buf_t *out, uint64_t magnitude)
{
    uint64_t number = 0 - magnitude;

    if (magnitude <= 0x20)
        put(out, (uint8_t)number, 0, 0);
    else if (magnitude <= 0x80)
        put(out, 0xd0, number, 1);
    else if (magnitude <= 0x8000)
        put(out, 0xd1, number, 2);
    else if (magnitude <= 0x80000000)
        put(out, 0xd2, number, 4);
    else
        put(out, 0xd3, number, 8);
}

void sio__msgpack_put_double(sio__buf_t *out, double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof(bits));
    put(out, 0xcb, bits, 8);
}

void sio__msgpack_put_number(sio__buf_t *out, double number)
{
    bool integer = isfinite(number) && number == floor(number);

    if (integer && number >= 0 && number < 18446744073709551616.0)
        sio__msgpack_put_uint(out, (uint64_t)number);
    else if (integer && number < 0 && number >= -9223372036854775808.0)
        sio__msgpack_put_int(out, (uint64_t)-number);
    else
        sio__msgpack_put_double(out, number);
}

static void put_length(sio__buf_t *out, uint8_t prefix, uint32_t len)
{
    if (len <= UINT8_MAX)
        put(out, prefix, len, 1);
    else if (len <= UINT16_MAX)
        put(out, prefix + 1, len, 2);
    else
        put(out, prefix + 2, len, 4);
}

void sio__msgpack_put_str_head(sio__buf_t *out, uint32_t len)
{
    if (len < 0x20)
        put(out, (uint8_t)(0xa0 | len), 0, 0);
    else
        put_length(out, 0xd9, len);
}

void sio__msgpack_put_text(sio__buf_t *out, const char *text)
{
    sio__msgpack_put_str_head(out, (uint32_t)strlen(text));
    sio__buf_append_str(out, text);
}

void sio__msgpack_put_bin_head(sio__buf_t *out, uint32_t len)
{
    put_length(out, 0xc4, len);
}

static void put_count(sio__buf_t *out, uint8_t fixed, uint8_t prefix, uint32_t count)
{
    if (count < 0x10)
        put(out, (uint8_t)(fixed | count), 0, 0);
    else if (count <= UINT16_MAX)
        put(out, prefix, count, 2);
    else
        put(out, prefix + 1, count, 4);
}

void sio__msgpack_put_array_head(sio__buf_t *out, uint32_t count)
{
    put_count(out, 0x90, 0xdc, count);
}

void sio__msgpack_put_map_head(sio__buf_t *out, uint32_t count)
{
    put_count(out, 0x80, 0xde, count);
}

void sio__msgpack_put_undefined(sio__buf_t *out)
{
    sio__buf_append(out, "\xd4\0\0", 3);
}
