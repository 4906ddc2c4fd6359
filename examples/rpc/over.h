/* The two ways to call: each sets up its handlers. 0 or a negative enum sio_error. */
#ifndef RPC_OVER_H
#define RPC_OVER_H

#include <socketio/socketio.h>

/* Plain WebSocket at /ws/rpc: JSON messages with an id. */
int over_ws_init(sio_server_t *io);

/* Socket.IO: an event is a method, its acknowledgement the answer. */
int over_acks_init(sio_server_t *io);

#endif
