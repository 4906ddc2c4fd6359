/* The JSON scanner and writer beside jansson: whatever jansson takes the scanner takes, and what
 * jansson refuses has one of the known reasons. */
#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "base/args.h"
#include "socketio/event.h"
#include "base/json_scan.h"
#include "base/json_walk.h"

/* jansson's own limit is 2048. */
enum { MAX_DEPTH = 2000 };

/* Integers beyond 64 bits are dealt with; infinite reals, lone surrogates and NUL in keys can't be.
 */
static bool jansson_has_a_reason(const char *text, size_t len)
{
    json_error_t error;
    json_t *json = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    enum json_error_code code = json_error_code(&error);

    json_decref(json);
    if (code == json_error_invalid_syntax)
        return memmem(text, len, "\\ud", 3) || memmem(text, len, "\\uD", 3);
    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
}

/* Written, read and written again: the same text. */
static void check_writer(const json_t *json)
{
    sio__buf_t first = SIO__BUF_INIT, second = SIO__BUF_INIT;
    json_t *again;

    REQUIRE(sio__json_append_jansson(&first, json) == 0);
    REQUIRE(sio__json_valid(first.data, first.len, MAX_DEPTH));
    again = sio__json_parse((sio__span_t){first.data, first.len});
    REQUIRE(again && sio__json_append_jansson(&second, again) == 0);
    REQUIRE(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    json_decref(again);
    sio__buf_free(&first);
    sio__buf_free(&second);
}

/* A string unescaped and escaped is the same string. */
static void check_string(sio__span_t token)
{
    char *text = malloc(token.len);
    size_t len = sio__json_unescape(token, text);
    sio__buf_t out = SIO__BUF_INIT;

    REQUIRE(sio__json_string_is(token, text, len));
    sio__json_append_string(&out, text, len);
    REQUIRE(sio__json_valid(out.data, out.len, 0));
    REQUIRE(sio__json_string_is((sio__span_t){out.data, out.len}, text, len));
    sio__buf_free(&out);
    free(text);
}

static void check_parts(sio__span_t text)
{
    sio__json_walk_t walk = sio__json_walk_begin(text);
    sio__span_t key, value;
    long count = 0;

    if (*text.data == '{') {
        while (sio__json_walk_member(&walk, &key, &value))
            check_string(key);
        return;
    }
    while (sio__json_walk_element(&walk, &value))
        count++;
    REQUIRE(count == sio__json_scan_array(text.data, text.len, MAX_DEPTH, NULL, 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = text + size;
    const char *start = sio__json_skip_blanks(text, end), *at = start;
    bool valid = sio__json_valid(text, size, MAX_DEPTH);
    sio__span_t object;
    json_t *json;
    double num;

    if (!sio__utf8_valid(data, size))
        return 0;
    json = sio__json_parse((sio__span_t){text, size});
    REQUIRE(valid || !json || memchr(data, 0, size)); /* jansson takes a NUL for the end */
    if (!valid) {
        json_decref(json);
        return 0;
    }
    REQUIRE(json || jansson_has_a_reason(text, size));
    if (json)
        check_writer(json);
    json_decref(json);
    end = sio__json_skip_value(start, end, MAX_DEPTH);
    if (*start == '"')
        check_string((sio__span_t){start, (size_t)(end - start)});
    else if (*start == '[' || *start == '{')
        check_parts((sio__span_t){start, (size_t)(end - start)});
    while (sio__json_next_placeholder(&at, end, &object, &num))
        REQUIRE(!object.len || sio__json_valid(object.data, object.len, MAX_DEPTH));
    return 0;
}
