/* Sockets on their way to getting a packet while the program's handlers may change anything. */
#ifndef SIO_RECIPIENTS_H
#define SIO_RECIPIENTS_H

#include "socketio/encoder.h"
#include "socketio/socket.h"

typedef struct sio__recipients {
    sio_socket_t **items; /* references */
    size_t count, cap;
} sio__recipients_t;

/* False: out of memory. */
bool sio__recipients_add(sio__recipients_t *recipients, sio_socket_t *socket);

/* To all that are still connected, each told of it first; then there are none. */
void sio__recipients_send(sio__recipients_t *recipients, const sio__bundle_t *bundle,
                          unsigned flags);

#endif
