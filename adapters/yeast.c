#include "adapters/yeast.h"

#include <string.h>

/* A number has the time in its upper bits and how many came before it in that millisecond in its
 * lower ones. */
enum { COUNT_BITS = 20, TIME_BITS = 44 };

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

uint64_t sio__yeast_next(uint64_t last, uint64_t unix_ms)
{
    uint64_t first = unix_ms << COUNT_BITS;

    return first > last ? first : last + 1;
}

static char *encode(uint64_t number, char *out)
{
    char reversed[SIO__YEAST_SIZE];
    int count = 0;

    do {
        reversed[count++] = digits[number % 64];
        number /= 64;
    } while (number);
    while (count)
        *out++ = reversed[--count];
    return out;
}

void sio__yeast_encode(uint64_t yeast, char out[SIO__YEAST_SIZE])
{
    uint64_t count = yeast & ((UINT64_C(1) << COUNT_BITS) - 1);

    out = encode(yeast >> COUNT_BITS, out);
    if (count) {
        *out++ = '.';
        out = encode(count - 1, out);
    }
    *out = '\0';
}

/* Reads a number below 2^bits; NULL when there is none. */
static const char *decode(const char *text, int bits, uint64_t *number)
{
    const char *start = text, *digit;

    *number = 0;
    while (*text && (digit = strchr(digits, *text))) {
        *number = *number * 64 + (uint64_t)(digit - digits);
        if (*number >> bits)
            return NULL;
        text++;
    }
    return text == start ? NULL : text;
}

bool sio__yeast_decode(const char *text, uint64_t *yeast)
{
    uint64_t time, count = 0;

    text = decode(text, TIME_BITS, &time);
    if (text && *text == '.') {
        text = decode(text + 1, COUNT_BITS, &count);
        if (++count >> COUNT_BITS)
            return false;
    }
    if (!text || *text)
        return false;
    *yeast = time << COUNT_BITS | count;
    return true;
}
