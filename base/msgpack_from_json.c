/*
 * JSON text with attachments as MessagePack. A container's head says how many items follow, so the
 * text is walked twice: to count, then to write. Both walks are flat: MessagePack has no closing
 * brackets, and keys are texts like any other.
 */
#include "base/alloc.h"
#include "base/json_scan.h"
#include "base/msgpack.h"
#include "base/error.h"

typedef enum token_kind {
    TOKEN_END,
    TOKEN_ARRAY,
    TOKEN_OBJECT,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_WORD,
    TOKEN_ATTACHMENT
} token_kind_t;

typedef struct token {
    token_kind_t kind;
    sio__span_t text;  /* STRING, NUMBER, WORD */
    size_t attachment; /* ATTACHMENT */
} token_t;

typedef struct walk {
    const char *at, *end;
    sio__attachments_t attachments;
    sio__span_t placeholder; /* the next one; empty when there is none */
    size_t num;              /* of it */
} walk_t;

static void find_placeholder(walk_t *walk)
{
    const char *at = walk->at;
    sio__span_t object;
    double num;

    walk->placeholder = (sio__span_t){NULL, 0};
    while (walk->attachments.count && sio__json_next_placeholder(&at, walk->end, &object, &num)) {
        if (object.len == 0 || num < 0 || num >= (double)walk->attachments.count)
            continue;
        walk->placeholder = object;
        walk->num = (size_t)num;
        return;
    }
}

static walk_t begin_walk(sio__span_t json, sio__attachments_t attachments)
{
    walk_t walk = {.at = json.data, .end = json.data + json.len, .attachments = attachments};

    find_placeholder(&walk);
    return walk;
}

static token_t attachment_token(walk_t *walk)
{
    token_t token = {.kind = TOKEN_ATTACHMENT, .attachment = walk->num};

    walk->at += walk->placeholder.len;
    find_placeholder(walk);
    return token;
}

static token_kind_t kind_of(char c)
{
    switch (c) {
    case '[':
        return TOKEN_ARRAY;
    case '{':
        return TOKEN_OBJECT;
    case ']':
    case '}':
        return TOKEN_CLOSE;
    case ',':
        return TOKEN_COMMA;
    case '"':
        return TOKEN_STRING;
    case 't':
    case 'f':
    case 'n':
        return TOKEN_WORD;
    default:
        return TOKEN_NUMBER;
    }
}

static token_t next_token(walk_t *walk)
{
    token_t token = {.kind = TOKEN_END};
    const char *start, *after;

    do
        walk->at = sio__json_skip_blanks(walk->at, walk->end);
    while (walk->at < walk->end && *walk->at == ':' && walk->at++);
    if (walk->at == walk->end)
        return token;
    if (walk->placeholder.len && walk->at == walk->placeholder.data)
        return attachment_token(walk);
    start = walk->at;
    token.kind = kind_of(*start);
    after = start + 1;
    if (token.kind == TOKEN_STRING || token.kind == TOKEN_NUMBER || token.kind == TOKEN_WORD)
        after = sio__json_skip_value(start, walk->end, 0);
    if (!after) /* not in valid JSON */
        return (token_t){.kind = TOKEN_END};
    token.text = (sio__span_t){start, (size_t)(after - start)};
    walk->at = after;
    return token;
}

/* ------------------------------------------------------------------------------------ counting */

/* In the order in which they open. */
typedef struct container {
    uint32_t count;
    uint32_t parent;
} container_t;

static container_t *container_at(const sio__buf_t *containers, size_t index)
{
    return (container_t *)(void *)containers->data + index;
}

static uint32_t open_container(sio__buf_t *containers, uint32_t parent)
{
    container_t container = {0, parent};

    sio__buf_append(containers, &container, sizeof(container));
    return (uint32_t)(containers->len / sizeof(container) - 1);
}

/* The first item makes it one, each comma one more. */
static bool count_items(sio__span_t json, sio__attachments_t attachments, sio__buf_t *containers)
{
    walk_t walk = begin_walk(json, attachments);
    token_t token = next_token(&walk);
    uint32_t current = UINT32_MAX;

    for (; token.kind != TOKEN_END && !containers->failed; token = next_token(&walk)) {
        container_t *container = current == UINT32_MAX ? NULL : container_at(containers, current);

        if (token.kind == TOKEN_CLOSE) {
            current = container ? container->parent : UINT32_MAX;
            continue;
        }
        if (container && (token.kind == TOKEN_COMMA || container->count == 0))
            container->count++;
        if (token.kind == TOKEN_ARRAY || token.kind == TOKEN_OBJECT)
            current = open_container(containers, current);
    }
    return !containers->failed;
}

/* ------------------------------------------------------------------------------------- writing */

/* A lone surrogate has no UTF-8, though its three bytes look like it: U+FFFD. */
static void replace_surrogates(char *text, size_t len)
{
    char *at = text, *end = text + len;

    while ((at = memchr(at, 0xed, (size_t)(end - at)))) {
        if (end - at >= 3 && (unsigned char)at[1] >= 0xa0)
            memcpy(at, "\xef\xbf\xbd", 3);
        at++;
    }
}

static void put_escaped(sio__buf_t *out, sio__span_t token)
{
    char *text = sio__malloc(token.len);
    size_t len;

    if (!text) {
        out->failed = true;
        return;
    }
    len = sio__json_unescape(token, text);
    replace_surrogates(text, len);
    sio__msgpack_put_str_head(out, (uint32_t)len);
    sio__buf_append(out, text, len);
    sio__free(text);
}

static void put_string(sio__buf_t *out, sio__span_t token)
{
    size_t len = token.len - 2;

    if (memchr(token.data, '\\', token.len)) {
        put_escaped(out, token);
    } else {
        sio__msgpack_put_str_head(out, (uint32_t)len);
        sio__buf_append(out, token.data + 1, len);
    }
}

/* Digits only, and within the 64 bits of the sign. */
static bool read_integer(sio__span_t token, bool *negative, uint64_t *magnitude)
{
    const char *at = token.data, *end = at + token.len;
    uint64_t limit;

    *negative = *at == '-';
    limit = *negative ? UINT64_C(1) << 63 : UINT64_MAX;
    *magnitude = 0;
    for (at += *negative; at < end; at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (digit > 9 || *magnitude > (limit - digit) / 10)
            return false;
        *magnitude = *magnitude * 10 + digit;
    }
    return true;
}

static void put_number(sio__buf_t *out, sio__span_t token)
{
    uint64_t magnitude;
    bool negative;

    if (!read_integer(token, &negative, &magnitude))
        sio__msgpack_put_number(out, sio__number_parse(token.data, token.len));
    else if (negative)
        sio__msgpack_put_int(out, magnitude);
    else
        sio__msgpack_put_uint(out, magnitude);
}

static bool put_attachment(sio__buf_t *out, sio__span_t bytes)
{
    if (bytes.len > UINT32_MAX)
        return false;
    sio__msgpack_put_bin_head(out, (uint32_t)bytes.len);
    sio__buf_append(out, bytes.data, bytes.len);
    return true;
}

static void put_word(sio__buf_t *out, char first)
{
    sio__buf_append_char(out, first == 'n' ? '\xc0' : first == 'f' ? '\xc2' : '\xc3');
}

static bool put_items(sio__span_t json, sio__attachments_t attachments,
                      const sio__buf_t *containers, sio__buf_t *out)
{
    walk_t walk = begin_walk(json, attachments);
    token_t token = next_token(&walk);
    size_t opened = 0;

    for (; token.kind != TOKEN_END && !out->failed; token = next_token(&walk)) {
        if (token.kind == TOKEN_ARRAY)
            sio__msgpack_put_array_head(out, container_at(containers, opened++)->count);
        else if (token.kind == TOKEN_OBJECT)
            sio__msgpack_put_map_head(out, container_at(containers, opened++)->count);
        else if (token.kind == TOKEN_STRING)
            put_string(out, token.text);
        else if (token.kind == TOKEN_NUMBER)
            put_number(out, token.text);
        else if (token.kind == TOKEN_WORD)
            put_word(out, *token.text.data);
        else if (token.kind == TOKEN_ATTACHMENT &&
                 !put_attachment(out, walk.attachments.items[token.attachment]))
            return false;
    }
    return true;
}

int sio__msgpack_from_json(sio__span_t json, sio__attachments_t attachments, sio__buf_t *out)
{
    sio__buf_t containers = SIO__BUF_INIT;
    bool fits = json.len <= UINT32_MAX;

    if (fits && count_items(json, attachments, &containers)) {
        sio__buf_reserve(out, json.len);
        fits = put_items(json, attachments, &containers, out);
    }
    out->failed = out->failed || containers.failed;
    sio__buf_free(&containers);
    if (!fits)
        return SIO__EINVAL;
    return out->failed ? SIO__ENOMEM : SIO__OK;
}
