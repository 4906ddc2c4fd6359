/*
 * sio_unpack(): a received event's arguments into the program's variables, read from the packet's
 * text itself; only `o` and `O` make a jansson tree. The structure of the format leads, the text
 * follows, and what may be absent is walked over with no text at all.
 */
#include "base/buf.h"
#include "socketio/event.h"
#include "base/json_scan.h"
#include "base/json_walk.h"
#include "socketio/pack.h"

#include <limits.h>
#include <stdio.h>

enum { NESTING_MAX = 64 };

typedef struct unpacker {
    sio_event_t *event;
    const char *format, *at;
    va_list va;
    bool give_variables;  /* all but those of `O` */
    bool give_references; /* those of `O` */
    bool collect;         /* the format has a "!": objects keep the keys that were asked for */
    unsigned depth;
    int error;
} unpacker_t;

/* What stands where the format is: `text.data` NULL when it is absent and may be. */
typedef struct item {
    sio__span_t text;
    sio_value_t *value; /* of an argument itself */
} item_t;

static bool unpack_item(unpacker_t *unpacker, const item_t *item);

static bool fail(unpacker_t *unpacker, const char *what)
{
    if (!unpacker->error)
        unpacker->error = sio__format_fail((size_t)(unpacker->at - unpacker->format), what);
    return false;
}

static bool out_of_memory(unpacker_t *unpacker)
{
    unpacker->error = SIO_ENOMEM;
    return false;
}

static bool take(unpacker_t *unpacker, char c)
{
    if (*unpacker->at != c)
        return false;
    unpacker->at++;
    return true;
}

static char peek(unpacker_t *unpacker)
{
    while (*unpacker->at && strchr(" ,:\t\n", *unpacker->at))
        unpacker->at++;
    return *unpacker->at;
}

static bool absent(const item_t *item)
{
    return !item->text.data;
}

/* What sio_value_type() would say of an item, as the word that error texts use. */
static const char *kind(const item_t *item)
{
    switch (item->text.data[0]) {
    case '"':
        return "a string";
    case '{':
        return "an object";
    case '[':
        return "an array";
    case 't':
    case 'f':
        return "a boolean";
    case 'n':
        return "null";
    default:
        return "a number";
    }
}

static bool mismatch(unpacker_t *unpacker, const item_t *item, const char *expected)
{
    char text[80];

    snprintf(text, sizeof(text), "expected %s, got %s", expected, kind(item));
    return fail(unpacker, text);
}

static bool is_number(const item_t *item)
{
    char first = item->text.data[0];

    return first == '-' || (first >= '0' && first <= '9');
}

static bool has_target(unpacker_t *unpacker, const void *target)
{
    return target || fail(unpacker, "NULL variable");
}

/* -------------------------------------------------------------------------------- scalars */

/* Lone surrogates have no UTF-8: U+FFFD, as JavaScript's TextEncoder gives; three bytes as well. */
static void replace_surrogates(char *text, size_t len)
{
    char *at = text, *end = text + len;

    while ((at = memchr(at, 0xed, (size_t)(end - at)))) {
        if (end - at >= 3 && (unsigned char)at[1] >= 0xa0)
            memcpy(at, "\xef\xbf\xbd", 3);
        at++;
    }
}

static bool unpack_text(unpacker_t *unpacker, const item_t *item)
{
    bool with_len = take(unpacker, '%');
    const char **target = va_arg(unpacker->va, const char **);
    size_t *len = with_len ? va_arg(unpacker->va, size_t *) : NULL;
    size_t size;
    char *text;

    if (!has_target(unpacker, target) || (with_len && !has_target(unpacker, len)))
        return false;
    if (absent(item))
        return true;
    if (item->text.data[0] != '"')
        return mismatch(unpacker, item, "a string");
    if (!unpacker->give_variables)
        return true;
    text = sio__event_alloc(unpacker->event, item->text.len);
    if (!text)
        return out_of_memory(unpacker);
    size = sio__json_unescape(item->text, text);
    text[size] = '\0';
    replace_surrogates(text, size);
    *target = text;
    if (len)
        *len = size;
    return true;
}

/* An integer as jansson has it: digits only, within 64 bits. */
static bool read_integer(const item_t *item, json_int_t *number)
{
    const char *at = item->text.data, *end = at + item->text.len;
    bool negative = *at == '-';
    uint64_t limit = (uint64_t)INT64_MAX + negative, value = 0;

    for (at += negative; at < end; at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (digit > 9 || value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = negative ? (json_int_t)(0 - value) : (json_int_t)value;
    return true;
}

static bool expect_integer(unpacker_t *unpacker, const item_t *item, json_int_t *number)
{
    if (!is_number(item))
        return mismatch(unpacker, item, "an integer");
    return read_integer(item, number) ||
           fail(unpacker, "expected an integer, got a real or one beyond 64 bits");
}

static bool unpack_int(unpacker_t *unpacker, const item_t *item)
{
    int *target = va_arg(unpacker->va, int *);
    json_int_t number = 0;

    if (!has_target(unpacker, target))
        return false;
    if (absent(item))
        return true;
    if (!expect_integer(unpacker, item, &number))
        return false;
    if (number < INT_MIN || number > INT_MAX)
        return fail(unpacker, "integer doesn't fit an int");
    if (unpacker->give_variables)
        *target = (int)number;
    return true;
}

static bool unpack_json_int(unpacker_t *unpacker, const item_t *item)
{
    json_int_t *target = va_arg(unpacker->va, json_int_t *);
    json_int_t number = 0;

    if (!has_target(unpacker, target))
        return false;
    if (absent(item))
        return true;
    if (!expect_integer(unpacker, item, &number))
        return false;
    if (unpacker->give_variables)
        *target = number;
    return true;
}

/* With `any`, integers too. */
static bool unpack_real(unpacker_t *unpacker, const item_t *item, bool any)
{
    double *target = va_arg(unpacker->va, double *);
    json_int_t integer;

    if (!has_target(unpacker, target))
        return false;
    if (absent(item))
        return true;
    if (!is_number(item))
        return mismatch(unpacker, item, any ? "a number" : "a real");
    if (!any && read_integer(item, &integer))
        return fail(unpacker, "expected a real, got an integer");
    if (unpacker->give_variables)
        *target = sio__number_parse(item->text.data, item->text.len);
    return true;
}

static bool unpack_bool(unpacker_t *unpacker, const item_t *item)
{
    int *target = va_arg(unpacker->va, int *);

    if (!has_target(unpacker, target))
        return false;
    if (absent(item))
        return true;
    if (item->text.data[0] != 't' && item->text.data[0] != 'f')
        return mismatch(unpacker, item, "a boolean");
    if (unpacker->give_variables)
        *target = item->text.data[0] == 't';
    return true;
}

static bool unpack_null(unpacker_t *unpacker, const item_t *item)
{
    return absent(item) || item->text.data[0] == 'n' || mismatch(unpacker, item, "null");
}

/* ------------------------------------------------------------------- values handed on whole */

static sio_value_t *value_of(unpacker_t *unpacker, const item_t *item)
{
    sio_value_t *value = item->value ? item->value : sio__event_nested(unpacker->event, item->text);

    if (!value)
        out_of_memory(unpacker);
    return value;
}

static bool unpack_value(unpacker_t *unpacker, const item_t *item)
{
    const sio_value_t **target = va_arg(unpacker->va, const sio_value_t **);
    const sio_value_t *value;

    if (!has_target(unpacker, target))
        return false;
    if (absent(item) || !unpacker->give_variables)
        return true;
    value = value_of(unpacker, item);
    if (value)
        *target = value;
    return value != NULL;
}

static bool unpack_bytes(unpacker_t *unpacker, const item_t *item)
{
    const void **target = va_arg(unpacker->va, const void **);
    size_t *len = va_arg(unpacker->va, size_t *);
    sio__span_t bytes;

    if (!has_target(unpacker, target) || !has_target(unpacker, len))
        return false;
    if (absent(item))
        return true;
    if (!sio__event_attachment(unpacker->event, item->text, &bytes))
        return mismatch(unpacker, item, "bytes");
    if (unpacker->give_variables) {
        *target = bytes.data ? bytes.data : "";
        *len = bytes.len;
    }
    return true;
}

static bool unpack_jansson(unpacker_t *unpacker, const item_t *item, bool new_reference)
{
    json_t **target = va_arg(unpacker->va, json_t **);
    sio_value_t *value;
    json_t *json;

    if (!has_target(unpacker, target))
        return false;
    if (absent(item))
        return true;
    value = value_of(unpacker, item);
    if (!value)
        return false;
    json = sio_value_json(value);
    if (!json)
        return fail(unpacker, "jansson can't hold this value");
    if (new_reference && unpacker->give_references)
        *target = json_incref(json);
    else if (!new_reference && unpacker->give_variables)
        *target = json;
    return true;
}

/* ------------------------------------------------------------------------------- structure */

/* "!" refuses what the format doesn't name, "*" says that this is no matter; both end their
 * bracket. */
static bool unpack_strictness(unpacker_t *unpacker, char closing, bool *strict)
{
    char c = peek(unpacker);

    *strict = c == '!';
    if (c == '!' || c == '*') {
        unpacker->at++;
        if (peek(unpacker) != closing)
            return fail(unpacker, "expected the closing bracket behind ! or *");
    }
    return true;
}

static bool unpack_elements(unpacker_t *unpacker, const item_t *item, sio__json_walk_t *walk)
{
    for (char c = peek(unpacker); c != ']' && c != '!' && c != '*'; c = peek(unpacker)) {
        item_t element = {{NULL, 0}, NULL};

        if (!c)
            return fail(unpacker, "unclosed [");
        if (!absent(item) && !sio__json_walk_element(walk, &element.text))
            return fail(unpacker, "array is too short");
        if (!unpack_item(unpacker, &element))
            return false;
    }
    return true;
}

static bool unpack_array(unpacker_t *unpacker, const item_t *item)
{
    sio__json_walk_t walk = {NULL, NULL};
    bool strict;

    if (!absent(item)) {
        if (item->text.data[0] != '[')
            return mismatch(unpacker, item, "an array");
        walk = sio__json_walk_begin(item->text);
    }
    if (!unpack_elements(unpacker, item, &walk) || !unpack_strictness(unpacker, ']', &strict))
        return false;
    if (strict && walk.at != walk.end)
        return fail(unpacker, "array is too long");
    unpacker->at++;
    return true;
}

static bool unpack_member(unpacker_t *unpacker, const item_t *object, sio__buf_t *keys)
{
    item_t member = {{NULL, 0}, NULL};
    const char *key;
    bool optional;

    if (!take(unpacker, 's'))
        return fail(unpacker, "expected s for a key, or }");
    key = va_arg(unpacker->va, const char *);
    optional = take(unpacker, '?');
    if (!key)
        return fail(unpacker, "NULL key");
    if (!absent(object) && !sio__json_find(object->text, key, strlen(key), &member.text) &&
        !optional) {
        char text[80];

        snprintf(text, sizeof(text), "object has no \"%.40s\"", key);
        return fail(unpacker, text);
    }
    if (unpacker->collect && unpacker->give_variables)
        sio__buf_append(keys, &key, sizeof(key));
    peek(unpacker);
    return unpack_item(unpacker, &member);
}

static bool was_asked_for(const sio__buf_t *keys, sio__span_t token)
{
    for (size_t at = 0; at < keys->len; at += sizeof(const char *)) {
        const char *key;

        memcpy(&key, keys->data + at, sizeof(key));
        if (sio__json_string_is(token, key, strlen(key)))
            return true;
    }
    return false;
}

static bool check_leftovers(unpacker_t *unpacker, const item_t *object, const sio__buf_t *keys)
{
    sio__json_walk_t walk;
    sio__span_t key, value;

    if (keys->failed)
        return out_of_memory(unpacker);
    if (absent(object))
        return true;
    walk = sio__json_walk_begin(object->text);
    while (sio__json_walk_member(&walk, &key, &value))
        if (!was_asked_for(keys, key))
            return fail(unpacker, "object has more members");
    return true;
}

static bool unpack_members(unpacker_t *unpacker, const item_t *object, sio__buf_t *keys)
{
    bool strict;

    for (char c = peek(unpacker); c != '}' && c != '!' && c != '*'; c = peek(unpacker)) {
        if (!c)
            return fail(unpacker, "unclosed {");
        if (!unpack_member(unpacker, object, keys))
            return false;
    }
    if (!unpack_strictness(unpacker, '}', &strict))
        return false;
    if (strict && unpacker->give_variables && !check_leftovers(unpacker, object, keys))
        return false;
    unpacker->at++;
    return true;
}

static bool unpack_object(unpacker_t *unpacker, const item_t *item)
{
    sio__buf_t keys = SIO__BUF_INIT;
    bool done;

    if (!absent(item) && item->text.data[0] != '{')
        return mismatch(unpacker, item, "an object");
    done = unpack_members(unpacker, item, &keys);
    sio__buf_free(&keys);
    return done;
}

static bool unpack_bracket(unpacker_t *unpacker, const item_t *item, bool object)
{
    bool done;

    if (unpacker->depth == NESTING_MAX)
        return fail(unpacker, "nested too deep");
    unpacker->depth++;
    done = object ? unpack_object(unpacker, item) : unpack_array(unpacker, item);
    unpacker->depth--;
    return done;
}

/* One letter of the format, or one bracket with all in it. */
static bool unpack_item(unpacker_t *unpacker, const item_t *item)
{
    char letter = *unpacker->at;

    if (!letter)
        return fail(unpacker, "the format ends where a letter should be");
    unpacker->at++;
    switch (letter) {
    case '[':
    case '{':
        return unpack_bracket(unpacker, item, letter == '{');
    case 's':
        return unpack_text(unpacker, item);
    case 'i':
        return unpack_int(unpacker, item);
    case 'I':
        return unpack_json_int(unpacker, item);
    case 'f':
    case 'F':
        return unpack_real(unpacker, item, letter == 'F');
    case 'b':
        return unpack_bool(unpacker, item);
    case 'n':
        return unpack_null(unpacker, item);
    case 'o':
    case 'O':
        return unpack_jansson(unpacker, item, letter == 'O');
    case 'B':
        return unpack_bytes(unpacker, item);
    case 'V':
        return unpack_value(unpacker, item);
    default:
        return fail(unpacker, "not a format letter");
    }
}

static int unpack_arguments(unpacker_t *unpacker)
{
    sio_event_t *event = unpacker->event;
    bool optional = false;
    size_t index = 0;

    unpacker->at = unpacker->format;
    while (peek(unpacker)) {
        item_t item = {{NULL, 0}, NULL};

        if (take(unpacker, '|')) {
            optional = true;
            continue;
        }
        if (index < event->arg_count)
            item = (item_t){event->args[index].text, &event->args[index]};
        else if (!optional) {
            fail(unpacker, "the event has fewer arguments");
            break;
        }
        index++;
        if (!unpack_item(unpacker, &item))
            break;
    }
    return unpacker->error;
}

/* Were a reference given out before something else fails, nobody would give it back: those of `O`
 * come in a walk of their own. */
int sio_unpack(const sio_event_t *event, const char *format, ...)
{
    /* What variables point to hangs on the event; nothing else of it changes. */
    unpacker_t unpacker = {.event = (sio_event_t *)(uintptr_t)event, .format = format};

    if (!event || !format)
        return SIO_EINVAL;
    unpacker.collect = strchr(format, '!') != NULL;
    unpacker.give_variables = true;
    va_start(unpacker.va, format);
    unpack_arguments(&unpacker);
    va_end(unpacker.va);
    if (unpacker.error || !strchr(format, 'O'))
        return unpacker.error;
    unpacker.give_variables = false;
    unpacker.give_references = true;
    va_start(unpacker.va, format);
    unpack_arguments(&unpacker);
    va_end(unpacker.va);
    return unpacker.error;
}
