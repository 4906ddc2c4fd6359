/* The Engine.IO messages of one packet, behind each other in one memory that is used again. */
#ifndef SIO_MESSAGES_H
#define SIO_MESSAGES_H

#include "base/buf.h"
#include "base/span.h"
#include "socketio/socketio.h"

struct sio_messages {
    sio__buf_t bytes;
    sio__buf_t ends; /* of sio__message_end_t */
};

#define SIO__MESSAGES_INIT           \
    {                                \
        SIO__BUF_INIT, SIO__BUF_INIT \
    }

typedef struct sio__message_end {
    size_t end; /* in bytes */
    bool binary;
} sio__message_end_t;

/* What was appended to `bytes` since the last one is a message. */
void sio__messages_end(sio_messages_t *messages, bool binary);

size_t sio__messages_count(const sio_messages_t *messages);
sio__span_t sio__messages_get(const sio_messages_t *messages, size_t index, bool *binary);

static inline bool sio__messages_failed(const sio_messages_t *messages)
{
    return messages->bytes.failed || messages->ends.failed;
}

void sio__messages_clear(sio_messages_t *messages); /* keeps the memory */
void sio__messages_free(sio_messages_t *messages);

#endif
