/*
 * Arguments on their way out, gathered as JSON text plus attachments. Every form of emit and
 * acknowledgement appends here; the packet encoder reads the result.
 */
#include "base/args.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "base/json_scan.h"
#include "base/error.h"

void sio__args_init(sio__args_t *args)
{
    memset(args, 0, sizeof(*args));
}

void sio__args_free(sio__args_t *args)
{
    sio__buf_free(&args->json);
    sio__buf_free(&args->fakes);
    sio__free(args->bytes);
    sio__args_init(args);
}

void sio__args_clear(sio__args_t *args)
{
    sio__args_rewind(args, (sio__args_mark_t){0, 0, 0});
}

sio__args_mark_t sio__args_mark(const sio__args_t *args)
{
    return (sio__args_mark_t){args->json.len, args->bytes_count, args->fakes.len};
}

void sio__args_rewind(sio__args_t *args, sio__args_mark_t mark)
{
    args->json.len = mark.json_len;
    args->json.failed = false;
    args->fakes.len = mark.fakes_len;
    args->fakes.failed = false;
    args->bytes_count = mark.bytes_count;
    args->bytes_failed = false;
}

/* Takes back what didn't fit into memory. */
static int settle(sio__args_t *args, sio__args_mark_t mark)
{
    if (!args->json.failed && !args->fakes.failed && !args->bytes_failed)
        return SIO__OK;
    sio__args_rewind(args, mark);
    return SIO__ENOMEM;
}

void sio__args_separate(sio__args_t *args)
{
    const sio__buf_t *json = &args->json;

    /* A string's last byte is its quote, so these three are always structure. */
    if (json->len && !memchr("[{:", json->data[json->len - 1], 3))
        sio__buf_append_char(&args->json, ',');
}

/* Remembers what in the foreign text from `start` on only looks like a placeholder. */
static void note_fakes(sio__args_t *args, size_t start)
{
    const char *at, *end, *found;

    if (args->json.failed || start == args->json.len)
        return;
    at = args->json.data + start;
    end = args->json.data + args->json.len;
    if (!memchr(at, '{', (size_t)(end - at)) ||
        !sio__json_may_have_placeholder(at, (size_t)(end - at)))
        return;
    while ((found = sio__json_next_placeholder_true(at, end))) {
        size_t offset = (size_t)(found - args->json.data);

        sio__buf_append(&args->fakes, &offset, sizeof(offset));
        at = found;
    }
}

void sio__args_finish(sio__args_t *args)
{
    if (!args->bytes_count)
        return;
    for (size_t at = 0; at < args->fakes.len; at += sizeof(size_t)) {
        size_t offset;

        memcpy(&offset, args->fakes.data + at, sizeof(offset));
        memcpy(args->json.data + offset, "null", 4);
    }
    args->fakes.len = 0;
}

static bool add_bytes(sio__args_t *args, sio__span_t bytes)
{
    if (args->bytes_count == args->bytes_cap) {
        size_t cap = args->bytes_cap ? args->bytes_cap * 2 : 4;
        sio__span_t *grown = sio__realloc(args->bytes, cap * sizeof(*grown));

        if (!grown) {
            args->bytes_failed = true;
            return false;
        }
        args->bytes = grown;
        args->bytes_cap = cap;
    }
    args->bytes[args->bytes_count++] = bytes;
    return true;
}

static void append_placeholder(sio__args_t *args, size_t num)
{
    sio__buf_append_str(&args->json, "{\"_placeholder\":true,\"num\":");
    sio__buf_append_uint(&args->json, num);
    sio__buf_append_char(&args->json, '}');
}

int sio__args_append_bytes(sio__args_t *args, const void *bytes, size_t len)
{
    sio__args_mark_t mark = sio__args_mark(args);
    int error;

    sio__args_separate(args);
    error = sio__args_insert_bytes(args, bytes, len);
    if (error)
        sio__args_rewind(args, mark);
    return error;
}

int sio__args_insert_bytes(sio__args_t *args, const void *bytes, size_t len)
{
    sio__args_mark_t mark = sio__args_mark(args);

    if (add_bytes(args, (sio__span_t){bytes, len}))
        append_placeholder(args, args->bytes_count - 1);
    return settle(args, mark);
}

/* A value may name one attachment ten thousand times: it is sent once all the same. */
static size_t shared_bytes(sio__args_t *args, sio__span_t bytes)
{
    for (size_t i = 0; !args->distinct && i < args->bytes_count; i++)
        if (args->bytes[i].data == bytes.data && args->bytes[i].len == bytes.len)
            return i;
    add_bytes(args, bytes);
    return args->bytes_count - 1;
}

static void append_renumbered(sio__args_t *args, sio__span_t json, const sio__attachments_t *from)
{
    const char *copied = json.data, *at = json.data, *end = json.data + json.len;
    sio__span_t object;
    double num;

    while (!args->bytes_failed && sio__json_next_placeholder(&at, end, &object, &num)) {
        if (num < 0 || num >= (double)from->count)
            continue;
        sio__buf_append(&args->json, copied, (size_t)(object.data - copied));
        append_placeholder(args, shared_bytes(args, from->items[(size_t)num]));
        copied = object.data + object.len;
    }
    sio__buf_append(&args->json, copied, (size_t)(end - copied));
}

int sio__args_append_value(sio__args_t *args, sio__span_t json, const sio__attachments_t *from)
{
    sio__args_mark_t mark = sio__args_mark(args);
    size_t start;

    sio__args_separate(args);
    start = args->json.len;
    if (from && from->count) {
        append_renumbered(args, json, from);
    } else {
        sio__buf_append(&args->json, json.data, json.len);
        note_fakes(args, start);
    }
    return settle(args, mark);
}

int sio__args_append_jansson(sio__args_t *args, const json_t *value)
{
    sio__args_mark_t mark = sio__args_mark(args);
    size_t start;
    int result;

    sio__args_separate(args);
    start = args->json.len;
    result = sio__json_append_jansson(&args->json, value);
    if (result) {
        sio__args_rewind(args, mark);
        return result;
    }
    note_fakes(args, start);
    return settle(args, mark);
}

int sio__args_pack_json(sio__args_t *args, const json_t *array)
{
    sio__args_mark_t mark = sio__args_mark(args);

    if (!json_is_array(array))
        return SIO__EINVAL;
    for (size_t i = 0; i < json_array_size(array); i++) {
        int result = sio__args_append_jansson(args, json_array_get(array, i));

        if (result) {
            sio__args_rewind(args, mark);
            return result;
        }
    }
    return SIO__OK;
}

int sio__args_pack_text(sio__args_t *args, const char *text, size_t len, unsigned max_depth)
{
    sio__args_mark_t mark = sio__args_mark(args);
    long count = sio__json_scan_array(text, len, max_depth, NULL, 0);
    const char *first, *last;
    size_t start;

    if (count < 0 || !sio__utf8_valid(text, len))
        return SIO__EJSON;
    if (count == 0)
        return SIO__OK;
    first = (const char *)memchr(text, '[', len) + 1;
    last = (const char *)memrchr(text, ']', len);
    sio__args_separate(args);
    start = args->json.len;
    sio__buf_append(&args->json, first, (size_t)(last - first));
    note_fakes(args, start);
    return settle(args, mark);
}
