#include "engineio/request.h"

#include "base/alloc.h"
#include "engineio/encoding.h"
#include "engineio/http_conn.h"
#include "engineio/query.h"

#include <string.h>

static void copy_fields(eio_request_t *request, const char *from, const eio_http_head_t *head)
{
    size_t i;

    for (i = 0; i < head->field_count; i++) {
        const eio_http_field_t *field = &head->fields[i];
        request->fields[i] = (eio_request_field_t){
            (uint16_t)(field->name.data - from),
            (uint16_t)field->name.len,
            (uint16_t)(field->value.data ? field->value.data - from : 0),
            (uint16_t)field->value.len,
        };
    }
    request->field_count = (uint16_t)head->field_count;
}

eio_request_t *eio_request_new(struct eio_http_conn *conn, const char *head_text, size_t head_len,
                               const eio_http_head_t *head)
{
    size_t fields_size = head->field_count * sizeof(eio_request_field_t);
    eio_request_t *request = sio__malloc(sizeof(*request) + fields_size + head_len);

    if (!request)
        return NULL;
    memset(request, 0, sizeof(*request));
    request->refs = 1;
    request->conn = conn;
    sio__list_init(&request->turn);
    request->head_size = (uint32_t)head_len;
    request->fields = (eio_request_field_t *)(request + 1);
    request->text = (char *)(request->fields + head->field_count);
    memcpy(request->text, head_text, head_len);
    copy_fields(request, head_text, head);
    request->method =
        (sio__span_t){request->text + (head->method.data - head_text), head->method.len};
    request->target =
        (sio__span_t){request->text + (head->target.data - head_text), head->target.len};
    request->minor = (uint8_t)head->minor;
    request->keep_alive = head->keep_alive;
    request->upgrade = head->upgrade;
    request->no_body = eio_request_method_is(request, "HEAD");
    return request;
}

eio_request_t *eio_request_ref(eio_request_t *request)
{
    request->refs++;
    return request;
}

void eio_request_unref(eio_request_t *request)
{
    if (!request || --request->refs)
        return;
    eio_request_set_data(request, NULL, NULL);
    sio__buf_free(&request->reply_headers);
    sio__buf_free(&request->early);
    sio__free(request);
}

void eio_request_set_data(eio_request_t *request, void *data, void (*free_fn)(void *data))
{
    if (request->data_free && request->data != data)
        request->data_free(request->data);
    request->data = data;
    request->data_free = free_fn;
}

void *eio_request_data(const eio_request_t *request)
{
    return request->data;
}

void eio_request_hold(eio_request_t *request)
{
    eio_http_conn_hold(request, true);
}

bool eio_request_method_is(const eio_request_t *request, const char *method)
{
    return sio__span_is(request->method, method);
}

sio__span_t eio_request_method(const eio_request_t *request)
{
    return request->method;
}

sio__span_t eio_request_target(const eio_request_t *request)
{
    return request->target;
}

sio__span_t eio_request_path(const eio_request_t *request)
{
    sio__span_t path = request->target;
    const char *end = memchr(path.data, '?', path.len);

    if (end)
        path.len = (size_t)(end - path.data);
    return path;
}

static sio__span_t field_name(const eio_request_t *request, size_t index)
{
    return (sio__span_t){request->text + request->fields[index].name,
                         request->fields[index].name_len};
}

size_t eio_request_header_count(const eio_request_t *request)
{
    return request->field_count;
}

void eio_request_header_at(const eio_request_t *request, size_t index, sio__span_t *name,
                           sio__span_t *value)
{
    *name = field_name(request, index);
    *value = (sio__span_t){request->text + request->fields[index].value,
                           request->fields[index].value_len};
}

bool eio_request_header(const eio_request_t *request, const char *name, sio__span_t *value)
{
    sio__span_t wanted = {name, strlen(name)};
    sio__span_t found;
    size_t i;

    for (i = 0; i < request->field_count; i++) {
        if (!sio__span_equal(field_name(request, i), wanted))
            continue;
        eio_request_header_at(request, i, &found, value);
        return true;
    }
    return false;
}

bool eio_request_query(const eio_request_t *request, const char *name, sio__buf_t *value)
{
    eio_query_t query;
    const sio__span_t *found;

    if (eio_query_parse(&query, request->target.data, request->target.len))
        return false;
    found = eio_query_get(&query, name);
    if (found)
        sio__buf_append(value, found->data, found->len);
    eio_query_free(&query);
    return found != NULL;
}

int eio_query_each(sio__span_t text, void (*fn)(sio__span_t name, sio__span_t value, void *user),
                   void *user)
{
    eio_query_t query;
    size_t i;

    if (eio_query_parse(&query, text.data, text.len))
        return -1;
    for (i = 0; i < query.count; i++)
        fn(query.params[i].name, query.params[i].value, user);
    eio_query_free(&query);
    return 0;
}

void eio_request_query_each(const eio_request_t *request,
                            void (*fn)(sio__span_t name, sio__span_t value, void *user), void *user)
{
    eio_query_each(request->target, fn, user);
}

const char *eio_request_address(const eio_request_t *request)
{
    return request->address;
}

bool eio_request_secure(const eio_request_t *request)
{
    return request->secure;
}

int eio_header_line_append(sio__buf_t *out, const char *name, const char *value)
{
    if (!*name || strpbrk(name, "\r\n: ") || strpbrk(value, "\r\n"))
        return -1;
    sio__buf_append_str(out, name);
    sio__buf_append(out, ": ", 2);
    sio__buf_append_str(out, value);
    sio__buf_append(out, "\r\n", 2);
    return out->failed ? -1 : 0;
}

int eio_request_reply_header(eio_request_t *request, const char *name, const char *value)
{
    return eio_header_line_append(&request->reply_headers, name, value);
}

void eio_request_respond(eio_request_t *request, int status, sio__span_t headers, const void *body,
                         size_t len)
{
    if (!request->conn || request->replied)
        return;
    request->replied = true;
    eio_http_conn_respond(request, status, headers, body, len);
}

int eio_request_reply(eio_request_t *request, int status, const void *body, size_t len)
{
    eio_request_respond(request, status, (sio__span_t){NULL, 0}, body, len);
    eio_request_unref(request);
    return 0;
}

int eio_request_reply_coded(eio_request_t *request, int status, const void *body, size_t len,
                            eio_coded_t *coded)
{
    sio__span_t accepted = {NULL, 0};
    eio_encoding_t encoding = EIO_IDENTITY;

    if (eio_request_header(request, "accept-encoding", &accepted))
        encoding = eio_encoding_negotiate(accepted);
    sio__buf_t *form = encoding == EIO_GZIP ? &coded->gzip : &coded->deflate;
    if (encoding == EIO_IDENTITY ||
        (form->len == 0 && !eio_encoding_compress(encoding, body, len, form)) ||
        eio_request_reply_header(request, "Content-Encoding",
                                 encoding == EIO_GZIP ? "gzip" : "deflate"))
        return eio_request_reply(request, status, body, len);
    return eio_request_reply(request, status, form->data, form->len);
}

void eio_coded_clear(eio_coded_t *coded)
{
    sio__buf_free(&coded->gzip);
    sio__buf_free(&coded->deflate);
}
