/*
 * Session and socket ids in upstream's form: 20 characters, 12 random bytes (libuuid, over the
 * kernel's random source) and 3 bytes of a counter in base64 with '/' as '_' and '+' as '-'.
 */
#ifndef SIO_BASE_ID_H
#define SIO_BASE_ID_H

#include <stdint.h>

enum { SIO__ID_LEN = 20 };

void sio__id_generate(uint32_t *counter, char out[SIO__ID_LEN + 1]);

/* 16 random hexadecimal digits, as upstream's servers call themselves. */
enum { SIO__HEX_ID_LEN = 16 };
void sio__id_hex(char out[SIO__HEX_ID_LEN + 1]);

#endif
