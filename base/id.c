#include "base/id.h"

#include "base/base64.h"

#include <string.h>
#include <uuid/uuid.h>

enum { RANDOM_LEN = 12, ID_BYTES = 15 };

/* A random UUID has fixed bits in bytes 6 (version) and 8 (variant): taken from around them, all
 * bits are random. */
static void random_bytes(unsigned char out[RANDOM_LEN])
{
    uuid_t uuid;

    uuid_generate_random(uuid);
    memcpy(out, uuid, 6);
    memcpy(out + 6, uuid + 10, 6);
}

void sio__id_generate(uint32_t *counter, char out[SIO__ID_LEN + 1])
{
    unsigned char bytes[ID_BYTES];
    uint32_t count = (*counter)++;

    random_bytes(bytes);
    bytes[12] = (unsigned char)(count >> 16);
    bytes[13] = (unsigned char)(count >> 8);
    bytes[14] = (unsigned char)count;
    sio__base64_encode(bytes, sizeof(bytes), out);
    out[SIO__ID_LEN] = '\0';
    for (char *c = out; *c; c++) {
        if (*c == '/')
            *c = '_';
        else if (*c == '+')
            *c = '-';
    }
}

void sio__id_hex(char out[SIO__HEX_ID_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[RANDOM_LEN];

    random_bytes(bytes);
    for (int i = 0; i < SIO__HEX_ID_LEN / 2; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}
