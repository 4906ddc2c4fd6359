#include "socketio/recipients.h"

#include "base/alloc.h"
#include "socketio/emit.h"

bool sio__recipients_add(sio__recipients_t *recipients, sio_socket_t *socket)
{
    if (recipients->count == recipients->cap) {
        size_t cap = recipients->cap ? recipients->cap * 2 : 16;
        sio_socket_t **grown = sio__realloc(recipients->items, cap * sizeof(*grown));

        if (!grown)
            return false;
        recipients->items = grown;
        recipients->cap = cap;
    }
    recipients->items[recipients->count++] = sio_socket_ref(socket);
    return true;
}

void sio__recipients_send(sio__recipients_t *recipients, const sio__bundle_t *bundle,
                          unsigned flags)
{
    for (size_t i = 0; i < recipients->count; i++) {
        sio_socket_t *socket = recipients->items[i];

        sio__notify_outgoing_bundle(socket, bundle);
        if (sio__socket_state(socket) == SIO__CONNECTED &&
            sio__send_bundle(socket, bundle, flags) == SIO_OK)
            socket->nsp->server->counts.deliveries++;
        sio_socket_unref(socket);
    }
    sio__free(recipients->items);
    *recipients = (sio__recipients_t){NULL, 0, 0};
}
