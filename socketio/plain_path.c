#include "socketio/plain_path.h"

#include "base/alloc.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "socketio/socketio.h"

static size_t segment_len(const char *at, const char *end)
{
    const char *slash = memchr(at, '/', (size_t)(end - at));

    return (size_t)((slash ? slash : end) - at);
}

/* ------------------------------------------------------------------------------------- patterns */

static bool name_is(const sio__path_t *path, size_t index, const char *name, size_t len)
{
    const char *own = path->pattern + path->names[index];

    return strcspn(own, "/") == len && memcmp(own, name, len) == 0;
}

static bool has_name(const sio__path_t *path, const char *name, size_t len)
{
    for (size_t i = 0; i < path->count; i++)
        if (name_is(path, i, name, len))
            return true;
    return false;
}

static bool add_name(sio__path_t *path, const char *name, size_t len)
{
    if (!len || path->count == SIO__PATH_PARAMS || has_name(path, name, len))
        return false;
    path->names[path->count++] = (size_t)(name - path->pattern);
    return true;
}

static bool find_names(sio__path_t *path)
{
    const char *at = path->pattern, *end = at + strlen(at);

    while (at < end) {
        size_t len = segment_len(++at, end); /* behind the slash */

        if (*at == ':' && !add_name(path, at + 1, len - 1))
            return false;
        at += len;
    }
    return true;
}

int sio__path_compile(sio__path_t *path, const char *pattern)
{
    *path = (sio__path_t){.count = 0};
    if (!pattern || *pattern != '/' || strpbrk(pattern, "?#, \r\n\t") ||
        !sio__utf8_valid(pattern, strlen(pattern)))
        return SIO_EINVAL;
    path->pattern = sio__strdup(pattern);
    if (!path->pattern)
        return SIO_ENOMEM;
    if (find_names(path))
        return SIO_OK;
    sio__path_free(path);
    return SIO_EINVAL;
}

void sio__path_free(sio__path_t *path)
{
    sio__free(path->pattern);
    *path = (sio__path_t){.count = 0};
}

/* ------------------------------------------------------------------------------------- matching */

/* At most `len` bytes to `out`; false: not a decoded text. */
static bool decode(const char *segment, size_t len, char *out, size_t *written)
{
    size_t at = 0, n = 0;

    while (at < len) {
        int high = at + 2 < len ? sio__hex_digit(segment[at + 1]) : -1;
        int low = at + 2 < len ? sio__hex_digit(segment[at + 2]) : -1;

        if (segment[at] == '%' && high >= 0 && low >= 0) {
            out[n++] = (char)(high << 4 | low);
            at += 3;
        } else {
            out[n++] = segment[at++];
        }
    }
    *written = n;
    return n && !memchr(out, '\0', n) && sio__utf8_valid(out, n);
}

typedef struct walk {
    const char *pattern, *pattern_end, *text, *text_end;
} walk_t;

static walk_t begin(const sio__path_t *path, sio__span_t text)
{
    return (walk_t){path->pattern, path->pattern + strlen(path->pattern), text.data,
                    text.data + text.len};
}

/* The next segments of both. 0: both have ended; -1: one of them has. */
static int next(walk_t *walk, sio__span_t *pattern, sio__span_t *text)
{
    bool more = walk->pattern < walk->pattern_end && walk->text < walk->text_end;

    if (!more || *walk->text != '/')
        return walk->pattern == walk->pattern_end && walk->text == walk->text_end ? 0 : -1;
    pattern->data = walk->pattern + 1;
    pattern->len = segment_len(pattern->data, walk->pattern_end);
    text->data = walk->text + 1;
    text->len = segment_len(text->data, walk->text_end);
    walk->pattern = pattern->data + pattern->len;
    walk->text = text->data + text->len;
    return 1;
}

static bool is_param(sio__span_t pattern)
{
    return pattern.len && *pattern.data == ':';
}

static bool segment_matches(sio__span_t pattern, sio__span_t text)
{
    char decoded[1024];
    size_t len;

    if (!is_param(pattern))
        return sio__span_equal(pattern, text);
    return text.len <= sizeof(decoded) && decode(text.data, text.len, decoded, &len);
}

bool sio__path_match(const sio__path_t *path, sio__span_t text)
{
    walk_t walk = begin(path, text);
    sio__span_t pattern, segment;
    int more;

    while ((more = next(&walk, &pattern, &segment)) > 0)
        if (!segment_matches(pattern, segment))
            return false;
    return more == 0;
}

int sio__path_values(const sio__path_t *path, sio__span_t text, sio__path_values_t *values)
{
    walk_t walk = begin(path, text);
    sio__span_t pattern, segment;
    size_t at = 0, index = 0, len;

    *values = (sio__path_values_t){.texts = NULL};
    if (!path->count)
        return SIO_OK;
    values->texts = sio__malloc(text.len + path->count);
    if (!values->texts)
        return SIO_ENOMEM;
    while (next(&walk, &pattern, &segment) > 0) {
        if (!is_param(pattern))
            continue;
        decode(segment.data, segment.len, values->texts + at, &len);
        values->at[index++] = at;
        at += len;
        values->texts[at++] = '\0';
    }
    return SIO_OK;
}

const char *sio__path_value(const sio__path_t *path, const sio__path_values_t *values,
                            const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < path->count; i++)
        if (name_is(path, i, name, len))
            return values->texts + values->at[i];
    return NULL;
}
