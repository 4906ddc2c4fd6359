/* JSON string tokens: what they mean, and how a text is written as one. For received names, keys
 * and texts, and for emit. */
#include "base/json_scan.h"

#include <stdint.h>

static unsigned hex_digit(char c)
{
    if (c <= '9')
        return (unsigned)(c - '0');
    return (unsigned)((c | 0x20) - 'a') + 10;
}

static uint32_t hex4(const char *at)
{
    return hex_digit(at[0]) << 12 | hex_digit(at[1]) << 8 | hex_digit(at[2]) << 4 |
           hex_digit(at[3]);
}

static size_t put_utf8(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* The code point of the \uXXXX whose first hex digit is at `*at`, a surrogate pair taken as one. */
static uint32_t unicode_escape(const char **at, const char *end)
{
    uint32_t code = hex4(*at);

    *at += 4;
    if (code >= 0xd800 && code < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        uint32_t low = hex4(*at + 2);

        if (low >= 0xdc00 && low < 0xe000) {
            *at += 6;
            return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return code;
}

/* The bytes that the escape behind a backslash at `*at` means. */
static size_t unescape_one(const char **at, const char *end, char out[4])
{
    char c = *(*at)++;

    switch (c) {
    case 'u':
        return put_utf8(unicode_escape(at, end), out);
    case 'b':
        c = '\b';
        break;
    case 'f':
        c = '\f';
        break;
    case 'n':
        c = '\n';
        break;
    case 'r':
        c = '\r';
        break;
    case 't':
        c = '\t';
        break;
    default:
        break;
    }
    out[0] = c;
    return 1;
}

size_t sio__json_unescape(sio__span_t token, char *out)
{
    const char *at = token.data + 1, *end = token.data + token.len - 1;
    size_t len = 0;

    while (at < end) {
        const char *run = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((run ? run : end) - at);
        char bytes[4];
        size_t count;

        memcpy(out + len, at, plain);
        len += plain;
        at += plain;
        if (!run)
            break;
        at++;
        count = unescape_one(&at, end, bytes);
        memcpy(out + len, bytes, count);
        len += count;
    }
    return len;
}

bool sio__json_string_is(sio__span_t token, const char *text, size_t len)
{
    const char *at = token.data + 1, *end = token.data + token.len - 1;
    size_t matched = 0;

    if ((size_t)(end - at) < len)
        return false;
    if (!memchr(at, '\\', (size_t)(end - at)))
        return (size_t)(end - at) == len && memcmp(at, text, len) == 0;
    while (at < end) {
        char bytes[4] = {*at++};
        size_t count = 1;

        if (bytes[0] == '\\')
            count = unescape_one(&at, end, bytes);
        if (len - matched < count || memcmp(text + matched, bytes, count) != 0)
            return false;
        matched += count;
    }
    return matched == len;
}

static void append_unicode_escape(sio__buf_t *out, unsigned code)
{
    static const char digits[] = "0123456789abcdef";
    char escape[6] = {'\\',
                      'u',
                      digits[code >> 12 & 15],
                      digits[code >> 8 & 15],
                      digits[code >> 4 & 15],
                      digits[code & 15]};

    sio__buf_append(out, escape, sizeof(escape));
}

static void append_escape(sio__buf_t *out, unsigned char c)
{
    static const char letters[] = "btn\0fr"; /* from U+0008; U+000B has none */

    if (c == '"' || c == '\\' || (c >= 8 && c <= 13 && c != 11)) {
        char escape[2] = {'\\', c < 0x20 ? letters[c - 8] : (char)c};

        sio__buf_append(out, escape, sizeof(escape));
    } else {
        append_unicode_escape(out, c);
    }
}

/* A run without characters to escape, but for lone surrogates: the bytes ED A0..BF 80..BF. */
static void append_run(sio__buf_t *out, const char *at, const char *end)
{
    const char *start = at;

    while (at < end && (at = memchr(at, 0xed, (size_t)(end - at)))) {
        if (end - at >= 3 && (unsigned char)at[1] >= 0xa0) {
            sio__buf_append(out, start, (size_t)(at - start));
            append_unicode_escape(out, 0xd000u | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu));
            start = at + 3;
            at += 3;
        } else {
            at++;
        }
    }
    sio__buf_append(out, start, (size_t)(end - start));
}

void sio__json_append_string(sio__buf_t *out, const char *text, size_t len)
{
    const char *at = text, *end = text + len;

    sio__buf_reserve(out, len + 2);
    sio__buf_append_char(out, '"');
    while (at < end) {
        const char *special = sio__json_skip_plain(at, end);

        append_run(out, at, special);
        if (special == end)
            break;
        append_escape(out, (unsigned char)*special);
        at = special + 1;
    }
    sio__buf_append_char(out, '"');
}
