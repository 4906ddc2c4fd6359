/* A client asks for a namespace. */
#include "socketio/client.h"
#include "socketio/middleware.h"

#include "base/alloc.h"

static const char area[] = "socket.io:client";

static void refuse_unknown(sio__client_t *client, sio__span_t name)
{
    char text[] = "{\"message\":\"Invalid namespace\"}";
    const sio__buf_t json = {text, sizeof(text) - 1, sizeof(text), false};
    char *copy = sio__strndup(name.data, name.len);

    SIO__LOG(&client->server->log, SIO__DEBUG, area, "creation of namespace %.*s was denied",
             (int)(name.len < 64 ? name.len : 64), name.data);
    if (copy)
        sio__client_send(client, SIO__CONNECT_ERROR, copy, &json);
    sio__free(copy);
}

void sio__handle_connect(sio__client_t *client, const sio__packet_t *packet)
{
    sio_namespace_t *nsp = sio__namespace_find(client->server, packet->nsp);
    sio_socket_t *socket = nsp ? sio__client_find(client, packet->nsp) : NULL;

    if (!nsp) {
        refuse_unknown(client, packet->nsp);
        return;
    }
    /* The client has given up an attempt that a middleware still holds. */
    if (socket)
        sio__socket_drop(socket);
    socket = sio__socket_new(client, nsp, packet->data);
    if (socket)
        sio__middleware_connection(socket);
    else
        sio__client_close(client, "out of memory");
}
