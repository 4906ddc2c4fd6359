/* JavaScript's StringToNumber, for packet headers. Called by the packet decoder alone. */
#include "socketio/js_number.h"

#include "base/json_scan.h"

#include <math.h>

/* U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000, U+FEFF */
static size_t wide_blank(const char *at, size_t room)
{
    static const char *const blanks[] = {"\u1680", "\u2028", "\u2029", "\u202f",
                                         "\u205f", "\u3000", "\ufeff"};

    if (room >= 2 && memcmp(at, "\u00a0", 2) == 0)
        return 2;
    if (room < 3)
        return 0;
    if (memcmp(at, "\u2000", 2) == 0 && (unsigned char)at[2] >= 0x80 &&
        (unsigned char)at[2] <= 0x8a)
        return 3;
    for (size_t i = 0; i < sizeof(blanks) / sizeof(*blanks); i++)
        if (memcmp(at, blanks[i], 3) == 0)
            return 3;
    return 0;
}

size_t sio__js_blank(const char *at, const char *end)
{
    if (at == end)
        return 0;
    if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
        return 1;
    return (unsigned char)*at >= 0xc2 ? wide_blank(at, (size_t)(end - at)) : 0;
}

static sio__span_t trim(sio__span_t text)
{
    const char *at = text.data, *end = text.data + text.len, *last;
    size_t size;

    while ((size = sio__js_blank(at, end)))
        at += size;
    /* From the front, because a blank may be part of no character when read backwards. */
    last = at;
    for (const char *next = at; next < end; next += size ? size : 1) {
        size = sio__js_blank(next, end);
        if (!size)
            last = next + 1;
    }
    return (sio__span_t){at, (size_t)(last - at)};
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* The digits behind 0x, 0o or 0b. */
static double parse_radix(const char *at, const char *end, unsigned radix)
{
    double number = 0;

    if (at == end)
        return NAN;
    for (; at < end; at++) {
        unsigned digit = digit_value(*at);

        if (digit >= radix)
            return NAN;
        number = number * radix + digit;
    }
    return number;
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* StrDecimalLiteral but for Infinity. */
static bool is_decimal(const char *at, const char *end)
{
    const char *start, *after;
    bool digits;

    if (at < end && (*at == '+' || *at == '-'))
        at++;
    start = at;
    at = skip_digits(at, end);
    digits = at > start;
    if (at < end && *at == '.') {
        after = skip_digits(at + 1, end);
        digits = digits || after > at + 1;
        at = after;
    }
    if (!digits)
        return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        after = skip_digits(at, end);
        if (after == at)
            return false;
        at = after;
    }
    return at == end;
}

double sio__js_to_number(sio__span_t text)
{
    sio__span_t number = trim(text);
    const char *at = number.data, *end = number.data + number.len;

    if (!number.len)
        return 0;
    if (number.len >= 2 && *at == '0') {
        char prefix = (char)(at[1] | 0x20);

        if (prefix == 'x' || prefix == 'o' || prefix == 'b')
            return parse_radix(at + 2, end, prefix == 'x' ? 16 : prefix == 'o' ? 8 : 2);
    }
    if (sio__span_is(number, "Infinity") || sio__span_is(number, "+Infinity"))
        return INFINITY;
    if (sio__span_is(number, "-Infinity"))
        return -INFINITY;
    return is_decimal(at, end) ? sio__number_parse(at, number.len) : NAN;
}
