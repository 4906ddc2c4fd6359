/* The request target taken apart. Called when a request arrives; see query.h. */
#include "engineio/query.h"

#include "base/alloc.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "engineio/http_chars.h"

#include <stdint.h>

static size_t span_find(sio__span_t span, char c)
{
    const char *at = span.len ? memchr(span.data, c, span.len) : NULL;

    return at ? (size_t)(at - span.data) : span.len;
}

static sio__span_t span_from(sio__span_t span, size_t start)
{
    return start >= span.len ? (sio__span_t){NULL, 0}
                             : (sio__span_t){span.data + start, span.len - start};
}

/* Drops "http://host:port" from an absolute URL; other forms stay as they are. */
static sio__span_t drop_authority(sio__span_t target)
{
    size_t colon = span_find(target, ':');
    sio__span_t rest;
    size_t end;

    if (target.len == 0 || target.data[0] == '/' || target.len - colon < 3 ||
        memcmp(target.data + colon, "://", 3) != 0)
        return target;
    rest = span_from(target, colon + 3);
    for (end = 0; end < rest.len; end++)
        if (rest.data[end] == '/' || rest.data[end] == '?')
            break;
    return span_from(rest, end);
}

static size_t percent_decode(sio__span_t text, char *out)
{
    size_t written = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];

        if (c == '+') {
            c = ' ';
        } else if (c == '%' && text.len - i > 2) {
            int high = sio__hex_digit(text.data[i + 1]);
            int low = sio__hex_digit(text.data[i + 2]);

            if (high >= 0 && low >= 0) {
                c = (char)(high << 4 | low);
                i += 2;
            }
        }
        out[written++] = c;
    }
    return written;
}

/* Whether every character stands for itself, as in nearly everything clients send. */
static bool is_plain(sio__span_t text)
{
    return span_find(text, '%') == text.len && span_find(text, '+') == text.len &&
           eio__http_is_ascii(text.data, text.len);
}

/* What the decoded text may take at most: a NUL behind each part, and U+FFFD for each byte sent
 * plainly that isn't ASCII (an encoded one took three bytes already). */
static size_t storage_size(sio__span_t text, bool plain)
{
    size_t size = text.len + 2;

    for (size_t i = 0; !plain && i < text.len; i++)
        if ((uint8_t)text.data[i] >= 0x80)
            size += 2;
    return size;
}

static int repair(char *text, size_t *len)
{
    char *copy = sio__malloc(*len);

    if (!copy)
        return -1;
    memcpy(copy, text, *len);
    *len = sio__utf8_repair(copy, *len, text);
    sio__free(copy);
    return 0;
}

static int decode_escapes(sio__span_t text, char *out, size_t *len)
{
    *len = percent_decode(text, out);
    return sio__utf8_valid(out, *len) ? 0 : repair(out, len);
}

/* Where decoded parts go. */
typedef struct storage {
    char *to;
    bool plain;
} storage_t;

/* Decodes `text` to the storage and moves on in it. */
static int decode(sio__span_t text, storage_t *storage, sio__span_t *decoded)
{
    char *start = storage->to;
    size_t len = text.len;

    if (!storage->plain) {
        if (decode_escapes(text, start, &len) != 0)
            return -1;
    } else if (len) {
        memcpy(start, text.data, len);
    }
    start[len] = '\0';
    *decoded = (sio__span_t){start, len};
    storage->to = start + len + 1;
    return 0;
}

static void set(eio_query_t *query, sio__span_t name, sio__span_t value)
{
    for (size_t i = 0; i < query->count; i++) {
        if (sio__span_equal(query->params[i].name, name)) {
            query->params[i].value = value;
            return;
        }
    }
    if (query->count == EIO_QUERY_MAX_PARAMS)
        return;
    query->params[query->count].name = name;
    query->params[query->count].value = value;
    query->count++;
}

static int parse_param(eio_query_t *query, sio__span_t text, storage_t *storage)
{
    size_t equals = span_find(text, '=');
    sio__span_t name;
    sio__span_t value;

    if (decode((sio__span_t){text.data, equals}, storage, &name) != 0)
        return -1;
    if (equals == text.len)
        value = (sio__span_t){name.data + name.len, 0};
    else if (decode(span_from(text, equals + 1), storage, &value) != 0)
        return -1;
    set(query, name, value);
    return 0;
}

static int parse_params(eio_query_t *query, sio__span_t text)
{
    storage_t storage = {NULL, is_plain(text)};

    storage.to = query->storage = sio__malloc(storage_size(text, storage.plain));
    if (!storage.to)
        return -1;
    while (text.len) {
        size_t stop = span_find(text, '&');

        if (stop && parse_param(query, (sio__span_t){text.data, stop}, &storage) != 0) {
            eio_query_free(query);
            return -1;
        }
        text = span_from(text, stop + 1);
    }
    return 0;
}

int eio_query_parse(eio_query_t *query, const char *target, size_t len)
{
    sio__span_t rest = {target, len};
    size_t mark;

    query->count = 0;
    query->storage = NULL;
    rest.len = span_find(rest, '#');
    rest = drop_authority(rest);
    mark = span_find(rest, '?');
    query->path = mark ? (sio__span_t){rest.data, mark} : (sio__span_t){"/", 1};
    rest = span_from(rest, mark + 1);
    return rest.len ? parse_params(query, rest) : 0;
}

void eio_query_free(eio_query_t *query)
{
    sio__free(query->storage);
    query->storage = NULL;
    query->count = 0;
}

const sio__span_t *eio_query_get(const eio_query_t *query, const char *name)
{
    for (size_t i = 0; i < query->count; i++)
        if (sio__span_is(query->params[i].name, name))
            return &query->params[i].value;
    return NULL;
}
