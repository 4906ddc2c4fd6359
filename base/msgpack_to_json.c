/* MessagePack values as the JSON text and attachments that handlers see. What has no JSON becomes
 * what JSON.stringify makes of it, so that handlers needn't care which parser a client uses. */
#include "base/alloc.h"
#include "base/utf8.h"
#include "base/json_scan.h"
#include "base/msgpack.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

/* An open array or object. Its elements are counted down, so that a count that promises more than
 * comes costs nothing. */
typedef struct level {
    uint32_t left;
    uint32_t is_map;
} level_t;

typedef struct converter {
    const char *at, *end;
    sio__args_t *args;
    sio__buf_t *json;
    sio__buf_t levels;
    unsigned depth, max_depth;
    sio__msgpack_dialect_t dialect;
    bool placeholder_key; /* the value to come has the key "_placeholder" */
    const char *error;
} converter_t;

static bool fail(converter_t *converter, const char *error)
{
    converter->error = error;
    return false;
}

static bool read_item(converter_t *converter, sio__msgpack_item_t *item)
{
    const char *after = sio__msgpack_read(converter->at, converter->end, item);

    if (!after)
        return fail(converter, "Could not parse");
    converter->at = after;
    return true;
}

/* ------------------------------------------------------------------------------------- scalars */

static void put_repaired(sio__buf_t *json, sio__span_t text)
{
    char *repaired = text.len <= SIZE_MAX / 3 ? sio__malloc(3 * text.len) : NULL;

    if (repaired)
        sio__json_append_string(json, repaired, sio__utf8_repair(text.data, text.len, repaired));
    else
        json->failed = true;
    sio__free(repaired);
}

static void put_string(sio__buf_t *json, sio__span_t text)
{
    if (sio__utf8_valid(text.data, text.len))
        sio__json_append_string(json, text.data, text.len);
    else
        put_repaired(json, text);
}

static void put_integer(sio__buf_t *json, const sio__msgpack_item_t *item)
{
    if (item->kind == SIO__MSGPACK_INT)
        sio__buf_append_char(json, '-');
    sio__buf_append_uint(json, item->integer);
}

/* Date.prototype.toISOString(); beyond its range it has no JSON. */
static void put_date(sio__buf_t *json, double exact)
{
    double milliseconds = trunc(exact);
    double seconds = floor(milliseconds / 1000);
    bool in_range = fabs(milliseconds) <= 8.64e15;
    time_t time = in_range ? (time_t)seconds : 0;
    char text[64], year[16];
    struct tm utc;
    int number;

    if (!in_range || !gmtime_r(&time, &utc)) {
        sio__buf_append_str(json, "null");
        return;
    }
    number = utc.tm_year + 1900;
    if (number >= 0 && number <= 9999)
        snprintf(year, sizeof(year), "%04d", number);
    else
        snprintf(year, sizeof(year), "%+07d", number);
    snprintf(text, sizeof(text), "\"%s-%02d-%02dT%02d:%02d:%02d.%03dZ\"", year, utc.tm_mon + 1,
             utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
             (int)(milliseconds - seconds * 1000));
    sio__buf_append_str(json, text);
}

static void put_true(converter_t *converter)
{
    size_t offset = converter->json->len;

    /* The client's own data, not an attachment. */
    if (converter->placeholder_key)
        sio__buf_append(&converter->args->fakes, &offset, sizeof(offset));
    sio__buf_append_str(converter->json, "true");
}

static bool put_bytes(converter_t *converter, const sio__msgpack_item_t *item)
{
    return sio__args_append_bytes(converter->args, item->bytes.data, item->bytes.len) == 0 ||
           fail(converter, "out of memory");
}

static uint64_t big_endian(const char *bytes, size_t size)
{
    uint64_t number = 0;

    for (size_t i = 0; i < size; i++)
        number = number << 8 | (uint8_t)bytes[i];
    return number;
}

/* The standard's three forms of a time: seconds, with nanoseconds in the upper 30 bits, or apart.
 */
static bool as_date(const sio__msgpack_item_t *item, double *milliseconds)
{
    const char *bytes = item->bytes.data;
    uint64_t number;

    switch (item->bytes.len) {
    case 4:
        *milliseconds = (double)big_endian(bytes, 4) * 1e3;
        return true;
    case 8:
        number = big_endian(bytes, 8);
        *milliseconds = (double)(number & 0x3ffffffff) * 1e3 + (double)(number >> 34) / 1e6;
        return true;
    case 12:
        *milliseconds =
            (double)(int64_t)big_endian(bytes + 4, 8) * 1e3 + (double)big_endian(bytes, 4) / 1e6;
        return true;
    default:
        return false;
    }
}

/* notepack reads types it doesn't know as [type, bytes]. */
static bool put_ext(converter_t *converter, const sio__msgpack_item_t *item)
{
    double milliseconds;
    char type[16];

    if (converter->dialect == SIO__NOTEPACK_3 && item->ext_type == -1 &&
        as_date(item, &milliseconds)) {
        sio__args_separate(converter->args);
        put_date(converter->json, milliseconds);
        return true;
    }
    snprintf(type, sizeof(type), "[%d", item->ext_type);
    sio__args_separate(converter->args);
    sio__buf_append_str(converter->json, type);
    if (!put_bytes(converter, item))
        return false;
    sio__buf_append_char(converter->json, ']');
    return true;
}

static void put_scalar(converter_t *converter, const sio__msgpack_item_t *item)
{
    switch (item->kind) {
    case SIO__MSGPACK_FALSE:
        sio__buf_append_str(converter->json, "false");
        break;
    case SIO__MSGPACK_TRUE:
        put_true(converter);
        break;
    case SIO__MSGPACK_UINT:
    case SIO__MSGPACK_INT:
        put_integer(converter->json, item);
        break;
    case SIO__MSGPACK_DOUBLE:
        sio__json_append_number(converter->json, item->real);
        break;
    case SIO__MSGPACK_STR:
        put_string(converter->json, item->bytes);
        break;
    case SIO__MSGPACK_DATE:
        put_date(converter->json, item->real);
        break;
    default:
        sio__buf_append_str(converter->json, "null");
    }
}

/* ------------------------------------------------------------------------------------- nesting */

static bool open_level(converter_t *converter, const sio__msgpack_item_t *item)
{
    level_t level = {(uint32_t)item->integer, item->kind == SIO__MSGPACK_MAP};

    if (converter->depth == converter->max_depth)
        return fail(converter, "nested too deep");
    converter->depth++;
    sio__buf_append_char(converter->json, level.is_map ? '{' : '[');
    sio__buf_append(&converter->levels, &level, sizeof(level));
    return !converter->levels.failed || fail(converter, "out of memory");
}

static void close_level(converter_t *converter, const level_t *level)
{
    sio__buf_append_char(converter->json, level->is_map ? '}' : ']');
    converter->levels.len -= sizeof(*level);
    converter->depth--;
}

static bool put_value(converter_t *converter)
{
    sio__msgpack_item_t item;

    if (!read_item(converter, &item))
        return false;
    if (item.kind == SIO__MSGPACK_BIN || item.kind == SIO__MSGPACK_ARRAY_BUFFER)
        return put_bytes(converter, &item);
    if (item.kind == SIO__MSGPACK_EXT)
        return put_ext(converter, &item);
    sio__args_separate(converter->args);
    if (item.kind == SIO__MSGPACK_ARRAY || item.kind == SIO__MSGPACK_MAP)
        return open_level(converter, &item);
    put_scalar(converter, &item);
    return true;
}

/* As JavaScript turns values into names of properties. */
static bool put_key(converter_t *converter, const sio__msgpack_item_t *key)
{
    static const char *const words[] = {"null", "false", "true"};
    char text[SIO__NUMBER_MAX];

    sio__args_separate(converter->args);
    switch (key->kind) {
    case SIO__MSGPACK_STR:
        put_string(converter->json, key->bytes);
        return true;
    case SIO__MSGPACK_NIL:
    case SIO__MSGPACK_FALSE:
    case SIO__MSGPACK_TRUE:
        put_string(converter->json, (sio__span_t){words[key->kind], strlen(words[key->kind])});
        return true;
    case SIO__MSGPACK_UNDEFINED:
        sio__buf_append_str(converter->json, "\"undefined\"");
        return true;
    case SIO__MSGPACK_UINT:
    case SIO__MSGPACK_INT:
        sio__buf_append_char(converter->json, '"');
        put_integer(converter->json, key);
        sio__buf_append_char(converter->json, '"');
        return true;
    case SIO__MSGPACK_DOUBLE:
        put_string(converter->json, (sio__span_t){text, sio__number_format(key->real, text)});
        return true;
    default:
        return fail(converter, "a key that is no text");
    }
}

static bool put_pair(converter_t *converter)
{
    sio__msgpack_item_t key, value;
    const char *after_key;
    bool done;

    if (!read_item(converter, &key))
        return false;
    after_key = converter->at;
    if (!read_item(converter, &value))
        return false;
    if (value.kind == SIO__MSGPACK_UNDEFINED)
        return true;
    converter->at = after_key;
    if (!put_key(converter, &key))
        return false;
    sio__buf_append_char(converter->json, ':');
    converter->placeholder_key =
        key.kind == SIO__MSGPACK_STR && sio__span_is(key.bytes, "_placeholder");
    done = put_value(converter);
    converter->placeholder_key = false;
    return done;
}

static bool put_all(converter_t *converter)
{
    bool done = put_value(converter);

    while (done && converter->levels.len) {
        level_t *level = (level_t *)(void *)(converter->levels.data + converter->levels.len) - 1;

        if (level->left == 0) {
            close_level(converter, level);
        } else {
            level->left--;
            done = level->is_map ? put_pair(converter) : put_value(converter);
        }
    }
    return done;
}

int sio__msgpack_to_json(sio__span_t message, sio__msgpack_dialect_t dialect, unsigned max_depth,
                         sio__args_t *args, const char **error)
{
    converter_t converter = {
        .at = message.data,
        .end = message.data + message.len,
        .args = args,
        .json = &args->json,
        .levels = SIO__BUF_INIT,
        .max_depth = max_depth,
        .dialect = dialect,
    };

    sio__buf_reserve(&args->json, message.len + message.len / 2);
    if (put_all(&converter) && converter.at != converter.end)
        fail(&converter, "trailing bytes");
    if (args->json.failed || args->fakes.failed || args->bytes_failed)
        fail(&converter, "out of memory");
    sio__buf_free(&converter.levels);
    *error = converter.error;
    return converter.error ? -1 : 0;
}
