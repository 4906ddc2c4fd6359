/* Sending to one socket: what emit, broadcasts and acknowledgements end in. Loop thread. */
#ifndef SIO_EMIT_H
#define SIO_EMIT_H

#include "socketio/encoder.h"
#include "socketio/socket.h"

/* 0, or what eio_session_send() says. Volatile packets that can't leave now are dropped: 0. */
int sio__send_encoded(sio_socket_t *socket, const sio__encoder_t *encoder, unsigned flags);
int sio__send_bundle(sio_socket_t *socket, const sio__bundle_t *bundle, unsigned flags);

/* To plain WebSockets. */
int sio__send_plain(sio_socket_t *socket, bool binary, const void *data, size_t len);
int sio__send_message(sio_socket_t *socket, eio_message_t *message, unsigned flags);

/* broadcast.c: to many. 0, SIO_ENOMEM. */
int sio__broadcast_bundle(sio_namespace_t *nsp, const sio__audience_t *audience,
                          sio__bundle_t *bundle);

/* To the clients of the audience that are connected here. */
void sio__deliver_bundle(sio_namespace_t *nsp, const sio__audience_t *audience,
                         const sio__bundle_t *bundle);
/* The same on any thread; takes the bundle. Also SIO_EBACKPRESSURE, SIO_ESTATE. */
int sio__broadcast_anywhere(sio_namespace_t *nsp, const sio__audience_t *audience,
                            sio__bundle_t *bundle);

/* Tells the catch-all listeners for outgoing events, if any. */
void sio__notify_outgoing(sio_socket_t *socket, sio__span_t text, sio__attachments_t attachments);
void sio__notify_outgoing_bundle(sio_socket_t *socket, const sio__bundle_t *bundle);

#endif
