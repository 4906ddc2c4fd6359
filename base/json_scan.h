/*
 * A validating JSON scanner: exactly JSON.parse's grammar, bounded depth, one pass, no allocation.
 * It finds the parts of the text that the packet decoder needs and leaves the text as it is, so
 * that what comes in can go out byte for byte.
 */
#ifndef SIO_BASE_JSON_SCAN_H
#define SIO_BASE_JSON_SCAN_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

/* The end of the JSON value that starts at `at` (no leading blanks), or NULL when it is malformed
 * or deeper than max_depth. */
const char *sio__json_skip_value(const char *at, const char *end, unsigned max_depth);

/* Past blanks (space, tab, CR, LF). */
const char *sio__json_skip_blanks(const char *at, const char *end);

/* Whether `text` is one JSON value with nothing but blanks around it. */
bool sio__json_valid(const char *text, size_t len, unsigned max_depth);

/*
 * Walks over the array that the whole of `text` must be: count of elements, and the spans of the
 * first `max` of them in `items`. Returns the number of elements (may exceed max: call again with
 * more room), or -1 when `text` is no JSON array.
 */
long sio__json_scan_array(const char *text, size_t len, unsigned max_depth, sio__span_t *items,
                          size_t max);

/*
 * Decodes a JSON string token (quotes included) to UTF-8; lone surrogates become the three bytes of
 * their code point (WTF-8) so that nothing is lost. `out` must hold token.len bytes. Returns the
 * length, no NUL added.
 */
size_t sio__json_unescape(sio__span_t token, char *out);

/* Whether a JSON string token (quotes included) means this text. */
bool sio__json_string_is(sio__span_t token, const char *text, size_t len);

/* How far a string goes on without a quote, a backslash or a control character. */
const char *sio__json_skip_plain(const char *at, const char *end);

/* The value of a decimal number: a JSON number, or what JavaScript's Number() takes beside (leading
 * zeros, "+1", ".5", "5."). */
double sio__number_parse(const char *text, size_t len);

/* Writes a number as JavaScript's String() does (NaN, Infinity, -0 as 0); returns the length, no
 * NUL added. */
enum { SIO__NUMBER_MAX = 32 };
size_t sio__number_format(double number, char out[SIO__NUMBER_MAX]);

/*
 * Appends text as a JSON string token, escaped as JSON.stringify does. It must be UTF-8, but for
 * lone surrogates in their three-byte form, which become \udXXX.
 */
void sio__json_append_string(sio__buf_t *out, const char *text, size_t len);

/* Appends a double as JSON.stringify prints it: shortest digits that round-trip, 1e21 form, null
 * for NaN and infinities. */
void sio__json_append_number(sio__buf_t *out, double number);

/* Quick, may err towards true: whether a placeholder, real or fake, can be in the text. */
bool sio__json_may_have_placeholder(const char *text, size_t len);

/* The next `true` that a "_placeholder" key of any spelling has, in [at, end) of valid JSON; NULL
 * when there is none. */
const char *sio__json_next_placeholder_true(const char *at, const char *end);

/* Whether what starts at `at` is a placeholder object as JSON.stringify writes it; its number, and
 * its end or NULL. */
const char *sio__json_stringified_placeholder(const char *at, const char *end, double *num);

/*
 * Finds the next placeholder object, {"_placeholder":true,...} in any spelling (escapes, key order,
 * blanks, repeated keys), in [*at, end) of valid JSON. `*object` is its span, `*num` its "num" (-1
 * when it is absent, no number, negative, or no integer). Sets *at behind it. An object that has
 * another placeholder inside, before its own "_placeholder", is reported second, with an empty span
 * and -1: no client makes it, and callers refuse it as an illegal number.
 */
bool sio__json_next_placeholder(const char **at, const char *end, sio__span_t *object, double *num);

#endif
