#include "engineio/json_text.h"

#include <stdio.h>

static void append_escaped(sio__buf_t *out, unsigned char c)
{
    static const char short_forms[] = "btn?fr"; /* for 8 to 13; 11 has none */
    char escape[8];

    if (c == '"' || c == '\\') {
        sio__buf_append_char(out, '\\');
        sio__buf_append_char(out, (char)c);
    } else if (c >= 8 && c <= 13 && c != 11) {
        sio__buf_append_char(out, '\\');
        sio__buf_append_char(out, short_forms[c - 8]);
    } else {
        snprintf(escape, sizeof(escape), "\\u%04x", c);
        sio__buf_append(out, escape, 6);
    }
}

void eio_json_append_text(sio__buf_t *out, sio__span_t text)
{
    size_t plain = 0;
    size_t i;

    sio__buf_append_char(out, '"');
    for (i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        sio__buf_append(out, text.data + plain, i - plain);
        append_escaped(out, c);
        plain = i + 1;
    }
    if (plain < text.len)
        sio__buf_append(out, text.data + plain, text.len - plain);
    sio__buf_append_char(out, '"');
}
