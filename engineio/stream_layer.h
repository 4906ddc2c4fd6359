/*
 * What the kinds of accepted streams share: the list they are in, their counters, and how each of
 * them ends. For socket_stream.c and lws_stream.c.
 */
#ifndef EIO_STREAM_LAYER_H
#define EIO_STREAM_LAYER_H

#include "engineio/stream.h"

enum { EIO_READ_BUFFER = 65536 }; /* one per layer, not per connection */

struct eio_lws;

struct eio_transport_layer {
    eio_loop_t *loop;
    const struct sio__log *log;
    struct eio_lws *lws; /* what carries TLS; NULL until it is needed */
    bool quiet_libwebsockets;
    sio__list_t streams;
    size_t stream_count;
    size_t open_handles; /* of libuv, closing ones included */
    void (*on_gone)(eio_stream_t *stream, void *user);
    void *on_gone_user;
    uint64_t bytes_in, bytes_out;
    uv_idle_t closer;
    void (*done)(void *user);
    void *done_user;
    uint8_t buffer[EIO_READ_BUFFER];
};

typedef struct eio_layer_stream {
    eio_stream_t base;
    eio_transport_layer_t *layer;
    eio_deferred_t kill;
    sio__list_t link; /* in the layer's list of streams */
    int error;
    bool gone;
} eio_layer_stream_t;

/* `kill` ends the stream at the end of the iteration in which it is closed. */
void eio_layer_stream_init(eio_layer_stream_t *stream, eio_transport_layer_t *layer,
                           const eio_stream_ops_t *ops, void (*kill)(eio_deferred_t *deferred),
                           const struct sockaddr *peer);

/* Into the layer's list, once nothing can fail any more. */
void eio_layer_stream_add(eio_layer_stream_t *stream);

/* Bytes have come. */
void eio_layer_stream_received(eio_layer_stream_t *stream, void *data, size_t len);

/* What a write left over has gone. */
void eio_layer_stream_unblocked(eio_layer_stream_t *stream);

/* Out of the layer; handlers are told. Its memory is its kind's business. */
void eio_layer_stream_gone(eio_layer_stream_t *stream);

/* ---- lws_stream.c ---- */

/* ... and eio_transport_layer_vhost(). */
eio_layer_stream_t *eio_lws_adopt(eio_transport_layer_t *layer, struct lws_vhost *vhost, int fd,
                                  const struct sockaddr *peer);
/* Begins to close what was opened. Afterwards, whether it is through; asked once per iteration. */
void eio_lws_close(eio_transport_layer_t *layer);
bool eio_lws_closed(eio_transport_layer_t *layer);

/* ---- socket_stream.c ---- */

eio_layer_stream_t *eio_socket_adopt(eio_transport_layer_t *layer, int fd,
                                     const struct sockaddr *peer);

#endif
