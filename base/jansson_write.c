/* jansson values as the JSON text that JSON.stringify would make of them; jansson's own writer
 * prints 0.1 with 17 digits. */
#include "base/alloc.h"
#include "base/utf8.h"
#include "base/args.h"
#include "base/json_scan.h"
#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>

/* Deeper than any tree jansson parses: a tree that contains itself. */
enum { CIRCULAR_DEPTH = 10000 };

static int append_value(sio__buf_t *out, const json_t *value, unsigned depth);

/* json_stringn_nocheck() may hold anything, but receivers close the connection over text that isn't
 * UTF-8. */
static int append_text(sio__buf_t *out, const char *text, size_t len)
{
    char *repaired;

    if (sio__utf8_valid(text, len)) {
        sio__json_append_string(out, text, len);
        return SIO__OK;
    }
    repaired = sio__malloc(3 * len);
    if (!repaired)
        return SIO__ENOMEM;
    sio__json_append_string(out, repaired, sio__utf8_repair(text, len, repaired));
    sio__free(repaired);
    return SIO__OK;
}

static void append_integer(sio__buf_t *out, json_int_t number)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, number);

    sio__buf_append(out, text, (size_t)len);
}

static int append_array(sio__buf_t *out, const json_t *array, unsigned depth)
{
    sio__buf_append_char(out, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        int result;

        if (i)
            sio__buf_append_char(out, ',');
        result = append_value(out, json_array_get(array, i), depth);
        if (result)
            return result;
    }
    sio__buf_append_char(out, ']');
    return SIO__OK;
}

static int append_object(sio__buf_t *out, const json_t *object, unsigned depth)
{
    /* jansson walks objects by non-const pointers, without changing them. */
    json_t *walked = (json_t *)(uintptr_t)object;
    bool first = true;

    sio__buf_append_char(out, '{');
    for (void *at = json_object_iter(walked); at; at = json_object_iter_next(walked, at)) {
        int result;

        if (!first)
            sio__buf_append_char(out, ',');
        first = false;
        result = append_text(out, json_object_iter_key(at), json_object_iter_key_len(at));
        sio__buf_append_char(out, ':');
        if (!result)
            result = append_value(out, json_object_iter_value(at), depth);
        if (result)
            return result;
    }
    sio__buf_append_char(out, '}');
    return SIO__OK;
}

static int append_value(sio__buf_t *out, const json_t *value, unsigned depth)
{
    if (depth == CIRCULAR_DEPTH)
        return SIO__EINVAL;
    if (out->failed)
        return SIO__ENOMEM;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return append_object(out, value, depth + 1);
    case JSON_ARRAY:
        return append_array(out, value, depth + 1);
    case JSON_STRING:
        return append_text(out, json_string_value(value), json_string_length(value));
    case JSON_INTEGER:
        append_integer(out, json_integer_value(value));
        return SIO__OK;
    case JSON_REAL:
        sio__json_append_number(out, json_real_value(value));
        return SIO__OK;
    case JSON_TRUE:
        sio__buf_append(out, "true", 4);
        return SIO__OK;
    case JSON_FALSE:
        sio__buf_append(out, "false", 5);
        return SIO__OK;
    case JSON_NULL:
        break;
    }
    sio__buf_append(out, "null", 4);
    return SIO__OK;
}

int sio__json_append_jansson(sio__buf_t *out, const json_t *value)
{
    int result = value ? append_value(out, value, 0) : SIO__EINVAL;

    return result ? result : out->failed ? SIO__ENOMEM : SIO__OK;
}
