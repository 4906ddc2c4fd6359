/* The tokens of token.h, by libjwt. */

#include "token.h"

#include "examples/common/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_name(const char *text, size_t len)
{
    return len > 0 && len <= NAME_MAX_LEN &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

#ifdef HAVE_LIBJWT

#include <jwt.h>

#define LAST_SECOND 253402300799 /* of the year 9999 */

bool tokens_work(void)
{
    return true;
}

static const unsigned char *key_of(const char *secret)
{
    return (const unsigned char *)secret;
}

char *token_make(const char *secret, const char *user, int seconds)
{
    long now = (long)(unix_ms() / 1000);
    char *text = NULL;
    jwt_t *jwt;

    if (jwt_new(&jwt) != 0)
        return NULL;
    if (jwt_set_alg(jwt, JWT_ALG_HS256, key_of(secret), (int)strlen(secret)) == 0 &&
        jwt_add_grant(jwt, "sub", user) == 0 && jwt_add_grant_int(jwt, "iat", now) == 0 &&
        jwt_add_grant_int(jwt, "exp", now + seconds) == 0)
        text = jwt_encode_str(jwt);
    jwt_free(jwt);
    return text;
}

/* The header says by which algorithm it is signed; only ours will do, above all
 * not "none". */
static bool read_grants(jwt_t *jwt, struct token *token)
{
    const char *user = jwt_get_grant(jwt, "sub");
    long expires = jwt_get_grant_int(jwt, "exp");

    if (jwt_get_alg(jwt) != JWT_ALG_HS256 || !user || !is_name(user, strlen(user)) ||
        expires <= unix_ms() / 1000 || expires > LAST_SECOND)
        return false;
    snprintf(token->user, sizeof(token->user), "%s", user);
    token->expires_ms = (int64_t)expires * 1000;
    return true;
}

bool token_read(const char *secret, const char *text, struct token *token)
{
    jwt_t *jwt = NULL;
    bool good =
        jwt_decode(&jwt, text, key_of(secret), (int)strlen(secret)) == 0 && read_grants(jwt, token);

    jwt_free(jwt);
    return good;
}

#else

bool tokens_work(void)
{
    return false;
}

char *token_make(const char *secret, const char *user, int seconds)
{
    (void)secret;
    (void)user;
    (void)seconds;
    return NULL;
}

bool token_read(const char *secret, const char *text, struct token *token)
{
    (void)secret;
    (void)text;
    (void)token;
    return false;
}

#endif
