/* What a plain WebSocket receives for an event; see socketio/ws.h. */
#include "base/alloc.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "socketio/event.h"
#include "base/json_scan.h"
#include "socketio/plain.h"

#include <string.h>

/* ------------------------------------------------------------- "message" with a single argument */

/* What leaves must be UTF-8: lone surrogates don't go into a text message. */
static eio_message_t *text_of_string(sio__span_t token)
{
    char *plain = sio__malloc(4 * token.len);
    eio_message_t *message = NULL;
    char *repaired;
    size_t len;

    if (!plain)
        return NULL;
    len = sio__json_unescape(token, plain);
    repaired = plain + token.len;
    if (sio__utf8_valid(plain, len))
        message = eio_message_copy_plain(false, plain, len);
    else
        message = eio_message_copy_plain(false, repaired, sio__utf8_repair(plain, len, repaired));
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

static eio_message_t *map(const sio_ws_endpoint_t *endpoint, const sio_event_t *event, size_t count)
{
    (void)endpoint;
    if (!event->name)
        return NULL;
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
