#include "socketio/texts.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <string.h>

typedef enum kind { HEADER, QUERY, TARGET, PATH, METHOD } kind_t;

struct sio__text {
    struct sio__text *next;
    kind_t kind;
    const char *value; /* behind the name; NULL: absent */
    char name[];
};

static const char *find(const sio__texts_t *texts, kind_t kind, const char *name, bool *found)
{
    const struct sio__text *text = texts->first;

    while (text && (text->kind != kind || strcmp(text->name, name) != 0))
        text = text->next;
    *found = text != NULL;
    return text ? text->value : NULL;
}

static const char *keep(sio__texts_t *texts, kind_t kind, const char *name,
                        const sio__span_t *value)
{
    size_t name_size = strlen(name) + 1, value_len = value ? value->len : 0;
    struct sio__text *text = sio__malloc(sizeof(*text) + name_size + value_len + 1);
    char *copy;

    if (!text)
        return NULL;
    memcpy(text->name, name, name_size);
    copy = text->name + name_size;
    if (value_len)
        memcpy(copy, value->data, value_len);
    copy[value_len] = '\0';
    text->kind = kind;
    text->value = value ? copy : NULL;
    text->next = texts->first;
    texts->first = text;
    return text->value;
}

static const char *keep_buf(sio__texts_t *texts, kind_t kind, const char *name, bool present,
                            sio__buf_t *buf)
{
    sio__span_t value = {buf->data, buf->len};
    const char *kept = buf->failed ? NULL : keep(texts, kind, name, present ? &value : NULL);

    sio__buf_free(buf);
    return kept;
}

/* Of these Node keeps the first one only; cookies are joined in the form of one header. */
static bool is_single(sio__span_t name)
{
    static const char *const names[] = {
        "age",
        "authorization",
        "content-length",
        "content-type",
        "etag",
        "expires",
        "from",
        "host",
        "if-modified-since",
        "if-unmodified-since",
        "last-modified",
        "location",
        "max-forwards",
        "proxy-authorization",
        "referer",
        "retry-after",
        "server",
        "user-agent",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (sio__span_is(name, names[i]))
            return true;
    return false;
}

void sio__texts_utf8(sio__buf_t *text)
{
    sio__buf_t utf8 = SIO__BUF_INIT;

    if (text->failed || sio__utf8_valid(text->data, text->len))
        return;
    for (size_t i = 0; i < text->len; i++) {
        unsigned char c = (unsigned char)text->data[i];

        if (c >= 0x80)
            sio__buf_append_char(&utf8, (char)(0xc0 | c >> 6));
        sio__buf_append_char(&utf8, (char)(c < 0x80 ? c : 0x80 | (c & 0x3f)));
    }
    sio__buf_free(text);
    *text = utf8;
}

bool sio__header_join(const eio_request_t *request, sio__span_t name, sio__buf_t *out)
{
    const char *separator = sio__span_is(name, "cookie") ? "; " : ", ";
    bool single = is_single(name), present = false;
    sio__span_t found, value;

    for (size_t i = 0; i < eio_request_header_count(request); i++) {
        eio_request_header_at(request, i, &found, &value);
        if (!sio__span_equal(found, name) || (present && single))
            continue;
        if (present)
            sio__buf_append(out, separator, 2);
        sio__buf_append(out, value.data, value.len);
        present = true;
    }
    sio__texts_utf8(out);
    return present;
}

const char *sio__texts_header(sio__texts_t *texts, const eio_request_t *request, const char *name)
{
    sio__buf_t value = SIO__BUF_INIT;
    bool known;
    const char *text = find(texts, HEADER, name, &known);

    if (known)
        return text;
    known = sio__header_join(request, (sio__span_t){name, strlen(name)}, &value);
    return keep_buf(texts, HEADER, name, known, &value);
}

const char *sio__texts_query(sio__texts_t *texts, const eio_request_t *request, const char *name)
{
    sio__buf_t value = SIO__BUF_INIT;
    bool known;
    const char *text = find(texts, QUERY, name, &known);

    if (known)
        return text;
    known = eio_request_query(request, name, &value);
    return keep_buf(texts, QUERY, name, known, &value);
}

static const char *keep_span(sio__texts_t *texts, kind_t kind, sio__span_t span)
{
    bool known;
    const char *text = find(texts, kind, "", &known);

    return known ? text : keep(texts, kind, "", &span);
}

const char *sio__texts_target(sio__texts_t *texts, const eio_request_t *request)
{
    return keep_span(texts, TARGET, eio_request_target(request));
}

const char *sio__texts_path(sio__texts_t *texts, const eio_request_t *request)
{
    return keep_span(texts, PATH, eio_request_path(request));
}

const char *sio__texts_method(sio__texts_t *texts, const eio_request_t *request)
{
    return keep_span(texts, METHOD, eio_request_method(request));
}

void sio__texts_free(sio__texts_t *texts)
{
    while (texts->first) {
        struct sio__text *text = texts->first;

        texts->first = text->next;
        sio__free(text);
    }
}
