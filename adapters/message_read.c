#include "adapters/message_read.h"

#include "base/json_scan.h"
#include "base/json_walk.h"
#include "base/msgpack.h"
#include "base/utf8.h"

#include <string.h>

enum { KEPT = 256 << 10 };

/* ------------------------------------------------------------------------------ from bytes */

static bool from_msgpack(sio__cluster_decoder_t *decoder, sio__span_t bytes, sio__span_t *text,
                         sio__attachments_t *attachments)
{
    sio__args_t *args = &decoder->args;
    const char *error;

    if (sio__msgpack_to_json(bytes, SIO__NOTEPACK_3, decoder->max_depth, args, &error))
        return false;
    if (args->bytes_count)
        sio__args_finish(args);
    *text = (sio__span_t){args->json.data, args->json.len};
    *attachments = (sio__attachments_t){args->bytes, args->bytes_count};
    return true;
}

static bool from_json(const sio__cluster_decoder_t *decoder, sio__span_t bytes, sio__span_t *text)
{
    *text = bytes;
    return sio__utf8_valid(bytes.data, bytes.len) &&
           sio__json_valid(bytes.data, bytes.len, decoder->max_depth);
}

/* What a large message has taken is given back. */
static void empty(sio__buf_t *buf)
{
    if (buf->cap > KEPT)
        sio__buf_free(buf);
    else
        sio__buf_clear(buf);
}

void sio__decoder_begin(sio__cluster_decoder_t *decoder, sio__cluster_message_t *message)
{
    empty(&decoder->lists);
    empty(&decoder->names);
    empty(&decoder->bytes);
    if (decoder->args.json.cap > KEPT)
        sio__args_free(&decoder->args);
    else
        sio__args_clear(&decoder->args);
    decoder->rooms_at = decoder->except_at = decoder->more_at = 0;
    *message = (sio__cluster_message_t){.type = 0};
}

bool sio__read_value(sio__cluster_decoder_t *decoder, sio__span_t bytes, sio__span_t *text,
                     sio__attachments_t *attachments)
{
    *attachments = (sio__attachments_t){NULL, 0};
    if (bytes.len == 0)
        return false;
    if (bytes.data[0] == '{')
        return from_json(decoder, bytes, text);
    return from_msgpack(decoder, bytes, text, attachments) && text->len;
}

/* ----------------------------------------------------------------------------------- scalars */

bool sio__key_is(sio__span_t key, const char *name)
{
    return sio__json_string_is(key, name, strlen(name));
}

bool sio__is_string(sio__span_t token)
{
    return token.len && token.data[0] == '"';
}

static bool is_number(sio__span_t token)
{
    return token.len && (token.data[0] == '-' || (token.data[0] >= '0' && token.data[0] <= '9'));
}

/* A text without NULs, or a number as JavaScript would print it as a name. */
bool sio__copy_name(sio__span_t token, char *out, size_t *len)
{
    if (is_number(token)) {
        memcpy(out, token.data, token.len);
        *len = token.len;
        return true;
    }
    if (!sio__is_string(token))
        return false;
    *len = sio__json_unescape(token, out);
    return !memchr(out, '\0', *len);
}

bool sio__copy_id(sio__span_t token, char *out, size_t size)
{
    size_t len;

    if (!token.len || token.len >= size || !sio__copy_name(token, out, &len))
        return false;
    out[len] = '\0';
    return true;
}

/* Digits alone; beyond what numbers of JavaScript tell apart there are none. */
bool sio__copy_count(sio__span_t token, uint64_t *count)
{
    *count = 0;
    for (size_t i = 0; i < token.len; i++) {
        if (token.data[i] < '0' || token.data[i] > '9' || i == 15)
            return false;
        *count = *count * 10 + (uint64_t)(token.data[i] - '0');
    }
    return token.len > 0;
}

/* ------------------------------------------------------------------------------------- names */

bool sio__is_array(sio__span_t token)
{
    return token.len && token.data[0] == '[';
}

/* How much a list takes: its names' tokens are longer than the names. */
static bool reserve_list(sio__cluster_decoder_t *decoder, sio__span_t list)
{
    sio__json_walk_t walk = sio__json_walk_begin(list);
    size_t count = 1;
    sio__span_t token;

    while (sio__json_walk_element(&walk, &token))
        count++;
    return sio__buf_reserve(&decoder->lists, count * sizeof(char *)) &&
           sio__buf_reserve(&decoder->names, list.len + count);
}

/* Offsets, until all names are there and stay where they are. */
static bool add_name(sio__cluster_decoder_t *decoder, sio__span_t token)
{
    uintptr_t offset = decoder->names.len + 1;
    size_t len;

    if (!sio__copy_name(token, decoder->names.data + decoder->names.len, &len))
        return false;
    decoder->names.len += len;
    sio__buf_append_char(&decoder->names, '\0');
    sio__buf_append(&decoder->lists, &offset, sizeof(offset));
    return true;
}

/* The index of the list's first name. */
static bool add_list(sio__cluster_decoder_t *decoder, sio__span_t list, size_t *index)
{
    sio__json_walk_t walk;
    uintptr_t end = 0;
    sio__span_t token;

    *index = decoder->lists.len / sizeof(end);
    if (!sio__is_array(list) || !reserve_list(decoder, list))
        return false;
    walk = sio__json_walk_begin(list);
    while (sio__json_walk_element(&walk, &token))
        if (!add_name(decoder, token))
            return false;
    sio__buf_append(&decoder->lists, &end, sizeof(end));
    return true;
}

static void settle_lists(sio__cluster_decoder_t *decoder)
{
    size_t count = decoder->lists.len / sizeof(char *);

    for (size_t i = 0; i < count; i++) {
        const char *name = NULL;
        uintptr_t offset;

        memcpy(&offset, decoder->lists.data + i * sizeof(name), sizeof(offset));
        if (offset)
            name = decoder->names.data + offset - 1;
        memcpy(decoder->lists.data + i * sizeof(name), &name, sizeof(name));
    }
}

static const char *const *list_at(const sio__cluster_decoder_t *decoder, size_t index)
{
    return (const char *const *)(const void *)decoder->lists.data + index;
}

/* ---------------------------------------------------------------------------------- audiences */

static void read_flags(sio__span_t flags, sio__audience_t *audience)
{
    sio__json_walk_t walk;
    sio__span_t key, value;
    uint64_t timeout;

    if (!flags.len || flags.data[0] != '{')
        return;
    walk = sio__json_walk_begin(flags);
    while (sio__json_walk_member(&walk, &key, &value)) {
        if (sio__key_is(key, "volatile") && sio__span_is(value, "true"))
            audience->flags |= SIO__VOLATILE;
        else if (sio__key_is(key, "compress") && sio__span_is(value, "false"))
            audience->flags |= SIO__NO_COMPRESS;
        else if (sio__key_is(key, "timeout") && sio__copy_count(value, &timeout))
            audience->timeout_ms = timeout < UINT32_MAX ? (unsigned)timeout : UINT32_MAX;
    }
}

bool sio__find_member(sio__span_t object, const char *key, sio__span_t *value)
{
    *value = (sio__span_t){NULL, 0};
    return sio__json_find(object, key, strlen(key), value);
}

bool sio__read_audience(sio__cluster_decoder_t *decoder, sio__span_t opts, bool for_all,
                        sio__audience_t *audience)
{
    const sio__span_t none = {"[]", 2};
    sio__span_t rooms, except, flags;

    if (!opts.len || opts.data[0] != '{')
        return false;
    if (!sio__find_member(opts, "rooms", &rooms) && for_all)
        rooms = none;
    if (!sio__find_member(opts, "except", &except))
        except = none;
    if (sio__find_member(opts, "flags", &flags))
        read_flags(flags, audience);
    return add_list(decoder, rooms, &decoder->rooms_at) &&
           add_list(decoder, except, &decoder->except_at);
}

bool sio__read_rooms(sio__cluster_decoder_t *decoder, sio__span_t list)
{
    return add_list(decoder, list, &decoder->more_at);
}

bool sio__settle_names(sio__cluster_decoder_t *decoder, sio__cluster_message_t *message)
{
    if (decoder->lists.failed || decoder->names.failed)
        return false;
    settle_lists(decoder);
    message->audience.rooms = list_at(decoder, decoder->rooms_at);
    message->audience.except = list_at(decoder, decoder->except_at);
    message->rooms = list_at(decoder, decoder->more_at);
    return true;
}
