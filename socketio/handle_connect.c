/* A client asks for a namespace. */
#include "socketio/dynamic.h"
#include "socketio/middleware.h"
#include "socketio/recovery.h"

#include "base/alloc.h"

#include <string.h>

static const char area[] = "socket.io:client";

static void refuse(sio__client_t *client, sio__span_t name, char *text)
{
    const sio__buf_t json = {text, strlen(text), strlen(text), false};
    char *copy = sio__strndup(name.data, name.len);

    SIO__LOG(&client->server->log, SIO__DEBUG, area, "creation of namespace %.*s was denied",
             (int)(name.len < 64 ? name.len : 64), name.data);
    if (copy)
        sio__client_send(client, SIO__CONNECT_ERROR, copy, &json);
    sio__free(copy);
}

void sio__connect_refuse(sio__client_t *client, sio__span_t name)
{
    char text[] = "{\"message\":\"Invalid namespace\"}";

    refuse(client, name, text);
}

static bool too_many_namespaces(const sio__client_t *client)
{
    unsigned limit = client->server->max_namespaces;
    const sio__list_t *node;

    for (node = client->sockets.next; limit && node != &client->sockets; node = node->next) {
        if (--limit == 0)
            return true;
    }
    return false;
}

void sio__connect_to(sio__client_t *client, sio_namespace_t *nsp, sio__span_t auth)
{
    sio_socket_t *earlier = sio__client_find(client, (sio__span_t){nsp->name, nsp->name_len});
    sio_socket_t *socket;

    /* It asked twice while a function was deciding about the namespace. */
    if (earlier && sio__socket_state(earlier) == SIO__CONNECTED) {
        sio__client_close(client, "invalid state");
        return;
    }
    socket = sio__socket_new(client, nsp, auth);
    /* The client has given up an attempt that a middleware still holds. */
    if (earlier)
        sio__socket_drop(earlier);
    if (socket && nsp->recovery && client->protocol != 3)
        sio__recovery_begin(socket);
    else if (socket)
        sio__middleware_connection(socket);
    else
        sio__client_close(client, "out of memory");
}

void sio__handle_connect(sio__client_t *client, const sio__packet_t *packet)
{
    sio_namespace_t *nsp = sio__namespace_find(client->server, packet->nsp);
    char too_many[] = "{\"message\":\"Too many namespaces\"}";

    if (too_many_namespaces(client) && !sio__client_find(client, packet->nsp)) {
        client->server->counts.limited_namespaces++;
        refuse(client, packet->nsp, too_many);
    } else if (nsp) {
        sio__connect_to(client, nsp, packet->data);
    } else if (!sio__dynamic_connect(client, packet->nsp, packet->data)) {
        sio__connect_refuse(client, packet->nsp);
    }
}
