/* The program's own libwebsockets server: a page, the route /hello, and a Socket.IO server beside
 * them. */
#ifndef EMBED_LWS_SITE_H
#define EMBED_LWS_SITE_H

#include <libwebsockets.h>
#include <socketio/socketio.h>
#include <uv.h>

/* Writes the context to *context, and NULL when it is gone again. Returns 0 or an error. */
int site_open(struct lws_context **context, uv_loop_t *loop, int port, sio_server_t *io);

#endif
