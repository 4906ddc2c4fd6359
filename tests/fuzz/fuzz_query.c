/* A request target, or a namespace with parameters: taken apart, written anew with everything
 * encoded, and taken apart again. */
#include "tests/fuzz/fuzz.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "engineio/query.h"
#include "base/json_scan.h"
#include "socketio/nsp_query.h"

static void check_part(sio__span_t part)
{
    REQUIRE(sio__utf8_valid(part.data, part.len));
    REQUIRE(part.data[part.len] == '\0');
}

static void check_query(const eio_query_t *query, const char *target, size_t len)
{
    REQUIRE(sio__span_is(query->path, "/") ||
            within(query->path.data, query->path.len, target, len));
    REQUIRE(!memchr(query->path.data, '?', query->path.len));
    REQUIRE(query->count <= EIO_QUERY_MAX_PARAMS);
    for (size_t i = 0; i < query->count; i++) {
        check_part(query->params[i].name);
        check_part(query->params[i].value);
        for (size_t j = 0; j < i; j++)
            REQUIRE(!sio__span_equal(query->params[i].name, query->params[j].name));
    }
}

static void append_encoded(sio__buf_t *out, sio__span_t part)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < part.len; i++) {
        uint8_t byte = (uint8_t)part.data[i];
        char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};

        sio__buf_append(out, escape, 3);
    }
}

static void check_again(const eio_query_t *query)
{
    sio__buf_t target = SIO__BUF_INIT;
    eio_query_t again;

    sio__buf_append_str(&target, "/?");
    for (size_t i = 0; i < query->count; i++) {
        append_encoded(&target, query->params[i].name);
        sio__buf_append_char(&target, '=');
        append_encoded(&target, query->params[i].value);
        sio__buf_append_char(&target, '&');
    }
    REQUIRE(!target.failed);
    REQUIRE(eio_query_parse(&again, target.data, target.len) == 0);
    REQUIRE(again.count == query->count);
    for (size_t i = 0; i < query->count; i++) {
        REQUIRE(sio__span_equal(query->params[i].name, again.params[i].name));
        REQUIRE(sio__span_equal(query->params[i].value, again.params[i].value));
    }
    eio_query_free(&again);
    sio__buf_free(&target);
}

static void check_namespace(sio__span_t nsp)
{
    sio__span_t name = sio__nsp_query_name(nsp);
    sio__buf_t json = SIO__BUF_INIT;

    REQUIRE(name.data == nsp.data && name.len <= nsp.len);
    sio__nsp_query_json(nsp, &json);
    REQUIRE(!json.failed && (!json.len || sio__json_valid(json.data, json.len, 2)));
    sio__buf_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *target;
    eio_query_t query;

    if (size > 16384)
        return 0;
    target = exact_copy(data, size);
    REQUIRE(eio_query_parse(&query, target, size) == 0);
    check_query(&query, target, size);
    check_again(&query);
    eio_query_free(&query);
    check_namespace((sio__span_t){target, size});
    free(target);
    return 0;
}
