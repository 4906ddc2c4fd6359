/* Socket.IO packets in MessagePack, as npm's socket.io-msgpack-parser 3.0.2 has them. */
#ifndef SIO_MSGPACK_H
#define SIO_MSGPACK_H

#include "base/msgpack.h"
#include "socketio/packet.h"

/* Packets; see struct sio_parser. */
int sio__msgpack_decode(const char *message, size_t len, unsigned max_depth, sio__packet_t *packet,
                        sio__args_t *args, const char **error);
int sio__msgpack_encode(const sio__packet_t *packet, sio__attachments_t attachments,
                        sio__buf_t *out);

#endif
