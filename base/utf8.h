/* UTF-8: validation of whole texts and of texts in pieces, and repair as browsers and Node do it.
 */
#ifndef SIO_BASE_UTF8_H
#define SIO_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool sio__utf8_valid(const void *text, size_t len);

/*
 * Validation across fragments. Start with zero; feed every piece; false means the text is invalid
 * whatever follows. After the last piece the text is complete when the state is zero again.
 */
typedef uint32_t sio__utf8_state_t;
bool sio__utf8_feed(sio__utf8_state_t *state, const void *piece, size_t len);

/*
 * Copies `len` bytes to `out`, each maximal ill-formed part replaced by U+FFFD (the WHATWG decoder,
 * Buffer.toString(); a byte order mark stays). `out` must hold 3 * len bytes and must not overlap
 * `text`. Returns the bytes written.
 */
size_t sio__utf8_repair(const void *text, size_t len, char *out);

/* The length of valid UTF-8 in UTF-16 code units: JavaScript's. */
size_t sio__utf8_utf16_len(const void *text, size_t len);

/* How many bytes of valid UTF-8 so many UTF-16 code units are; SIZE_MAX: there are fewer, or they
 * end within a character. */
size_t sio__utf8_skip_utf16(const void *text, size_t len, size_t units);

#endif
