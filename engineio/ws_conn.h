/*
 * A WebSocket connection on a stream (RFC 6455, server side): frames in, whole messages to the
 * handler; ready-made frames out; control frames and both closing handshakes.
 */
#ifndef EIO_WS_CONN_H
#define EIO_WS_CONN_H

#include "base/span.h"
#include "engineio/stream.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct eio_ws eio_ws_t;

enum {
    EIO_WS_CODE_NORMAL = 1000,
    EIO_WS_CODE_GOING_AWAY = 1001,
    EIO_WS_CODE_PROTOCOL_ERROR = 1002,
    EIO_WS_CODE_NO_STATUS = 1005,
    EIO_WS_CODE_ABNORMAL = 1006,
    EIO_WS_CODE_INVALID_TEXT = 1007,
    EIO_WS_CODE_POLICY = 1008,
    EIO_WS_CODE_TOO_BIG = 1009,
    EIO_WS_CODE_INTERNAL_ERROR = 1011
};

typedef struct eio_ws_handler {
    /* `data` may be changed in place and is gone when the call returns; text is valid UTF-8. */
    void (*on_message)(void *user, bool binary, char *data, size_t len);
    /* The output that had to wait is gone: write again. */
    void (*on_writable)(void *user);
    /* A message over the limit is coming in, `size` bytes as far as is known; on_closed follows. */
    void (*on_too_big)(void *user, size_t size);
    /*
     * The last call. `code`: the peer's close code, EIO_WS_CODE_NO_STATUS, or EIO_WS_CODE_ABNORMAL
     * when it vanished (`error`: an errno, or 0); with `violation` the code we closed with because
     * the peer broke the protocol. `reason`: the peer's, valid UTF-8.
     */
    void (*on_closed)(void *user, unsigned code, bool violation, sio__span_t reason, int error);
    /* May be NULL. */
    void (*on_pong)(void *user, const char *data, size_t len);
} eio_ws_handler_t;

/*
 * A connection on a stream whose handshake is done. NULL: out of memory, the stream is closed. It
 * belongs to the stream: it goes when that is closed, after on_closed.
 */
eio_ws_t *eio_ws_new(eio_loop_t *loop, eio_stream_t *stream, size_t max_message,
                     const eio_ws_handler_t *handler, void *user);

/* Compressed messages are welcome, as agreed in the handshake. */
struct eio_deflate_params;
void eio_ws_allow_deflate(eio_ws_t *ws, const struct eio_deflate_params *params);

/* The window for what is sent, 0 when nothing was agreed. */
uint8_t eio_ws_deflate_bits(const eio_ws_t *ws);

/* Forgets the handler. */
void eio_ws_detach(eio_ws_t *ws);

/* Sends complete frames. Only when not blocked. 0, or -1 when it is closing. */
int eio_ws_write(eio_ws_t *ws, const void *frames, size_t len);
bool eio_ws_blocked(const eio_ws_t *ws);

/* A ping with up to EIO_WS_CONTROL_MAX bytes of payload; of several that have to wait the newest is
 * sent. */
enum { EIO_WS_CONTROL_MAX = 125 };
void eio_ws_ping(eio_ws_t *ws, const void *data, size_t len);

/*
 * Starts the closing handshake: a close frame (code 0: without status; up to EIO_WS_CONTROL_MAX - 2
 * bytes of reason) follows what was written, nothing can be written after it; the peer has 30 s to
 * answer. on_closed is not called any more.
 */
void eio_ws_close(eio_ws_t *ws, unsigned code, sio__span_t reason);

/* Closes the connection without a handshake. */
void eio_ws_abort(eio_ws_t *ws);

void eio_ws_pause(eio_ws_t *ws, bool paused);

/* Bytes that came behind the handshake; they are read at the end of the iteration. Takes the
 * buffer's memory. */
struct sio__buf;
void eio_ws_feed_later(eio_ws_t *ws, struct sio__buf *early);

#endif
