/* SHA-256 as FIPS 180-4 gives it, piece by piece. */
#ifndef FILES_SHA256_H
#define FILES_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_LEN = 32, SHA256_BLOCK = 64, SHA256_HEX_SIZE = 2 * SHA256_LEN + 1 };

struct sha256 {
    uint32_t state[8];
    uint64_t len; /* bytes so far */
    uint8_t block[SHA256_BLOCK];
};

void sha256_start(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t len);

/* The digest as hexadecimal text; `sha` has to be started again. */
void sha256_end(struct sha256 *sha, char hex[SHA256_HEX_SIZE]);

#endif
