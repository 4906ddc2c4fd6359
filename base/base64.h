/* Base64: strict output, and input as lax as Node's Buffer.from(text, "base64"). */
#ifndef SIO_BASE_BASE64_H
#define SIO_BASE_BASE64_H

#include <stddef.h>

#define SIO__BASE64_ENCODED_LEN(n) (((n) + 2) / 3 * 4)

/* Writes SIO__BASE64_ENCODED_LEN(len) characters, padded, no NUL; returns that number. */
size_t sio__base64_encode(const void *bytes, size_t len, char *out);

/*
 * Decodes as Node does: both alphabets (+/ and -_), characters outside them skipped, decoding ends
 * at the first '='; of an incomplete final quantum its whole bytes are kept. `out` may be `text`
 * itself. Returns the bytes written (at most len / 4 * 3 + 2).
 */
size_t sio__base64_decode(const char *text, size_t len, void *out);

#endif
