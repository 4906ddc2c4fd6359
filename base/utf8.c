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

static uint32_t lead_state(uint8_t byte)
{
    return byte < 0xc0 ? 0 : leads[byte - 0xc0];
}

static unsigned missing(uint32_t state)
{
    return state & 0xff;
}

static bool accepts(uint32_t state, uint8_t byte)
{
    return byte >= (state >> 8 & 0xff) && byte <= state >> 16;
}

static uint32_t next_state(uint32_t state)
{
    return missing(state) == 1 ? 0 : STATE(missing(state) - 1, 0x80, 0xbf);
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

static bool is_tail(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The length of the well-formed multi-byte sequence at `at`, or 0: ill-formed, or cut short by
 * `end`. */
static size_t sequence(const uint8_t *at, const uint8_t *end)
{
    uint32_t state = lead_state(*at);
    unsigned tails = missing(state);

    if (!state || (size_t)(end - at) <= tails || !accepts(state, at[1]))
        return 0;
    if (tails >= 2 && !is_tail(at[2]))
        return 0;
    if (tails == 3 && !is_tail(at[3]))
        return 0;
    return 1 + tails;
}

/* From a boundary over all well-formed characters. */
static const uint8_t *skip_valid(const uint8_t *at, const uint8_t *end)
{
    for (;;) {
        size_t len;

        if (at < end && *at < 0x80)
            at = skip_ascii(at, end);
        if (at == end)
            return at;
        len = sequence(at, end);
        if (len == 0)
            return at;
        at += len;
    }
}

bool sio__utf8_valid(const void *text, size_t len)
{
    const uint8_t *at = text;

    return len == 0 || skip_valid(at, at + len) == at + len;
}

bool sio__utf8_feed(sio__utf8_state_t *state, const void *piece, size_t len)
{
    const uint8_t *at = piece;
    const uint8_t *end = at + len;

    if (len == 0)
        return true;
    while (*state && at < end) {
        if (!accepts(*state, *at++))
            return false;
        *state = next_state(*state);
    }
    at = skip_valid(at, end);
    if (at == end)
        return true;
    *state = lead_state(*at++);
    if (!*state)
        return false;
    while (at < end) {
        if (!accepts(*state, *at++))
            return false;
        *state = next_state(*state);
    }
    return true;
}

/* The length (at least 1) of the maximal ill-formed part at `at`: a lead byte with as many tails as
 * fit it, or one byte. */
static size_t ill_formed(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *start = at;
    uint32_t state = lead_state(*at++);

    while (state && at < end && accepts(state, *at)) {
        state = next_state(state);
        at++;
    }
    return (size_t)(at - start);
}

size_t sio__utf8_repair(const void *text, size_t len, char *out)
{
    const uint8_t *at = text;
    const uint8_t *end = len ? at + len : at;
    char *to = out;

    while (at < end) {
        const uint8_t *bad = skip_valid(at, end);
        size_t good = (size_t)(bad - at);

        if (good)
            memcpy(to, at, good);
        to += good;
        if (bad == end)
            break;
        memcpy(to, "\xef\xbf\xbd", 3);
        to += 3;
        at = bad + ill_formed(bad, end);
    }
    return (size_t)(to - out);
}
