#include "socketio/messages.h"

#include "base/utf8.h"

#include <string.h>

void sio__messages_end(sio_messages_t *messages, bool binary)
{
    const sio__message_end_t end = {messages->bytes.len, binary};

    sio__buf_append(&messages->ends, &end, sizeof(end));
}

int sio_messages_add(sio_messages_t *messages, bool binary, const void *data, size_t len)
{
    if (!binary && !sio__utf8_valid(data, len))
        return SIO_EINVAL;
    sio__buf_append(&messages->bytes, data, len);
    sio__messages_end(messages, binary);
    return sio__messages_failed(messages) ? SIO_ENOMEM : SIO_OK;
}

size_t sio__messages_count(const sio_messages_t *messages)
{
    return messages->ends.len / sizeof(sio__message_end_t);
}

static sio__message_end_t end_at(const sio_messages_t *messages, size_t index)
{
    sio__message_end_t end;

    memcpy(&end, messages->ends.data + index * sizeof(end), sizeof(end));
    return end;
}

sio__span_t sio__messages_get(const sio_messages_t *messages, size_t index, bool *binary)
{
    const sio__message_end_t end = end_at(messages, index);
    size_t start = index ? end_at(messages, index - 1).end : 0;

    *binary = end.binary;
    return (sio__span_t){messages->bytes.data + start, end.end - start};
}

void sio__messages_clear(sio_messages_t *messages)
{
    sio__buf_clear(&messages->bytes);
    sio__buf_clear(&messages->ends);
}

void sio__messages_free(sio_messages_t *messages)
{
    sio__buf_free(&messages->bytes);
    sio__buf_free(&messages->ends);
}
