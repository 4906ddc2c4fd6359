/* SHA-1, for the WebSocket handshake, which asks for it by name. Never for anything that needs a
 * secure hash. */
#ifndef SIO_BASE_SHA1_H
#define SIO_BASE_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { SIO__SHA1_LEN = 20 };

void sio__sha1(const void *bytes, size_t len, uint8_t digest[SIO__SHA1_LEN]);

#endif
