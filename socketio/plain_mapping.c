/* What a plain WebSocket receives for an event; see socketio/ws.h. */
#include "base/alloc.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "socketio/event.h"
#include "base/json_scan.h"
#include "socketio/plain.h"

#include <string.h>

/* ------------------------------------------------------------- "message" with a single argument */

/* What leaves must be UTF-8: a lone surrogate, which has three bytes here, becomes U+FFFD. */
static void replace_surrogates(char *text, size_t len)
{
    for (size_t i = 0; i + 2 < len; i++)
        if ((unsigned char)text[i] == 0xed && (unsigned char)text[i + 1] >= 0xa0)
            memcpy(text + i, "\xef\xbf\xbd", 3);
}

static eio_message_t *text_of_string(sio__span_t token)
{
    char *plain = sio__malloc(token.len);
    eio_message_t *message;
    size_t len;

    if (!plain)
        return NULL;
    len = sio__json_unescape(token, plain);
    replace_surrogates(plain, len);
    message = eio_message_copy_plain(false, plain, len);
    sio__free(plain);
    return message;
}

static eio_message_t *message_of_value(const sio_value_t *value)
{
    sio__span_t text, bytes;

    bytes.data = sio_value_bytes(value, &bytes.len);
    if (bytes.data)
        return eio_message_copy_plain(true, bytes.data, bytes.len);
    text.data = sio_value_text(value, &text.len);
    return *text.data == '"' ? text_of_string(text)
                             : eio_message_copy_plain(false, text.data, text.len);
}

/* -------------------------------------------------------------------------------- other events */

static void append_base64(sio__buf_t *out, sio__span_t bytes)
{
    size_t len = SIO__BASE64_ENCODED_LEN(bytes.len);

    sio__buf_append_char(out, '"');
    if (sio__buf_reserve(out, len)) {
        sio__base64_encode(bytes.data, bytes.len, out->data + out->len);
        out->len += len;
    }
    sio__buf_append_char(out, '"');
}

static void append_attachments(sio__buf_t *out, sio__attachments_t attachments)
{
    if (!attachments.count)
        return;
    sio__buf_append_str(out, ",\"attachments\":[");
    for (size_t i = 0; i < attachments.count; i++) {
        if (i)
            sio__buf_append_char(out, ',');
        append_base64(out, attachments.items[i]);
    }
    sio__buf_append_char(out, ']');
}

static eio_message_t *message_of_event(const sio_event_t *event, size_t count)
{
    sio__buf_t out = SIO__BUF_INIT;
    eio_message_t *message = NULL;

    sio__buf_append_str(&out, "{\"type\":");
    sio__json_append_string(&out, event->name, event->name_len);
    sio__buf_append_str(&out, ",\"args\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            sio__buf_append_char(&out, ',');
        sio__buf_append(&out, event->args[i].text.data, event->args[i].text.len);
    }
    sio__buf_append_char(&out, ']');
    append_attachments(&out, event->attachments);
    sio__buf_append_char(&out, '}');
    if (!out.failed)
        message = eio_message_copy_plain(false, out.data, out.len);
    sio__buf_free(&out);
    return message;
}

/* ---------------------------------------------------------------------------------- the mapping */

static bool is_message(const sio_event_t *event, size_t count)
{
    return count == 1 && event->name_len == 7 && memcmp(event->name, "message", 7) == 0;
}

/* The program's way. */
static eio_message_t *map_by(const sio__ws_hook_t *hook, sio_event_t *event, size_t count)
{
    sio_ws_out_t out = {.message = NULL};
    size_t all = event->arg_count;

    event->arg_count = count;
    ((sio_ws_map_event_fn)hook->fn)(event, &out, hook->user);
    event->arg_count = all;
    return out.message;
}

static eio_message_t *map(const sio_ws_endpoint_t *endpoint, sio_event_t *event, size_t count)
{
    const sio__ws_hook_t *hook = &endpoint->hooks[SIO__WS_MAP_EVENT];

    if (!event->name)
        return NULL;
    if (hook->fn)
        return map_by(hook, event, count);
    return is_message(event, count) ? message_of_value(&event->args[0])
                                    : message_of_event(event, count);
}

/* `hidden` arguments at the end are not the program's. */
static eio_message_t *map_text(sio_ws_t *ws, sio__span_t text, sio__attachments_t attachments,
                               size_t hidden)
{
    unsigned depth = ws->endpoint->server->max_json_depth;
    eio_message_t *message;
    const char *error;
    sio__packet_t packet;
    sio_event_t event;

    if (sio__packet_decode(text.data, text.len, UINT32_MAX, depth, &packet, &error) ||
        sio__event_init(&event, &ws->socket, &packet, attachments, depth, &error))
        return NULL;
    if (hidden > event.arg_count)
        hidden = event.arg_count;
    message = map(ws->endpoint, &event, event.arg_count - hidden);
    sio__event_clear(&event);
    return message;
}

eio_message_t *sio__ws_message_of_text(sio_ws_t *ws, sio__span_t text,
                                       sio__attachments_t attachments, bool no_compress)
{
    eio_message_t *message = map_text(ws, text, attachments, 0);

    if (message)
        message->no_compress = no_compress;
    return message;
}

static eio_message_t *map_bundle(sio_ws_t *ws, const sio__bundle_t *bundle)
{
    const eio_message_t *text = bundle->messages[0];
    sio__attachments_t attachments = {NULL, bundle->count - 1};
    eio_message_t *message;

    attachments.items = sio__malloc(bundle->count * sizeof(*attachments.items));
    if (!attachments.items)
        return NULL;
    for (size_t i = 1; i < bundle->count; i++)
        attachments.items[i - 1] =
            (sio__span_t){(const char *)bundle->messages[i]->packet, bundle->messages[i]->len};
    message = map_text(ws, (sio__span_t){(const char *)text->packet + 1, text->len - 1},
                       attachments, bundle->has_offset);
    if (message)
        message->no_compress = text->no_compress;
    sio__free(attachments.items);
    return message;
}

eio_message_t *sio__ws_message_of_bundle(sio_ws_t *ws, sio__bundle_t *bundle)
{
    if (bundle->plain && (!bundle->plain_for || bundle->plain_for == ws->endpoint))
        return bundle->plain;
    eio_message_unref(bundle->plain);
    bundle->plain = map_bundle(ws, bundle);
    bundle->plain_for = ws->endpoint;
    return bundle->plain;
}

/* ------------------------------------------------------------------------ what a mapping writes */

static int write_message(sio_ws_out_t *out, bool binary, const void *data, size_t len)
{
    if (out->message || out->encoder)
        return SIO_ESTATE;
    out->message = eio_message_copy_plain(binary, data, len);
    return out->message ? SIO_OK : SIO_ENOMEM;
}

int sio_ws_out_json(sio_ws_out_t *out, const json_t *json)
{
    sio__buf_t text = SIO__BUF_INIT;
    int error = json ? sio__json_append_jansson(&text, json) : SIO_EINVAL;

    if (!error)
        error = write_message(out, false, text.data, text.len);
    sio__buf_free(&text);
    return error;
}

int sio_ws_out_text(sio_ws_out_t *out, const char *text, size_t len)
{
    return sio__utf8_valid(text, len) ? write_message(out, false, text, len) : SIO_EINVAL;
}

int sio_ws_out_binary(sio_ws_out_t *out, const void *data, size_t len)
{
    return write_message(out, true, data, len);
}

int sio_ws_out_event(sio_ws_out_t *out, const char *name, const char *format, ...)
{
    sio__source_t source = {.form = SIO__FROM_FORMAT, .format = format};
    int error = SIO_ESTATE;
    va_list va;

    va_start(va, format);
    source.va = &va;
    if (out->encoder && !out->written)
        error = sio__encoder_event(out->encoder, out->nsp, name, SIO__NO_ACK);
    if (error) {
        sio__source_drop(&source);
    } else {
        out->written = true;
        error = sio__encoder_append(out->encoder, &source);
        out->failed = error != SIO_OK;
    }
    va_end(va);
    return error;
}
