/* A stream that is no socket: what is written to it is kept, and whether it was closed. For tests
 * and fuzzing. */
#ifndef TESTS_FAKE_STREAM_H
#define TESTS_FAKE_STREAM_H

#include "base/buf.h"
#include "engineio/stream.h"

typedef struct fake_stream {
    eio_stream_t base;
    sio__buf_t out;
    bool closed;
    bool finished;
    bool take_nothing; /* the next write blocks */
} fake_stream_t;

static int fake_write(eio_stream_t *stream, const void *data, size_t len)
{
    fake_stream_t *fake = (fake_stream_t *)stream;

    sio__buf_append(&fake->out, data, len);
    stream->blocked = fake->take_nothing;
    return 0;
}

static void fake_pause(eio_stream_t *stream, bool paused)
{
    (void)stream;
    (void)paused;
}

static void fake_finish(eio_stream_t *stream)
{
    ((fake_stream_t *)stream)->finished = true;
}

static void fake_close(eio_stream_t *stream)
{
    ((fake_stream_t *)stream)->closed = true;
}

static inline void fake_stream_init(fake_stream_t *fake)
{
    static const eio_stream_ops_t ops = {fake_write, fake_pause, fake_finish, fake_close};

    memset(fake, 0, sizeof(*fake));
    fake->base.ops = &ops;
}

/* The kernel has taken what was written. */
static inline void fake_stream_unblock(fake_stream_t *fake)
{
    fake->take_nothing = fake->base.blocked = false;
    if (fake->base.handler)
        fake->base.handler->on_writable(fake->base.user);
}

/* The connection is gone. */
static inline void fake_stream_end(fake_stream_t *fake)
{
    const eio_stream_handler_t *handler = fake->base.handler;

    fake->base.closing = true;
    fake->base.handler = NULL;
    if (handler)
        handler->on_closed(fake->base.user, 0);
    sio__buf_free(&fake->out);
}

#endif
