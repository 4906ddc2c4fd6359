#include "engineio/jsonp.h"

#include "engineio/json_text.h"
#include "engineio/query.h"

/* U+2028 and U+2029 end a line in a script, though not in JSON. */
static void append_script_text(sio__buf_t *out, const char *text, size_t len)
{
    sio__buf_t json = SIO__BUF_INIT;
    size_t at = 0;
    size_t i;

    eio_json_append_text(&json, (sio__span_t){text, len});
    for (i = 0; i + 2 < json.len; i++) {
        if (memcmp(json.data + i, "\xe2\x80", 2) != 0 ||
            (json.data[i + 2] != '\xa8' && json.data[i + 2] != '\xa9'))
            continue;
        sio__buf_append(out, json.data + at, i - at);
        sio__buf_append_str(out, json.data[i + 2] == '\xa8' ? "\\u2028" : "\\u2029");
        at = i + 3;
        i += 2;
    }
    sio__buf_append(out, json.data + at, json.len - at);
    out->failed = out->failed || json.failed;
    sio__buf_free(&json);
}

void eio_jsonp_wrap(sio__buf_t *out, sio__span_t index, const char *payload, size_t len)
{
    size_t i;

    sio__buf_append_str(out, "___eio[");
    for (i = 0; i < index.len; i++) {
        if (index.data[i] >= '0' && index.data[i] <= '9')
            sio__buf_append_char(out, index.data[i]);
    }
    sio__buf_append_str(out, "](");
    append_script_text(out, payload, len);
    sio__buf_append_str(out, ");");
}

/* \n is a line break, \\n a backslash and an n, as upstream's two replacements leave them. */
static void unescape(sio__buf_t *out, sio__span_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        const char *at = text.data + i;
        size_t left = text.len - i;

        if (left >= 3 && memcmp(at, "\\\\n", 3) == 0) {
            sio__buf_append(out, "\\n", 2);
            i += 2;
        } else if (left >= 2 && memcmp(at, "\\n", 2) == 0) {
            sio__buf_append_char(out, '\n');
            i++;
        } else {
            sio__buf_append_char(out, *at);
        }
    }
}

bool eio_jsonp_unwrap(const char *body, size_t len, sio__buf_t *out)
{
    sio__buf_t target = SIO__BUF_INIT;
    const sio__span_t *payload = NULL;
    eio_query_t query;

    /* A form body is a query string. */
    sio__buf_append_char(&target, '?');
    sio__buf_append(&target, body, len);
    if (!target.failed && eio_query_parse(&query, target.data, target.len) == 0) {
        payload = eio_query_get(&query, "d");
        if (payload)
            unescape(out, *payload);
        eio_query_free(&query);
    }
    sio__buf_free(&target);
    return payload && !out->failed;
}
