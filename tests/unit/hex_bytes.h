/* Bytes written down in hexadecimal, for the tests of binary forms. */
#ifndef TESTS_HEX_BYTES_H
#define TESTS_HEX_BYTES_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Of hexadecimal digits, blanks between them, and texts in quotes; in memory of exactly that size.
 */
static inline char *bytes_of(const char *text, size_t *len)
{
    char *bytes = malloc(strlen(text) + 1), *exact;
    bool quoted = false;

    *len = 0;
    for (; *text; text++) {
        if (*text == '\'')
            quoted = !quoted;
        else if (quoted)
            bytes[(*len)++] = *text;
        else if (*text != ' ') {
            bytes[(*len)++] = (char)(nibble(text[0]) << 4 | nibble(text[1]));
            text++;
        }
    }
    exact = malloc(*len ? *len : 1);
    memcpy(exact, bytes, *len);
    free(bytes);
    return exact;
}

static inline void expect_bytes(const char *got, size_t got_len, const char *expected)
{
    size_t len;
    char *bytes = bytes_of(expected, &len);

    for (size_t i = 0; i < len && i < got_len; i++)
        ck_assert_msg(got[i] == bytes[i], "byte %zu of %s is %02x", i, expected,
                      (unsigned char)got[i]);
    ck_assert_msg(len == got_len, "%zu bytes instead of %zu: %s", got_len, len, expected);
    free(bytes);
}

#endif
