/* Who somebody is, and until when: a JSON Web Token, signed by the server's
 * secret (HS256). */
#ifndef NOTIFY_TOKEN_H
#define NOTIFY_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAME_MAX_LEN = 32, SECRET_MIN = 32, SECRET_MAX = 128 };

struct token {
    char user[NAME_MAX_LEN + 1];
    int64_t expires_ms; /* Unix milliseconds */
};

/* Whether there are tokens at all: the program may have been built without
 * libjwt. */
bool tokens_work(void);

/* Of users and topics: a to z, 0 to 9, dash, underscore. */
bool is_name(const char *text, size_t len);

/* New, for free(). NULL: out of memory. */
char *token_make(const char *secret, const char *user, int seconds);

/* False: not signed by us, expired, or not of this program. */
bool token_read(const char *secret, const char *text, struct token *token);

#endif
