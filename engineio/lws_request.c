/*
 * A request as libwebsockets keeps it, put into text again for the HTTP connection of ours that
 * answers it.
 */
#include "engineio/lws_vhost.h"

#include <libwebsockets.h>
#include <string.h>
#include <strings.h>

/* ---- the target: libwebsockets has decoded it ---- */

static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~/=!$'()*,:@", c));
}

static void append_encoded(sio__buf_t *out, const char *text, size_t len)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t i;

    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (is_plain(c)) {
            sio__buf_append_char(out, (char)c);
        } else {
            sio__buf_append_char(out, '%');
            sio__buf_append_char(out, hex[c >> 4]);
            sio__buf_append_char(out, hex[c & 15]);
        }
    }
}

/* Appends one piece of a header to `out`; false when there is none. */
static bool append_fragment(struct lws *wsi, enum lws_token_indexes token, int index,
                            sio__buf_t *out)
{
    int len = lws_hdr_fragment_length(wsi, token, index);

    if (len <= 0 || !sio__buf_reserve(out, (size_t)len + 1))
        return false;
    if (lws_hdr_copy_fragment(wsi, out->data + out->len, len + 1, token, index) != len)
        return false;
    out->len += (size_t)len;
    return true;
}

static void append_query(struct lws *wsi, sio__buf_t *out)
{
    sio__buf_t piece = SIO__BUF_INIT;
    int i;

    for (i = 0; append_fragment(wsi, WSI_TOKEN_HTTP_URI_ARGS, i, &piece); i++) {
        sio__buf_append_char(out, i ? '&' : '?');
        append_encoded(out, piece.data, piece.len);
        sio__buf_clear(&piece);
    }
    out->failed = out->failed || piece.failed;
    sio__buf_free(&piece);
}

/* ---- header fields ---- */

static void append_known(struct lws *wsi, enum lws_token_indexes token, sio__buf_t *out)
{
    const char *name = (const char *)lws_token_to_string(token);
    size_t len = name ? strlen(name) : 0;
    size_t start;
    int i;

    /* Methods and pseudo headers are tokens as well; over TLS extensions are between the client and
     * libwebsockets. */
    if (len < 2 || name[len - 1] != ':' || name[0] == ':' ||
        (token == WSI_TOKEN_EXTENSIONS && lws_is_ssl(wsi)))
        return;
    for (i = 0;; i++) {
        start = out->len;
        sio__buf_append(out, name, len);
        if (!append_fragment(wsi, token, i, out)) {
            out->len = start;
            return;
        }
        sio__buf_append(out, "\r\n", 2);
    }
}

static void append_custom(struct lws *wsi, const char *name, sio__buf_t *out)
{
    char field[64];
    int name_len = lws_snprintf(field, sizeof(field), "%s:", name);
    int len = lws_hdr_custom_length(wsi, field, name_len);

    if (len < 0 || !sio__buf_reserve(out, (size_t)name_len + (size_t)len + 3))
        return;
    sio__buf_append(out, field, (size_t)name_len);
    lws_hdr_custom_copy(wsi, out->data + out->len, len + 1, field, name_len);
    out->len += (size_t)len;
    sio__buf_append(out, "\r\n", 2);
}

static bool header_is(struct lws *wsi, enum lws_token_indexes token, const char *value)
{
    char text[32];

    return lws_hdr_copy(wsi, text, sizeof(text), token) > 0 && strcasecmp(text, value) == 0;
}

/* ---- the whole ---- */

static const char *method_name(int method)
{
    switch (method) {
    case LWSHUMETH_GET:
        return "GET";
    case LWSHUMETH_POST:
        return "POST";
    case LWSHUMETH_OPTIONS:
        return "OPTIONS";
    case LWSHUMETH_PUT:
        return "PUT";
    case LWSHUMETH_PATCH:
        return "PATCH";
    case LWSHUMETH_DELETE:
        return "DELETE";
    case LWSHUMETH_HEAD:
        return "HEAD";
    default:
        return NULL;
    }
}

/* Without a length, libwebsockets takes a body of these to have no end, and one of any other to be
 * the next request. */
static bool body_ends(struct lws *wsi, int method)
{
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
        return false;
    return lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) ||
           (method != LWSHUMETH_POST && method != LWSHUMETH_PUT && method != LWSHUMETH_PATCH);
}

bool eio_lws_request_text(struct lws *wsi, const struct lws_protocol_vhost_options *options,
                          sio__buf_t *out, bool *reusable)
{
    char *path = NULL;
    int path_len = 0;
    int method = lws_http_get_uri_and_method(wsi, &path, &path_len);
    int token;

    if (!method_name(method))
        return false;
    *reusable = body_ends(wsi, method);
    sio__buf_append_str(out, method_name(method));
    sio__buf_append_char(out, ' ');
    append_encoded(out, path, (size_t)path_len);
    append_query(wsi, out);
    sio__buf_append_str(out, header_is(wsi, WSI_TOKEN_HTTP, "HTTP/1.0") ? " HTTP/1.0\r\n"
                                                                        : " HTTP/1.1\r\n");
    for (token = 0; token < WSI_TOKEN_COUNT; token++)
        append_known(wsi, (enum lws_token_indexes)token, out);
    for (; options; options = options->next) {
        if (strcmp(options->name, "header") == 0)
            append_custom(wsi, options->value, out);
    }
    sio__buf_append(out, "\r\n", 2);
    return !out->failed;
}
