#include "adapters/redis_slots.h"

#include <stdint.h>

/* CRC-16 of XMODEM, four bits at a time. */
static uint16_t crc16(sio__span_t bytes)
{
    static const uint16_t table[] = {
        0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
        0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef,
    };
    uint16_t crc = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];

        crc = (uint16_t)(crc << 4) ^ table[(crc >> 12) ^ (byte >> 4)];
        crc = (uint16_t)(crc << 4) ^ table[(crc >> 12) ^ (byte & 15)];
    }
    return crc;
}

unsigned sio__redis_slot(sio__span_t key)
{
    const char *open = key.len ? memchr(key.data, '{', key.len) : NULL;

    if (open) {
        size_t rest = key.len - (size_t)(open + 1 - key.data);
        const char *close = rest ? memchr(open + 1, '}', rest) : NULL;

        if (close && close > open + 1)
            key = (sio__span_t){open + 1, (size_t)(close - open - 1)};
    }
    return crc16(key) % SIO__SLOTS;
}

static bool read_number(sio__span_t *text, unsigned max, unsigned *number)
{
    size_t i = 0;

    *number = 0;
    for (; i < text->len && text->data[i] >= '0' && text->data[i] <= '9'; i++) {
        *number = *number * 10 + (unsigned)(text->data[i] - '0');
        if (*number > max)
            return false;
    }
    text->data += i;
    text->len -= i;
    return i > 0;
}

static bool read_text(sio__span_t *text, const char *expected)
{
    size_t len = strlen(expected);

    if (text->len < len || memcmp(text->data, expected, len) != 0)
        return false;
    text->data += len;
    text->len -= len;
    return true;
}

/* The port stands behind the last colon: hosts may be IPv6. */
bool sio__redis_moved(sio__span_t error, unsigned *slot, sio__span_t *host, int *port)
{
    size_t colon;
    sio__span_t digits;
    unsigned number;

    if (!read_text(&error, "MOVED ") || !read_number(&error, SIO__SLOTS - 1, slot) ||
        !read_text(&error, " "))
        return false;
    for (colon = error.len; colon > 0 && error.data[colon - 1] != ':';)
        colon--;
    if (colon == 0)
        return false;
    digits = (sio__span_t){error.data + colon, error.len - colon};
    if (!read_number(&digits, 65535, &number) || digits.len)
        return false;
    *host = (sio__span_t){error.data, colon - 1};
    *port = (int)number;
    return true;
}
