/* Characters of texts that come from people: UTF-8 that the JSON decoder has validated; it may
 * contain NUL. */
#ifndef EXAMPLES_TEXT_H
#define EXAMPLES_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes one character off the front; *len must not be 0. */
uint32_t text_next(const char **text, size_t *len);

/* Characters that show nothing or turn the text around: with them "Ann" could be told apart from
 * "Ann" by nobody. */
bool text_is_invisible(uint32_t c);

/* Spaces other than the plain one. */
bool text_is_wide_space(uint32_t c);

/* A person's name: 1 to max visible characters, single blanks only between them. */
bool text_is_name(const char *text, size_t len, size_t max);

#endif
