/*
 * Where binary attachments stand in a packet's JSON: objects {"_placeholder":true,"num":n}. Called
 * when a binary packet comes in and when a received value goes out again. A hostile text costs a
 * bounded number of passes, whatever its nesting.
 */
#include "base/json_scan.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const char KEY[] = "_placeholder";
enum { KEY_LEN = sizeof(KEY) - 1, ANY_DEPTH = 65536 };

bool sio__json_may_have_placeholder(const char *text, size_t len)
{
    /* All letters of the key are ASCII: spelled otherwise, one of them is \u00XX. */
    return len && (memmem(text, len, KEY, KEY_LEN) || memmem(text, len, "\\u00", 4));
}

/* In valid JSON: behind the string that starts at `at`. */
static const char *string_end(const char *at, const char *end)
{
    for (at = sio__json_skip_plain(at + 1, end); at < end && *at == '\\';)
        at = sio__json_skip_plain(at + 2, end);
    return at < end ? at + 1 : end;
}

/* The value of the key whose token ends at `at`, or NULL when the string is no key. */
static const char *value_of_key(const char *at, const char *end)
{
    at = sio__json_skip_blanks(at, end);
    return at < end && *at == ':' ? sio__json_skip_blanks(at + 1, end) : NULL;
}

const char *sio__json_next_placeholder_true(const char *at, const char *end)
{
    while (at < end && (at = memchr(at, '"', (size_t)(end - at)))) {
        const char *after = string_end(at, end);
        sio__span_t token = {at, (size_t)(after - at)};
        const char *value;

        if (sio__json_string_is(token, KEY, KEY_LEN)) {
            value = value_of_key(after, end);
            if (value && value < end && *value == 't')
                return value;
        }
        at = after;
    }
    return NULL;
}

/* The next bracket outside strings, or `end`. */
static const char *next_bracket(const char *at, const char *end)
{
    while (at < end) {
        if (*at == '"')
            at = string_end(at, end);
        else if (memchr("[]{}", *at, 4))
            return at;
        else
            at++;
    }
    return end;
}

/* How many more brackets are open at `target` than at `at`, and the lowest such number in between.
 */
static long depth_at(const char *at, const char *target, long *lowest)
{
    long depth = 0;

    *lowest = 0;
    for (at = next_bracket(at, target); at < target; at = next_bracket(at + 1, target)) {
        depth += *at == '[' || *at == '{' ? 1 : -1;
        if (depth < *lowest)
            *lowest = depth;
    }
    return depth;
}

/* The innermost bracket open at `target`; NULL when it opened before `at`. Two passes instead of a
 * stack as deep as the text. */
static const char *enclosing(const char *at, const char *target)
{
    long lowest, depth = 0, inner = depth_at(at, target, &lowest);
    const char *found = NULL;

    if (inner == lowest)
        return NULL;
    for (at = next_bracket(at, target); at < target; at = next_bracket(at + 1, target)) {
        if (*at == ']' || *at == '}')
            depth--;
        else if (++depth == inner)
            found = at;
    }
    return found;
}

static double placeholder_number(const char *at, const char *end)
{
    double number;

    if (*at != '-' && (*at < '0' || *at > '9'))
        return -1;
    number = sio__number_parse(at, (size_t)(end - at));
    return number >= 0 && number == floor(number) ? number : -1;
}

/* Walks over an object; returns its end and leaves its last "num". */
static const char *read_placeholder(const char *at, const char *end, double *num)
{
    *num = -1;
    at = sio__json_skip_blanks(at + 1, end);
    while (at && at < end && *at == '"') {
        const char *after = string_end(at, end);
        const char *value = value_of_key(after, end);
        const char *value_end = value ? sio__json_skip_value(value, end, ANY_DEPTH) : NULL;

        if (!value_end)
            return end;
        if (sio__json_string_is((sio__span_t){at, (size_t)(after - at)}, "num", 3))
            *num = placeholder_number(value, value_end);
        at = sio__json_skip_blanks(value_end, end);
        if (at < end && *at == ',')
            at = sio__json_skip_blanks(at + 1, end);
    }
    return at < end ? at + 1 : end;
}

const char *sio__json_stringified_placeholder(const char *at, const char *end, double *num)
{
    static const char head[] = "{\"_placeholder\":true,\"num\":";
    enum { HEAD_LEN = sizeof(head) - 1, DIGITS = 9 };
    uint32_t value = 0;
    int digits = 0;

    if (end - at <= HEAD_LEN || memcmp(at, head, HEAD_LEN) != 0)
        return NULL;
    for (at += HEAD_LEN; at < end && digits < DIGITS && *at >= '0' && *at <= '9'; digits++)
        value = value * 10 + (uint32_t)(*at++ - '0');
    if (!digits || at == end || *at != '}')
        return NULL;
    *num = value;
    return at + 1;
}

/* The first object behind `at`, when it is one so written: in valid JSON the quote behind a brace
 * opens a key, so that nothing before it has to be looked at. */
static bool next_stringified(const char **at, const char *end, sio__span_t *object, double *num)
{
    const char *start = memchr(*at, '{', (size_t)(end - *at));
    const char *after = start ? sio__json_stringified_placeholder(start, end, num) : NULL;

    if (!after)
        return false;
    *object = (sio__span_t){start, (size_t)(after - start)};
    *at = after;
    return true;
}

bool sio__json_next_placeholder(const char **at, const char *end, sio__span_t *object, double *num)
{
    const char *value;
    const char *start;

    if (next_stringified(at, end, object, num))
        return true;
    value = sio__json_next_placeholder_true(*at, end);
    if (!value)
        return false;
    start = enclosing(*at, value);
    if (!start) {
        *object = (sio__span_t){value, 0};
        *num = -1;
        *at = value;
        return true;
    }
    *at = read_placeholder(start, end, num);
    *object = (sio__span_t){start, (size_t)(*at - start)};
    return true;
}
