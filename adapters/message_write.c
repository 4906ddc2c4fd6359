#include "adapters/message_write.h"

#include "base/json_scan.h"

void sio__put_string(sio__buf_t *json, const char *text)
{
    sio__json_append_string(json, text, strlen(text));
}

void sio__put_names(sio__buf_t *json, const char *key, const char *const *names,
                    const char *one_more)
{
    const char *separator = "";

    sio__buf_append_str(json, key);
    for (; names && *names; names++) {
        sio__buf_append_str(json, separator);
        sio__put_string(json, *names);
        separator = ",";
    }
    if (one_more) {
        sio__buf_append_str(json, separator);
        sio__put_string(json, one_more);
    }
    sio__buf_append_char(json, ']');
}

static void put_flag(sio__buf_t *json, bool is_set, const char *text)
{
    if (!is_set)
        return;
    if (json->len && json->data[json->len - 1] != '{')
        sio__buf_append_char(json, ',');
    sio__buf_append_str(json, text);
}

void sio__put_options(sio__buf_t *json, const sio__audience_t *audience)
{
    sio__put_names(json, "{\"rooms\":[", audience->rooms, NULL);
    sio__put_names(json, ",\"except\":[", audience->except, audience->except_id);
    sio__buf_append_str(json, ",\"flags\":{");
    put_flag(json, audience->flags & SIO__VOLATILE, "\"volatile\":true");
    put_flag(json, audience->flags & SIO__NO_COMPRESS, "\"compress\":false");
    if (audience->timeout_ms) {
        put_flag(json, true, "\"timeout\":");
        sio__buf_append_uint(json, audience->timeout_ms);
    }
    sio__buf_append_str(json, "}}");
}

/* As JSON.stringify() prints a Buffer. */
static void put_buffer(sio__buf_t *json, sio__span_t bytes)
{
    sio__buf_append_str(json, "{\"type\":\"Buffer\",\"data\":[");
    for (size_t i = 0; i < bytes.len; i++) {
        if (i)
            sio__buf_append_char(json, ',');
        sio__buf_append_uint(json, (uint8_t)bytes.data[i]);
    }
    sio__buf_append_str(json, "]}");
}

void sio__put_without_binary(sio__buf_t *json, sio__span_t text, sio__attachments_t attachments)
{
    const char *copied = text.data, *at = text.data, *end = text.data + text.len;
    sio__span_t object;
    double num;

    while (attachments.count && sio__json_next_placeholder(&at, end, &object, &num)) {
        if (!object.len || num < 0 || num >= (double)attachments.count)
            continue;
        sio__buf_append(json, copied, (size_t)(object.data - copied));
        put_buffer(json, attachments.items[(size_t)num]);
        copied = object.data + object.len;
    }
    sio__buf_append(json, copied, (size_t)(end - copied));
}
