/* The character classes of HTTP (RFC 9110 5.6.2 and 5.5). Called by http_head.c and http_body.c. */
#include "engineio/http_chars.h"

#include <string.h>

/* clang-format off */
const uint8_t eio__http_token_lower[256] = {
    ['!'] = '!', ['#'] = '#', '$', '%', '&', '\'', ['*'] = '*', '+', ['-'] = '-', '.',
    ['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
    ['A'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
            'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
    ['^'] = '^', '_', '`',
            'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
            'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
    ['|'] = '|', ['~'] = '~',
};
/* clang-format on */

/* Eight bytes at a time, each in its own eighth of a word. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

bool eio__http_is_ascii(const char *text, size_t len)
{
    uint64_t bits = 0;
    size_t i = 0;

    for (; len - i >= 8; i += 8) {
        uint64_t word;

        memcpy(&word, text + i, 8);
        bits |= word;
    }
    for (; i < len; i++)
        bits |= (uint8_t)text[i];
    return !(bits & EACH(0x80));
}

/* In each byte of the result the top bit is set when that byte of `word` is a control character or
 * DEL. Exact up to the lowest byte so marked; a borrow may mark bytes above it wrongly. */
static uint64_t control_bits(uint64_t word)
{
    uint64_t del = word ^ EACH(0x7f);

    return (((word - EACH(0x20)) & ~word) | ((del - EACH(1)) & ~del)) & EACH(0x80);
}

static int is_control(char c)
{
    return (uint8_t)c < 0x20 || c == 0x7f;
}

const char *eio__http_find_control(const char *at, const char *end)
{
    while (end - at >= 8) {
        uint64_t word;
        uint64_t bits;

        memcpy(&word, at, 8);
        bits = control_bits(word);
        if (bits) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return at + (__builtin_ctzll(bits) >> 3);
#else
            break;
#endif
        }
        at += 8;
    }
    while (at < end && !is_control(*at))
        at++;
    return at;
}

const char *eio__http_find_text_end(const char *at, const char *end)
{
    at = eio__http_find_control(at, end);
    while (at < end && *at == '\t')
        at = eio__http_find_control(at + 1, end);
    return at;
}
