/* The character classes of HTTP, shared by the head and the body parser. */
#ifndef EIO_HTTP_CHARS_H
#define EIO_HTTP_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For each byte: itself in lower case when a token may contain it, else 0. */
extern const uint8_t eio__http_token_lower[256];

bool eio__http_is_ascii(const char *text, size_t len);

/* The first control character (a tab included) or DEL in at..end, or end. Bytes from 0x80 on are
 * text. */
const char *eio__http_find_control(const char *at, const char *end);

/* As above, but tabs are text: what a field value, a chunk extension or a trailer may contain. */
const char *eio__http_find_text_end(const char *at, const char *end);

#endif
