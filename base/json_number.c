/*
 * Numbers between decimal text and double, exactly as JavaScript reads and prints them, whatever
 * the program's locale: no decimal point ever passes through libc. Called by the packet decoder,
 * sio_unpack() and emit.
 */
#include "base/json_scan.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* No double needs more digits than 767 to be told from its neighbours. */
enum { DIGITS_MAX = 780, EXPONENT_MAX = 100000 };

/* A decimal number taken apart: 0.d1d2d3... would be digits * 10^(exponent - count). */
typedef struct decimal {
    char digits[DIGITS_MAX + 24];
    unsigned count;
    long exponent; /* of the last digit */
    bool negative;
    uint64_t mantissa; /* the digits as an integer, when there are at most 19 */
} decimal_t;

static void add_digit(decimal_t *decimal, char digit, bool fraction)
{
    if (decimal->count == 0 && digit == '0') {
        decimal->exponent -= fraction;
        return;
    }
    if (decimal->count < DIGITS_MAX) {
        decimal->digits[decimal->count++] = digit;
        decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(digit - '0');
        decimal->exponent -= fraction;
        return;
    }
    if (digit != '0') /* what is cut off still decides ties */
        decimal->digits[DIGITS_MAX - 1] = '1';
    decimal->exponent += !fraction;
}

static long parse_exponent(const char *at, const char *end)
{
    bool negative = at < end && *at == '-';
    long exponent = 0;

    if (at < end && (*at == '-' || *at == '+'))
        at++;
    for (; at < end; at++)
        if (exponent < EXPONENT_MAX)
            exponent = exponent * 10 + (*at - '0');
    return negative ? -exponent : exponent;
}

static void take_apart(const char *at, const char *end, decimal_t *decimal)
{
    bool fraction = false;

    decimal->count = 0;
    decimal->exponent = 0;
    decimal->mantissa = 0;
    decimal->negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.')
            fraction = true;
        else
            add_digit(decimal, *at, fraction);
    }
    if (at < end)
        decimal->exponent += parse_exponent(at + 1, end);
}

/* Both operands are exact, so one rounding gives the nearest double. */
static bool convert_exactly(const decimal_t *decimal, double *number)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

    if (FLT_EVAL_METHOD != 0 || decimal->count > 15 || decimal->exponent > 22 ||
        decimal->exponent < -22)
        return false;
    *number = (double)decimal->mantissa;
    if (decimal->exponent < 0)
        *number /= tens[-decimal->exponent];
    else
        *number *= tens[decimal->exponent];
    return true;
}

double sio__number_parse(const char *text, size_t len)
{
    decimal_t decimal;
    double number;

    take_apart(text, text + len, &decimal);
    if (decimal.count == 0) {
        number = 0;
    } else if (!convert_exactly(&decimal, &number)) {
        int saved = errno;

        snprintf(decimal.digits + decimal.count, sizeof(decimal.digits) - decimal.count, "e%ld",
                 decimal.exponent);
        number = strtod(decimal.digits, NULL);
        errno = saved;
    }
    return decimal.negative ? -number : number;
}

/* A positive finite double as digits, the first one being worth 10^(point - 1). */
typedef struct shortest {
    char digits[24];
    int count;
    int point;
} shortest_t;

static double shortest_value(const shortest_t *shortest)
{
    char text[64];

    snprintf(text, sizeof(text), "%.*se%d", shortest->count, shortest->digits,
             shortest->point - shortest->count);
    return strtod(text, NULL);
}

/* The nearest decimal of `count` digits. */
static void round_to_digits(double number, int count, shortest_t *shortest)
{
    char text[40];
    const char *at = text;

    snprintf(text, sizeof(text), "%.*e", count - 1, number);
    shortest->count = 0;
    for (; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            shortest->digits[shortest->count++] = *at;
    shortest->point = atoi(at + 1) + 1;
}

/* Above a power of two doubles lie further apart than below: the next decimal may be right where
 * the nearest is not. */
static bool next_decimal_fits(double number, shortest_t *shortest)
{
    int last = shortest->count - 1;

    if (shortest->digits[last] == '9')
        return false;
    shortest->digits[last]++;
    return shortest_value(shortest) == number;
}

static void shorten(double number, shortest_t *shortest)
{
    /* Up to 15 digits survive the way into a normal double and back, so fewer need not be tried. */
    int count = number < DBL_MIN ? 1 : 15;

    for (; count < 17; count++) {
        round_to_digits(number, count, shortest);
        if (shortest_value(shortest) == number || next_decimal_fits(number, shortest))
            break;
    }
    if (count == 17)
        round_to_digits(number, count, shortest);
    while (shortest->count > 1 && shortest->digits[shortest->count - 1] == '0')
        shortest->count--;
}

static size_t put_zeros(char *out, int count)
{
    memset(out, '0', (size_t)count);
    return (size_t)count;
}

static size_t put_scientific(const shortest_t *shortest, char *out)
{
    size_t len = 0;

    out[len++] = shortest->digits[0];
    if (shortest->count > 1) {
        out[len++] = '.';
        memcpy(out + len, shortest->digits + 1, (size_t)shortest->count - 1);
        len += (size_t)shortest->count - 1;
    }
    return len + (size_t)snprintf(out + len, 8, "e%+d", shortest->point - 1);
}

/* Number.prototype.toString's four forms. */
static size_t put_shortest(const shortest_t *shortest, char *out)
{
    size_t count = (size_t)shortest->count, len;

    if (shortest->point > 21 || shortest->point <= -6)
        return put_scientific(shortest, out);
    if (shortest->point <= 0) {
        memcpy(out, "0.", 2);
        len = 2 + put_zeros(out + 2, -shortest->point);
        memcpy(out + len, shortest->digits, count);
        return len + count;
    }
    if (shortest->count <= shortest->point) {
        memcpy(out, shortest->digits, count);
        return count + put_zeros(out + count, shortest->point - shortest->count);
    }
    len = (size_t)shortest->point;
    memcpy(out, shortest->digits, len);
    out[len] = '.';
    memcpy(out + len + 1, shortest->digits + len, count - len);
    return count + 1;
}

static size_t put_word(const char *word, char *out)
{
    size_t len = strlen(word);

    memcpy(out, word, len);
    return len;
}

static size_t put_integer(uint64_t number, char *out)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    memcpy(out, digits + at, sizeof(digits) - at);
    return sizeof(digits) - at;
}

size_t sio__number_format(double number, char out[SIO__NUMBER_MAX])
{
    shortest_t shortest;
    size_t len = 0;

    if (isnan(number))
        return put_word("NaN", out);
    if (number < 0) {
        out[len++] = '-';
        number = -number;
    }
    if (isinf(number))
        return len + put_word("Infinity", out + len);
    if (number < 9007199254740992.0 && number == (double)(uint64_t)number)
        return len + put_integer((uint64_t)number, out + len);
    shorten(number, &shortest);
    return len + put_shortest(&shortest, out + len);
}

void sio__json_append_number(sio__buf_t *out, double number)
{
    char text[SIO__NUMBER_MAX];

    if (isfinite(number))
        sio__buf_append(out, text, sio__number_format(number, text));
    else
        sio__buf_append(out, "null", 4);
}
