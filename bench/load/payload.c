/* Numbered payloads. */
#include "payload.h"

#include <string.h>

#define CLIENT_DIGITS   6
#define SEQUENCE_DIGITS 10

static const char alphabet[64] = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};

/* The alphabet over and over: a filling is a copy from one of its 64 starting points. */
static char filling[PAYLOAD_MAX + sizeof alphabet];

void payload_init(void)
{
    for (size_t i = 0; i < sizeof filling; i++)
        filling[i] = alphabet[i % sizeof alphabet];
}

static void write_hex(char *out, unsigned digits, uint64_t value)
{
    while (digits-- > 0) {
        out[digits] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

static bool read_hex(const char *data, unsigned digits, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < digits; i++) {
        char c = data[i];

        if (c >= '0' && c <= '9')
            *value = *value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            *value = *value << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    return true;
}

void payload_write(char *out, size_t size, uint32_t client, uint64_t sequence)
{
    write_hex(out, CLIENT_DIGITS, client);
    write_hex(out + CLIENT_DIGITS, SEQUENCE_DIGITS, sequence);
    memcpy(out + PAYLOAD_MIN, filling + sequence % sizeof alphabet, size - PAYLOAD_MIN);
}

bool payload_read(const char *data, size_t size, uint32_t *client, uint64_t *sequence)
{
    uint64_t id;

    if (size < PAYLOAD_MIN || !read_hex(data, CLIENT_DIGITS, &id) ||
        !read_hex(data + CLIENT_DIGITS, SEQUENCE_DIGITS, sequence))
        return false;
    *client = (uint32_t)id;
    return true;
}
