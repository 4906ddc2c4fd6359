/* A client leaves a namespace; its connection stays. */
#include "socketio/client.h"
#include "socketio/socket.h"

void sio__handle_disconnect(sio_socket_t *socket)
{
    sio__socket_close(socket, SIO_REASON_CLIENT_NAMESPACE_DISCONNECT, "DISCONNECT packet");
}
