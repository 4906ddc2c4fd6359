/*
 * The server as a protocol of a libwebsockets vhost that the program owns: each HTTP request and
 * each WebSocket that reaches the protocol becomes a stream, and what serves the server's own
 * connections serves it. Called by server.c.
 */
#ifndef EIO_LWS_VHOST_H
#define EIO_LWS_VHOST_H

#include "base/buf.h"
#include "engineio/stream.h"

/* All streams of a server in vhosts of the program's; made at the first eio_server_lws_protocol().
 */
typedef struct eio_vhost eio_vhost_t;

/* Requests being answered and WebSockets open, but for those whose sockets are streams of the
 * server's layer. NULL is allowed, here and below. */
size_t eio_vhost_count(const eio_vhost_t *vhost);

/* Adds the bytes in both directions since the start. */
void eio_vhost_bytes(const eio_vhost_t *vhost, uint64_t *in, uint64_t *out);

void eio_vhost_each(eio_vhost_t *vhost, void (*fn)(eio_stream_t *stream));

/* Closes all streams at once and forgets the server: from now on the protocol refuses whoever
 * comes. */
void eio_vhost_end(eio_vhost_t *vhost);

/* ---- lws_request.c ---- */

struct lws;
struct lws_protocol_vhost_options;

/*
 * Puts a request that libwebsockets has parsed into text again. Header fields that it doesn't know
 * are taken when `options` names them ("header" = "x-name"). False when out of memory. *reusable:
 * libwebsockets knows where the body ends, and the connection can carry another request.
 */
bool eio_lws_request_text(struct lws *wsi, const struct lws_protocol_vhost_options *options,
                          sio__buf_t *out, bool *reusable);

#endif
