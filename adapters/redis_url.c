/* redis://[[user]:password@]host[:port][/database] and its relatives. No I/O. */
#include "adapters/redis_config.h"

#include "base/alloc.h"
#include "base/hex.h"

enum { DEFAULT_PORT = 6379, MAX_PORT = 65535, MAX_DATABASE = 999999 };

/* ---------------------------------------------------------------------------------- addresses */

void sio__redis_address_free(sio__redis_address_t *address)
{
    sio__free(address->host);
    sio__free(address->path);
    *address = (sio__redis_address_t){NULL, 0, NULL};
}

int sio__redis_address_copy(sio__redis_address_t *to, const sio__redis_address_t *from)
{
    *to = (sio__redis_address_t){NULL, from->port, NULL};
    if (from->host)
        to->host = sio__strdup(from->host);
    if (from->path)
        to->path = sio__strdup(from->path);
    if ((from->host && !to->host) || (from->path && !to->path)) {
        sio__redis_address_free(to);
        return SIO_ENOMEM;
    }
    return SIO_OK;
}

/* A decimal number from `from` to `to`, and nothing else; -1 otherwise. */
static int parse_number(sio__span_t text, int from, int to)
{
    int number = 0;

    if (!text.len)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        number = number * 10 + (text.data[i] - '0');
        if (number > to)
            return -1;
    }
    return number < from ? -1 : number;
}

static sio__span_t span_between(const char *from, const char *to)
{
    return (sio__span_t){from, (size_t)(to - from)};
}

/* The host ends at its bracket, or at the only colon. */
static bool split_address(sio__span_t text, sio__span_t *host, sio__span_t *port)
{
    const char *end = text.data + text.len, *colon;

    *port = (sio__span_t){NULL, 0};
    if (text.len && text.data[0] == '[') {
        const char *bracket = memchr(text.data, ']', text.len);

        if (!bracket || (bracket + 1 < end && bracket[1] != ':'))
            return false;
        *host = span_between(text.data + 1, bracket);
        colon = bracket + 1 < end ? bracket + 1 : NULL;
    } else {
        colon = text.len ? memchr(text.data, ':', text.len) : NULL;
        *host = colon ? span_between(text.data, colon) : text;
    }
    if (colon)
        *port = span_between(colon + 1, end);
    return host->len > 0 && (!colon || port->len > 0);
}

int sio__redis_address_parse(sio__redis_address_t *address, sio__span_t text, int port)
{
    sio__span_t host, digits;

    if (!split_address(text, &host, &digits))
        return SIO_EINVAL;
    if (digits.len)
        port = parse_number(digits, 1, MAX_PORT);
    if (port < 0 || memchr(host.data, '\0', host.len))
        return SIO_EINVAL;
    *address = (sio__redis_address_t){sio__strndup(host.data, host.len), port, NULL};
    return address->host ? SIO_OK : SIO_ENOMEM;
}

/* --------------------------------------------------------------------------------------- URLs */

/* A copy without %XX. SIO_EINVAL: a % without its digits, or a NUL. */
static int decode(char **out, sio__span_t text)
{
    const char *at = text.data, *end = at + text.len;
    char *to = *out = sio__malloc(text.len + 1);

    if (!to)
        return SIO_ENOMEM;
    while (at < end) {
        int high, low;

        if (*at != '%') {
            *to++ = *at++;
            continue;
        }
        high = end - at > 2 ? sio__hex_digit(at[1]) : -1;
        low = high >= 0 ? sio__hex_digit(at[2]) : -1;
        if (low < 0 || (high == 0 && low == 0)) {
            sio__free(*out);
            *out = NULL;
            return SIO_EINVAL;
        }
        *to++ = (char)(high << 4 | low);
        at += 3;
    }
    *to = '\0';
    return SIO_OK;
}

/* [user][:password]; empty parts are none. */
static int parse_login(sio__redis_login_t *login, sio__span_t text)
{
    const char *end = text.data + text.len;
    const char *colon = memchr(text.data, ':', text.len);
    sio__span_t user = span_between(text.data, colon ? colon : end);
    int error = SIO_OK;

    if (user.len)
        error = decode(&login->user, user);
    if (!error && colon && colon + 1 < end)
        error = decode(&login->password, span_between(colon + 1, end));
    return error;
}

static int parse_database(int *database, sio__span_t text)
{
    if (!text.len)
        return SIO_OK;
    *database = parse_number(text, 0, MAX_DATABASE);
    return *database < 0 ? SIO_EINVAL : SIO_OK;
}

static int parse_tcp(sio__redis_url_t *url, sio__span_t authority, sio__span_t rest)
{
    int error;

    if (!authority.len)
        authority = (sio__span_t){"localhost", 9};
    error = sio__redis_address_parse(&url->address, authority, DEFAULT_PORT);
    if (!error && rest.len)
        error = parse_database(&url->database, (sio__span_t){rest.data + 1, rest.len - 1});
    return error;
}

/* /path[?db=database] */
static int parse_unix(sio__redis_url_t *url, sio__span_t rest)
{
    const char *end = rest.data + rest.len;
    const char *query = rest.len ? memchr(rest.data, '?', rest.len) : NULL;
    sio__span_t path = span_between(rest.data, query ? query : end);
    int error;

    if (path.len < 2)
        return SIO_EINVAL;
    error = decode(&url->address.path, path);
    if (error || !query)
        return error;
    if (end - query < 4 || memcmp(query, "?db=", 4) != 0)
        return SIO_EINVAL;
    return parse_database(&url->database, span_between(query + 4, end));
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static const char *after_scheme(sio__redis_url_t *url, const char *text, bool *is_unix)
{
    *is_unix = starts_with(text, "unix:");
    url->tls = starts_with(text, "rediss://");
    if (*is_unix)
        return text + (starts_with(text, "unix://") ? 7 : 5);
    if (url->tls)
        return text + 9;
    return starts_with(text, "redis://") ? text + 8 : NULL;
}

static int parse(sio__redis_url_t *url, const char *text)
{
    bool is_unix;
    const char *at = after_scheme(url, text, &is_unix), *end, *slash, *sign;
    sio__span_t authority;
    int error = SIO_OK;

    if (!at)
        return SIO_EINVAL;
    end = at + strlen(at);
    slash = memchr(at, '/', (size_t)(end - at));
    if (!slash)
        slash = end;
    authority = span_between(at, slash);
    sign = authority.len ? memrchr(authority.data, '@', authority.len) : NULL;
    if (sign) {
        error = parse_login(&url->login, span_between(at, sign));
        authority = span_between(sign + 1, slash);
    }
    if (error)
        return error;
    if (!is_unix)
        return parse_tcp(url, authority, span_between(slash, end));
    return authority.len ? SIO_EINVAL : parse_unix(url, span_between(slash, end));
}

int sio__redis_url_parse(sio__redis_url_t *url, const char *text)
{
    int error;

    memset(url, 0, sizeof(*url));
    error = parse(url, text);
    if (error)
        sio__redis_url_free(url);
    return error;
}

void sio__redis_url_free(sio__redis_url_t *url)
{
    sio__redis_address_free(&url->address);
    sio__free(url->login.user);
    sio__free(url->login.password);
    memset(url, 0, sizeof(*url));
}
