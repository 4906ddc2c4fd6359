/* The session cookie of a handshake. Called when a polling session opens; see cookie.h. */
#include "engineio/cookie.h"

#include <string.h>
#include <strings.h>
#include <time.h>

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool name_valid(const char *name)
{
    if (!name || !*name)
        return false;
    for (; *name; name++)
        if (!is_alphanumeric(*name) && !strchr("!#$%&'*+-.^_`|~", *name))
            return false;
    return true;
}

static bool path_valid(const char *path)
{
    for (; *path; path++)
        if (*path < ' ' || *path > '~' || *path == ';' || *path == '<')
            return false;
    return true;
}

/* Labels of letters, digits and inner hyphens, 63 at most; one leading dot is let pass, as older
 * programs write it. */
static bool domain_valid(const char *domain)
{
    if (*domain == '.')
        domain++;
    for (;;) {
        size_t len = 0;

        while (is_alphanumeric(domain[len]) || domain[len] == '-')
            len++;
        if (len == 0 || len > 63 || domain[0] == '-' || domain[len - 1] == '-')
            return false;
        if (!domain[len])
            return true;
        if (domain[len] != '.')
            return false;
        domain += len + 1;
    }
}

/* Years 0 to 9999: those an HTTP date can hold. */
static bool date_valid(int64_t seconds)
{
    return seconds >= -INT64_C(62167219200) && seconds <= INT64_C(253402300799);
}

/* The given keyword in its canonical spelling, or NULL. */
static const char *find_keyword(const char *const *keywords, const char *given)
{
    for (; *keywords; keywords++)
        if (strcasecmp(*keywords, given) == 0)
            return *keywords;
    return NULL;
}

static const char *const priorities[] = {"Low", "Medium", "High", NULL};
static const char *const same_sites[] = {"Lax", "Strict", "None", NULL};

static bool is_set(const char *text)
{
    return text && *text;
}

bool eio_cookie_valid(const eio_cookie_t *cookie)
{
    return name_valid(cookie->name) && date_valid(cookie->expires) &&
           (!is_set(cookie->path) || path_valid(cookie->path)) &&
           (!is_set(cookie->domain) || domain_valid(cookie->domain)) &&
           (!is_set(cookie->priority) || find_keyword(priorities, cookie->priority)) &&
           (!is_set(cookie->same_site) || find_keyword(same_sites, cookie->same_site));
}

/* As encodeURIComponent. */
static void append_encoded(sio__buf_t *out, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};

        if (is_alphanumeric(*text) || strchr("-_.!~*'()", *text))
            sio__buf_append_char(out, *text);
        else
            sio__buf_append(out, escape, sizeof(escape));
    }
}

static void append_two_digits(sio__buf_t *out, int number)
{
    sio__buf_append_char(out, (char)('0' + number / 10));
    sio__buf_append_char(out, (char)('0' + number % 10));
}

/* An HTTP date; strftime's names would follow the locale. */
static void append_date(sio__buf_t *out, int64_t seconds)
{
    static const char days[][6] = {"Sun, ", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, "};
    static const char months[][6] = {" Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ",
                                     " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec "};
    time_t when = (time_t)seconds;
    struct tm tm;

    if (!date_valid(seconds) || !gmtime_r(&when, &tm))
        return;
    sio__buf_append_str(out, "; Expires=");
    sio__buf_append_str(out, days[tm.tm_wday]);
    append_two_digits(out, tm.tm_mday);
    sio__buf_append_str(out, months[tm.tm_mon]);
    append_two_digits(out, (tm.tm_year + 1900) / 100);
    append_two_digits(out, (tm.tm_year + 1900) % 100);
    sio__buf_append_char(out, ' ');
    append_two_digits(out, tm.tm_hour);
    sio__buf_append_char(out, ':');
    append_two_digits(out, tm.tm_min);
    sio__buf_append_char(out, ':');
    append_two_digits(out, tm.tm_sec);
    sio__buf_append_str(out, " GMT");
}

static void append_attribute(sio__buf_t *out, const char *name, const char *value)
{
    if (!is_set(value))
        return;
    sio__buf_append_str(out, name);
    sio__buf_append_str(out, value);
}

static void append_keyword(sio__buf_t *out, const char *name, const char *const *keywords,
                           const char *given)
{
    if (is_set(given))
        append_attribute(out, name, find_keyword(keywords, given));
}

void eio_cookie_serialize(sio__buf_t *out, const eio_cookie_t *cookie, const char *value)
{
    sio__buf_append_str(out, cookie->name);
    sio__buf_append_char(out, '=');
    append_encoded(out, value);
    if (cookie->max_age >= 0) {
        sio__buf_append_str(out, "; Max-Age=");
        sio__buf_append_uint(out, (uint64_t)cookie->max_age);
    }
    append_attribute(out, "; Domain=", cookie->domain);
    append_attribute(out, "; Path=", cookie->path);
    if (cookie->expires != 0)
        append_date(out, cookie->expires);
    if (cookie->http_only)
        sio__buf_append_str(out, "; HttpOnly");
    if (cookie->secure)
        sio__buf_append_str(out, "; Secure");
    if (cookie->partitioned)
        sio__buf_append_str(out, "; Partitioned");
    append_keyword(out, "; Priority=", priorities, cookie->priority);
    append_keyword(out, "; SameSite=", same_sites, cookie->same_site);
}
