/* A socket somewhere in the cluster, as sio_fetch_sockets() finds it. Upstream's RemoteSocket. */
#ifndef SIO_REMOTE_H
#define SIO_REMOTE_H

#include "socketio/socket.h"

/* One reference. NULL: out of memory. */
sio_remote_t *sio__remote_of_socket(sio_socket_t *socket);

/* From { id, handshake, rooms, data }, borrowed. NULL: out of memory, or it isn't one. */
sio_remote_t *sio__remote_of_description(sio_namespace_t *nsp, json_t *description);

#endif
