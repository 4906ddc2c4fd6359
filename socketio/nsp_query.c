#include "socketio/nsp_query.h"

#include "engineio/engine.h"
#include "base/json_scan.h"

sio__span_t sio__nsp_query_name(sio__span_t nsp)
{
    size_t len = 0;

    while (len < nsp.len && nsp.data[len] != '?' && nsp.data[len] != '#')
        len++;
    return (sio__span_t){nsp.data, len};
}

static void append_member(sio__span_t name, sio__span_t value, void *user)
{
    sio__buf_t *out = user;

    sio__buf_append_char(out, out->len ? ',' : '{');
    sio__json_append_string(out, name.data, name.len);
    sio__buf_append_char(out, ':');
    sio__json_append_string(out, value.data, value.len);
}

void sio__nsp_query_json(sio__span_t nsp, sio__buf_t *out)
{
    if (sio__nsp_query_name(nsp).len == nsp.len)
        return;
    if (eio_query_each(nsp, append_member, out))
        out->failed = true;
    if (out->len)
        sio__buf_append_char(out, '}');
}
