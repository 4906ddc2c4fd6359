/* Received JSON into jansson's form, for handlers that ask for it. */
#include "socketio/event.h"
#include "base/json_scan.h"

static json_t *load(const char *text, size_t len, json_error_t *error)
{
    return json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, error);
}

/* Whether a number's text is an integer beyond 64 bits. */
static bool is_huge_integer(const char *at, const char *end)
{
    const char *limit = *at == '-' ? "9223372036854775808" : "9223372036854775807";

    at += *at == '-';
    for (const char *c = at; c < end; c++)
        if (*c == '.' || *c == 'e' || *c == 'E')
            return false;
    return end - at > 19 || (end - at == 19 && memcmp(at, limit, 19) > 0);
}

/* Behind the string or number at `at`. */
static const char *scalar_end(const char *at, const char *end)
{
    const char *after = sio__json_skip_value(at, end, 0);

    return after ? after : end;
}

/* Copies the text, each huge integer with ".0" behind it, so that jansson reads those, and only
 * those, as reals. */
static void mark_huge_integers(sio__buf_t *out, const char *at, const char *end)
{
    while (at < end) {
        const char *after = at + 1;
        bool huge = false;

        if (*at == '"') {
            after = scalar_end(at, end);
        } else if (*at == '-' || (*at >= '0' && *at <= '9')) {
            after = scalar_end(at, end);
            huge = is_huge_integer(at, after);
        }
        sio__buf_append(out, at, (size_t)(after - at));
        if (huge)
            sio__buf_append(out, ".0", 2);
        at = after;
    }
}

json_t *sio__json_parse(sio__span_t text)
{
    sio__buf_t marked = SIO__BUF_INIT;
    json_error_t error;
    json_t *json = load(text.data, text.len, &error);

    if (json || json_error_code(&error) != json_error_numeric_overflow)
        return json;
    mark_huge_integers(&marked, text.data, text.data + text.len);
    if (!marked.failed)
        json = load(marked.data, marked.len, &error);
    sio__buf_free(&marked);
    return json;
}
