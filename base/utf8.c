/* UTF-8 validation and repair. Called wherever text comes in from the network. */
#include "base/utf8.h"

#include <string.h>

/*
 * A state says what may follow inside a sequence: how many bytes are missing (bits 0-7), and the
 * least and the greatest value of the next one (bits 8-15 and 16-23). Zero is the boundary between
 * characters.
 */
#define STATE(missing, least, greatest) \
    ((uint32_t)(missing) | (uint32_t)(least) << 8 | (uint32_t)(greatest) << 16)

#define TAIL1 STATE(1, 0x80, 0xbf)
#define TAIL2 STATE(2, 0x80, 0xbf)
#define TAIL3 STATE(3, 0x80, 0xbf)

/* The state after each lead byte from 0xc0 on; zero: no lead byte. The narrow ranges keep out
 * overlong forms, surrogates and what lies beyond U+10FFFF. */
/* clang-format off */
static const uint32_t leads[64] = {
    0, 0, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1,
    TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1, TAIL1,
    STATE(2, 0xa0, 0xbf), TAIL2, TAIL2, TAIL2, TAIL2, TAIL2, TAIL2, TAIL2,
    TAIL2, TAIL2, TAIL2, TAIL2, TAIL2, STATE(2, 0x80, 0x9f), TAIL2, TAIL2,
    STATE(3, 0x90, 0xbf), TAIL3, TAIL3, TAIL3, STATE(3, 0x80, 0x8f),
};
/* clang-format on */

static const uint32_t invalid = UINT32_MAX;

/* The state after `byte`, which is not ASCII. */
static uint32_t step(uint32_t state, uint8_t byte)
{
    unsigned missing = state & 0xff;

    if (!state)
        return byte >= 0xc0 && leads[byte - 0xc0] ? leads[byte - 0xc0] : invalid;
    if (byte < (state >> 8 & 0xff) || byte > state >> 16)
        return invalid;
    return missing == 1 ? 0 : STATE(missing - 1, 0x80, 0xbf);
}

static uint64_t high_bits(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, 8);
    return word & UINT64_C(0x8080808080808080);
}

static const uint8_t *skip_ascii(const uint8_t *at, const uint8_t *end)
{
    while (end - at >= 32 &&
           !(high_bits(at) | high_bits(at + 8) | high_bits(at + 16) | high_bits(at + 24)))
        at += 32;
    while (end - at >= 8 && !high_bits(at))
        at += 8;
    while (at < end && *at < 0x80)
        at++;
    return at;
}

/*
 * The length of the well-formed multi-byte sequence at `at`, 0 when ill-formed. The states say the
 * same byte by byte; this looks at four bytes at once, so that text in other scripts isn't several
 * times dearer than English.
 */
static size_t sequence(const uint8_t *at)
{
    uint32_t word =
        (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;

    if ((word & 0xc0e0) == 0x80c0) /* not C0, C1 */
        return word & 0x1e ? 2 : 0;
    if ((word & 0xc0c0f0) == 0x8080e0) { /* not E0 below A0, not ED from A0 on */
        uint32_t edge = word & 0x200f;

        return edge != 0 && edge != 0x200d ? 3 : 0;
    }
    if ((word & 0xc0c0c0f8) == 0x808080f0) { /* not F0 below 90, not F4 from 90 on, not F5 to F7 */
        uint32_t edge = (word & 7) << 2 | (word >> 12 & 3);

        return edge >= 1 && edge <= 16 ? 4 : 0;
    }
    return 0;
}

/* From a boundary over well-formed characters: all of them, but for those that aren't ASCII within
 * the last three bytes. */
static const uint8_t *skip_valid(const uint8_t *at, const uint8_t *end)
{
    for (;;) {
        size_t len;

        if (at < end && *at < 0x80)
            at = skip_ascii(at, end);
        if (end - at < 4)
            return at;
        len = sequence(at);
        if (len == 0)
            return at;
        at += len;
    }
}

bool sio__utf8_feed(sio__utf8_state_t *state, const void *piece, size_t len)
{
    const uint8_t *at = piece;
    const uint8_t *end = len ? at + len : at;

    for (;;) {
        if (!*state)
            at = skip_valid(at, end);
        if (at == end)
            return true;
        *state = step(*state, *at++);
        if (*state == invalid)
            return false;
    }
}

bool sio__utf8_valid(const void *text, size_t len)
{
    sio__utf8_state_t state = 0;

    return sio__utf8_feed(&state, text, len) && !state;
}

/* The length (at least 1) of one character that isn't ASCII, or of the maximal ill-formed part in
 * its place. */
static size_t part(const uint8_t *at, const uint8_t *end, bool *good)
{
    const uint8_t *start = at;
    uint32_t state = 0;

    do {
        uint32_t next = step(state, *at);

        if (next == invalid)
            break;
        state = next;
        at++;
    } while (state && at < end);
    *good = !state && at > start;
    return at > start ? (size_t)(at - start) : 1;
}

size_t sio__utf8_repair(const void *text, size_t len, char *out)
{
    const uint8_t *at = text;
    const uint8_t *end = len ? at + len : at;
    char *to = out;

    while (at < end) {
        const uint8_t *stop = skip_valid(at, end);
        bool good = true;

        if (stop == at)
            stop = at + part(at, end, &good);
        if (good) {
            memcpy(to, at, (size_t)(stop - at));
            to += stop - at;
        } else {
            memcpy(to, "\xef\xbf\xbd", 3);
            to += 3;
        }
        at = stop;
    }
    return (size_t)(to - out);
}

/* A character beyond U+FFFF is two units, and four bytes of which three are continuations. */
size_t sio__utf8_utf16_len(const void *text, size_t len)
{
    const uint8_t *bytes = text;
    size_t units = 0;

    for (size_t i = 0; i < len; i++)
        units += ((bytes[i] & 0xc0) != 0x80) + (bytes[i] >= 0xf0);
    return units;
}

size_t sio__utf8_skip_utf16(const void *text, size_t len, size_t units)
{
    const uint8_t *bytes = text;
    size_t at = 0;

    while (units && at < len) {
        size_t wide = bytes[at] >= 0xf0;

        if (wide && units == 1)
            return SIZE_MAX;
        units -= 1 + wide;
        do
            at++;
        while (at < len && (bytes[at] & 0xc0) == 0x80);
    }
    return units ? SIZE_MAX : at;
}
