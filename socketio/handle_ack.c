/* A client acknowledges an event. */
#include "socketio/ack.h"
#include "socketio/client.h"
#include "socketio/event.h"

void sio__handle_ack(sio_socket_t *socket, const sio__packet_t *packet,
                     sio__attachments_t attachments)
{
    sio_server_t *io = socket->nsp->server;
    sio__ack_t *ack = packet->has_id ? sio__ack_find(socket, packet->id) : NULL;
    const char *error;
    sio_event_t reply;

    if (sio__event_init(&reply, socket, packet, attachments, io->max_json_depth, &error)) {
        sio__client_error(socket->client, error);
        return;
    }
    if (ack) {
        io->counts.acks_in++;
        sio__ack_end(ack, SIO_OK, &reply);
    } else {
        io->counts.acks_late++;
        SIO__LOG(&io->log, SIO__DEBUG, "socket.io:socket", "%s: bad ack %.0f", socket->id,
                 packet->id);
    }
    sio__event_clear(&reply);
}
