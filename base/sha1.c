/* SHA-1 as FIPS 180-4 gives it, in one call. Called by the WebSocket handshake. */
#include "base/sha1.h"

#include <string.h>

enum { BLOCK = 64 };

static uint32_t rotate_left(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static uint32_t load_be32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store_be32(uint8_t *bytes, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(word >> (24 - 8 * i));
}

/* The function and constant of round t, applied to b, c, d. */
static uint32_t mix(unsigned t, uint32_t b, uint32_t c, uint32_t d)
{
    if (t < 20)
        return (d ^ (b & (c ^ d))) + 0x5a827999;
    if (t < 40)
        return (b ^ c ^ d) + 0x6ed9eba1;
    if (t < 60)
        return ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
    return (b ^ c ^ d) + 0xca62c1d6;
}

static void absorb(uint32_t state[5], const uint8_t block[BLOCK])
{
    uint32_t w[80];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

    for (unsigned t = 0; t < 16; t++)
        w[t] = load_be32(block + (size_t)4 * t);
    for (unsigned t = 16; t < 80; t++)
        w[t] = rotate_left(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    for (unsigned t = 0; t < 80; t++) {
        uint32_t next = rotate_left(a, 5) + mix(t, b, c, d) + e + w[t];

        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void sio__sha1(const void *bytes, size_t len, uint8_t digest[SIO__SHA1_LEN])
{
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint8_t tail[2 * BLOCK] = {0};
    const uint8_t *at = bytes;
    size_t left = len;
    size_t tail_len;

    for (; left >= BLOCK; at += BLOCK, left -= BLOCK)
        absorb(state, at);
    if (left)
        memcpy(tail, at, left);
    tail[left] = 0x80;
    tail_len = left < BLOCK - 8 ? BLOCK : 2 * BLOCK;
    store_be32(tail + tail_len - 8, (uint32_t)((uint64_t)len >> 29));
    store_be32(tail + tail_len - 4, (uint32_t)((uint64_t)len << 3));
    absorb(state, tail);
    if (tail_len > BLOCK)
        absorb(state, tail + BLOCK);
    for (int i = 0; i < 5; i++)
        store_be32(digest + (size_t)4 * (size_t)i, state[i]);
}
