/* Packets that are kept for clients which are away: the offset at their end, and a reference to
 * their messages, attachments included. Called by recovery.c. */
#include "socketio/recovery.h"

#include "base/alloc.h"

#include <string.h>

/* Where the array of a text packet ends: at its last byte. */
static sio__span_t text_of(const sio__bundle_t *bundle)
{
    const eio_message_t *text = bundle->messages[0];

    return (sio__span_t){(const char *)text->packet + 1, text->len - 1};
}

bool sio__bundle_ends_with_string(const sio__bundle_t *bundle)
{
    sio__span_t text = text_of(bundle);
    size_t end = text.len - 1; /* ']' */

    while (end > 0 && strchr(" \t\r\n", text.data[end - 1]))
        end--;
    return end > 0 && text.data[end - 1] == '"';
}

/* With a parser but the default, what is sent is made of the text. */
static int parse_again(sio__bundle_t *bundle)
{
    sio__bundle_drop_parsed(bundle);
    return sio__bundle_parse(bundle, bundle->parser) ? SIO_OK : SIO_ENOMEM;
}

/* An event's array is never empty: its name comes first. */
int sio__bundle_append_string(sio__bundle_t *bundle, const char *string)
{
    sio__span_t text = text_of(bundle);
    size_t len = strlen(string);
    eio_message_t *longer = eio_message_new(false, text.len + len + 3);
    char *at;

    if (!longer)
        return SIO_ENOMEM;
    longer->no_compress = bundle->messages[0]->no_compress;
    at = (char *)eio_message_payload(longer);
    memcpy(at, text.data, text.len - 1);
    at += text.len - 1;
    *at++ = ',';
    *at++ = '"';
    memcpy(at, string, len);
    at += len;
    *at++ = '"';
    *at = ']';
    bundle->bytes += longer->len - bundle->messages[0]->len;
    eio_message_unref(bundle->messages[0]);
    bundle->messages[0] = longer;
    bundle->has_offset = true;
    return bundle->parsed ? parse_again(bundle) : SIO_OK;
}

sio__bundle_t *sio__bundle_share(const sio__bundle_t *bundle)
{
    size_t size = sizeof(*bundle) + bundle->count * sizeof(bundle->messages[0]);
    sio__bundle_t *copy = sio__malloc(size);

    if (!copy)
        return NULL;
    memcpy(copy, bundle, size);
    for (size_t i = 0; i < copy->count; i++)
        eio_message_ref(copy->messages[i]);
    copy->plain = NULL; /* those who come back are never plain WebSockets */
    if (sio__bundle_share_parsed(copy, bundle))
        return copy;
    sio__bundle_free(copy);
    return NULL;
}

size_t sio__bundle_memory(const sio__bundle_t *bundle)
{
    return sizeof(*bundle) + bundle->bytes +
           bundle->count * (sizeof(bundle->messages[0]) + sizeof(*bundle->messages[0]));
}
