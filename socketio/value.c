/* One received argument, or a part of one that sio_unpack() handed out. */
#include "socketio/event.h"
#include "base/json_scan.h"

enum sio_value_type sio_value_type(const sio_value_t *value)
{
    sio__span_t bytes;

    if (!value)
        return SIO_NULL;
    switch (value->text.data[0]) {
    case 'n':
        return SIO_NULL;
    case 'f':
        return SIO_FALSE;
    case 't':
        return SIO_TRUE;
    case '"':
        return SIO_STRING;
    case '[':
        return SIO_ARRAY;
    case '{':
        return sio__event_attachment(value->event, value->text, &bytes) ? SIO_BYTES : SIO_OBJECT;
    default:
        return SIO_NUMBER;
    }
}

const char *sio_value_text(const sio_value_t *value, size_t *len)
{
    if (len)
        *len = value ? value->text.len : 0;
    return value ? value->text.data : NULL;
}

json_t *sio_value_json(const sio_value_t *value)
{
    /* What was parsed is kept, which nobody but this function can tell. */
    sio_value_t *cache = (sio_value_t *)(uintptr_t)value;
    sio__span_t bytes;

    if (!value || sio__event_attachment(value->event, value->text, &bytes))
        return NULL;
    if (!value->json && !value->unparsable) {
        cache->json = sio__json_parse(value->text);
        cache->unparsable = !value->json;
    }
    return value->json;
}

static const void *give_bytes(bool found, sio__span_t bytes, size_t *len)
{
    if (len)
        *len = found ? bytes.len : 0;
    if (!found)
        return NULL;
    return bytes.data ? bytes.data : ""; /* NULL would mean that there is none */
}

const void *sio_value_bytes(const sio_value_t *value, size_t *len)
{
    sio__span_t bytes = {NULL, 0};
    bool found = value && sio__event_attachment(value->event, value->text, &bytes);

    return give_bytes(found, bytes, len);
}

const void *sio_value_attachment(const sio_value_t *value, size_t num, size_t *len)
{
    const sio_event_t *event = value ? value->event : NULL;

    if (!event || num >= event->attachments.count)
        return give_bytes(false, (sio__span_t){NULL, 0}, len);
    return give_bytes(true, event->attachments.items[num], len);
}
