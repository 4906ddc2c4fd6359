/* Base64 both ways. Called by the polling payload codec and the WebSocket handshake. */
#include "base/base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 0: not of the alphabet, skipped. */
enum { DIGIT = 0x40, PAD = 0x80 };

#define D(n) (DIGIT | (n))
/* clang-format off */
static const uint8_t digits[256] = {
    ['A'] = D(0), D(1), D(2), D(3), D(4), D(5), D(6), D(7), D(8), D(9), D(10), D(11), D(12),
            D(13), D(14), D(15), D(16), D(17), D(18), D(19), D(20), D(21), D(22), D(23), D(24), D(25),
    ['a'] = D(26), D(27), D(28), D(29), D(30), D(31), D(32), D(33), D(34), D(35), D(36), D(37), D(38),
            D(39), D(40), D(41), D(42), D(43), D(44), D(45), D(46), D(47), D(48), D(49), D(50), D(51),
    ['0'] = D(52), D(53), D(54), D(55), D(56), D(57), D(58), D(59), D(60), D(61),
    ['+'] = D(62), ['-'] = D(62), ['/'] = D(63), ['_'] = D(63), ['='] = PAD,
};
/* clang-format on */

static void encode_quantum(const uint8_t *in, char *out)
{
    uint32_t bits = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];

    out[0] = alphabet[bits >> 18];
    out[1] = alphabet[bits >> 12 & 63];
    out[2] = alphabet[bits >> 6 & 63];
    out[3] = alphabet[bits & 63];
}

size_t sio__base64_encode(const void *bytes, size_t len, char *out)
{
    const uint8_t *in = bytes;
    size_t written = SIO__BASE64_ENCODED_LEN(len);

    for (; len >= 3; in += 3, len -= 3, out += 4)
        encode_quantum(in, out);
    if (len) {
        uint8_t last[3] = {in[0], len == 2 ? in[1] : 0, 0};

        encode_quantum(last, out);
        out[3] = '=';
        if (len == 1)
            out[2] = '=';
    }
    return written;
}

/* Gathers up to four digits from *at on, which it moves; stops for good at padding. Returns how
 * many. */
static unsigned gather(const uint8_t **at, const uint8_t *end, uint32_t *bits)
{
    unsigned count = 0;

    while (count < 4 && *at < end) {
        uint8_t digit = digits[*(*at)++];

        if (digit & PAD) {
            *at = end;
        } else if (digit) {
            *bits = *bits << 6 | (digit & 63u);
            count++;
        }
    }
    return count;
}

size_t sio__base64_decode(const char *text, size_t len, void *out)
{
    const uint8_t *at = (const uint8_t *)text;
    const uint8_t *end = at + len;
    uint8_t *to = out;
    unsigned count = 4;

    while (count == 4 && at < end) {
        uint32_t bits = 0;

        if (end - at >= 4 &&
            (digits[at[0]] & digits[at[1]] & digits[at[2]] & digits[at[3]] & DIGIT)) {
            bits = (digits[at[0]] & 63u) << 18 | (digits[at[1]] & 63u) << 12 |
                   (digits[at[2]] & 63u) << 6 | (digits[at[3]] & 63u);
            at += 4;
        } else {
            count = gather(&at, end, &bits);
            bits <<= 6 * (4 - count);
        }
        if (count >= 2)
            *to++ = (uint8_t)(bits >> 16);
        if (count >= 3)
            *to++ = (uint8_t)(bits >> 8);
        if (count == 4)
            *to++ = (uint8_t)bits;
    }
    return (size_t)(to - (uint8_t *)out);
}
