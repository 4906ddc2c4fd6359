/*
 * A connection as a stream of bytes: TCP, TLS or Unix socket, non-blocking. HTTP and WebSocket
 * stand on it and know nothing of what carries it.
 */
#ifndef EIO_STREAM_H
#define EIO_STREAM_H

#include "base/list.h"
#include "engineio/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct eio_stream eio_stream_t;

typedef struct eio_stream_handler {
    /* `data` may be changed in place and is gone when the call returns. */
    void (*on_data)(void *user, uint8_t *data, size_t len);
    /* After a write that the kernel did not take whole: it has now. */
    void (*on_writable)(void *user);
    /* The last call; `error` is an errno or 0 when the peer closed or eio_stream_close() was
     * called. */
    void (*on_closed)(void *user, int error);
} eio_stream_handler_t;

/* How a kind of stream does what the functions below say. */
typedef struct eio_stream_ops {
    int (*write)(eio_stream_t *stream, const void *data, size_t len);
    void (*pause)(eio_stream_t *stream, bool paused);
    void (*finish)(eio_stream_t *stream);
    void (*close)(eio_stream_t *stream);
} eio_stream_ops_t;

/* The part that all kinds share; the kind's own structure holds it. */
struct eio_stream {
    const eio_stream_ops_t *ops;
    const eio_stream_handler_t *handler; /* NULL: nobody cares (any more) */
    void *user;
    void *owner; /* whoever accepted it keeps something here */
    bool closing;
    bool blocked;
    bool secure;
    bool paused;
    bool answered;  /* an upgrade's 101 has gone out already: nothing can be agreed on any more */
    uint8_t family; /* AF_INET, AF_INET6, AF_UNIX */
    uint8_t address[16];
};

/*
 * Sends all of `data`: what the kernel doesn't take now is kept and sent later, and then
 * on_writable is called; until then the stream is blocked and must not be written to. 0, or -1 when
 * it is closing (on_closed follows).
 */
static inline int eio_stream_write(eio_stream_t *stream, const void *data, size_t len)
{
    return stream->closing ? -1 : stream->ops->write(stream, data, len);
}

static inline bool eio_stream_blocked(const eio_stream_t *stream)
{
    return stream->blocked;
}

/* Stops and resumes reading, so that the kernel's window pushes back on the peer. */
static inline void eio_stream_pause(eio_stream_t *stream, bool paused)
{
    if (stream->paused == paused)
        return;
    stream->paused = paused;
    stream->ops->pause(stream, paused);
}

/* Tells the peer that nothing more will come; reading goes on. Over TLS without effect. */
static inline void eio_stream_finish(eio_stream_t *stream)
{
    stream->ops->finish(stream);
}

/* Closes at the end of the loop iteration; what a write left over is dropped. on_closed follows. */
static inline void eio_stream_close(eio_stream_t *stream)
{
    stream->closing = true;
    stream->ops->close(stream);
}

/* Forgets the handler: no further calls for this stream. */
static inline void eio_stream_detach(eio_stream_t *stream)
{
    stream->handler = NULL;
    stream->user = NULL;
}

/* Remembers the peer's address. */
void eio_stream_set_address(eio_stream_t *stream, const struct sockaddr *peer);

/* The peer's IP address as text ("" for a Unix socket), at most 46 bytes with the NUL. */
void eio_stream_address(const eio_stream_t *stream, char out[46]);

/* ---- the layer itself: all accepted streams on the loop ---- */

typedef struct eio_transport_layer eio_transport_layer_t;

struct eio_tls;
struct sio__log;
struct lws_vhost;

/* NULL when out of memory. */
eio_transport_layer_t *eio_transport_layer_new(eio_loop_t *loop, const struct sio__log *log,
                                               size_t max_connections, bool quiet);

/* Where accepted connections with this certificate go. NULL with *error: EIO_ETLS (files unusable),
 * EIO_ELOOP (libwebsockets can't run on this libuv loop: its plugin is missing, say; logged),
 * EIO_ENOMEM. */
struct lws_vhost *eio_transport_layer_vhost(eio_transport_layer_t *layer, const struct eio_tls *tls,
                                            int *error);

/*
 * Hands over an accepted socket (vhost NULL: without TLS); the descriptor is the stream's from here
 * on, also on failure (NULL). Set handler and user before returning to the loop.
 */
eio_stream_t *eio_stream_adopt(eio_transport_layer_t *layer, struct lws_vhost *vhost, int fd,
                               const struct sockaddr *peer);

/* Streams open; `on_gone` is called (within whatever closes it) for each that has gone. */
size_t eio_transport_layer_count(const eio_transport_layer_t *layer);
void eio_transport_layer_on_gone(eio_transport_layer_t *layer,
                                 void (*fn)(eio_stream_t *stream, void *user), void *user);

void eio_transport_layer_each(eio_transport_layer_t *layer, void (*fn)(eio_stream_t *stream));

/* Closes all streams; `done` comes when libuv is through with them, and the layer is freed then. */
void eio_transport_layer_close(eio_transport_layer_t *layer, void (*done)(void *user), void *user);

/* Bytes in both directions since the start. */
void eio_transport_layer_bytes(const eio_transport_layer_t *layer, uint64_t *in, uint64_t *out);

#endif
