/*
 * An HTTP connection's bytes: a head and the start of its body, taken whole and in pieces (the
 * first byte of the input says how large), must come to the same.
 */
#include "tests/fuzz/fuzz.h"

#include "engineio/http_chars.h"
#include "engineio/http_parser.h"

static void check_value(sio__span_t value)
{
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = (uint8_t)value.data[i];

        REQUIRE(c == '\t' || (c >= 0x20 && c != 0x7f));
    }
    REQUIRE(value.len == 0 || !strchr(" \t", value.data[0]));
    REQUIRE(value.len == 0 || !strchr(" \t", value.data[value.len - 1]));
}

static void check_token(sio__span_t token, bool lower)
{
    REQUIRE(token.len > 0);
    for (size_t i = 0; i < token.len; i++) {
        uint8_t c = (uint8_t)token.data[i];

        REQUIRE(eio__http_token_lower[c] != 0);
        REQUIRE(!lower || eio__http_token_lower[c] == c);
    }
}

static void check_head(const eio_http_head_t *head, const char *data, size_t len)
{
    const sio__span_t *host = eio_http_head_get(head, "host");

    check_token(head->method, false);
    REQUIRE(within(head->method.data, head->method.len, data, len));
    REQUIRE(within(head->target.data, head->target.len, data, len) && head->target.len > 0);
    REQUIRE(head->field_count <= EIO_HTTP_MAX_HEADERS);
    REQUIRE(head->content_length >= -1);
    REQUIRE(!head->chunked || head->content_length == -1);
    REQUIRE(head->minor == 0 || host);
    for (size_t i = 0; i < head->field_count; i++) {
        const eio_http_field_t *field = &head->fields[i];

        REQUIRE(within(field->name.data, field->name.len, data, len));
        REQUIRE(within(field->value.data, field->value.len, data, len));
        check_token(field->name, true);
        check_value(field->value);
    }
}

static void check_same_head(const eio_http_head_t *a, const eio_http_head_t *b)
{
    REQUIRE(sio__span_equal(a->method, b->method) && sio__span_equal(a->target, b->target));
    REQUIRE(a->minor == b->minor && a->keep_alive == b->keep_alive && a->upgrade == b->upgrade);
    REQUIRE(a->chunked == b->chunked && a->expect_continue == b->expect_continue);
    REQUIRE(a->content_length == b->content_length && a->field_count == b->field_count);
    for (size_t i = 0; i < a->field_count; i++) {
        REQUIRE(sio__span_equal(a->fields[i].name, b->fields[i].name));
        REQUIRE(sio__span_equal(a->fields[i].value, b->fields[i].value));
    }
}

/* Offers longer and longer prefixes, each in new memory. A head that is refused whole may also be
 * waited for in vain. */
static void parse_in_pieces(const char *bytes, size_t len, size_t step, int whole,
                            const eio_http_head_t *wanted)
{
    static eio_http_head_t head;
    size_t scanned = 0;
    size_t have = 0;
    int result = 0;

    while (result == 0 && have < len) {
        char *copy;

        have = len - have < step ? len : have + step;
        copy = exact_copy(bytes, have);
        result = eio_http_parse_head(copy, have, &scanned, &head);
        if (result > 0)
            check_same_head(&head, wanted);
        free(copy);
    }
    if (whole >= 0)
        REQUIRE(result == whole);
    else
        REQUIRE(result <= 0);
}

typedef struct output {
    char *bytes;
    size_t len;
    size_t used;
    bool refused;
    bool done;
} output_t;

static output_t feed(const eio_http_head_t *head, const char *bytes, size_t len, size_t step)
{
    output_t out = {.bytes = exact_copy(bytes, len)};
    eio_http_body_t body;

    eio_http_body_start(&body, head);
    while (!out.refused && !eio_http_body_done(&body) && out.used < len) {
        size_t size = len - out.used < step ? len - out.used : step;
        char *copy = exact_copy(bytes + out.used, size);
        sio__span_t piece;
        long used = eio_http_body_feed(&body, copy, size, &piece);

        if (used > 0) {
            REQUIRE((size_t)used <= size && within(piece.data, piece.len, copy, (size_t)used));
            memcpy(out.bytes + out.len, piece.data, piece.len);
            out.len += piece.len;
            out.used += (size_t)used;
        } else {
            REQUIRE(used == -400);
            out.refused = true;
        }
        free(copy);
    }
    out.done = eio_http_body_done(&body);
    return out;
}

static void check_body(const eio_http_head_t *head, const char *bytes, size_t len, size_t step)
{
    output_t whole = feed(head, bytes, len, len);
    output_t pieces = feed(head, bytes, len, step);

    REQUIRE(whole.len == pieces.len && memcmp(whole.bytes, pieces.bytes, whole.len) == 0);
    REQUIRE(whole.refused == pieces.refused && whole.done == pieces.done);
    REQUIRE(whole.refused || whole.used == pieces.used);
    if (head->content_length >= 0)
        REQUIRE(whole.len == whole.used && (int64_t)whole.len <= head->content_length);
    free(whole.bytes);
    free(pieces.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static eio_http_head_t head;
    size_t scanned = 0;
    size_t step;
    char *bytes;
    int used;

    if (size < 1 || size > 40000)
        return 0;
    step = 1 + data[0] % 64;
    bytes = exact_copy(data + 1, size - 1);
    used = eio_http_parse_head(bytes, size - 1, &scanned, &head);
    REQUIRE(used <= EIO_HTTP_MAX_HEAD && (used >= 0 || used <= -400));
    if (used > 0)
        check_head(&head, bytes, (size_t)used);
    parse_in_pieces((const char *)data + 1, size - 1, step, used, &head);
    if (used > 0)
        check_body(&head, bytes + used, size - 1 - (size_t)used, step);
    free(bytes);
    return 0;
}
