/* Engine.IO connections as the program sees them: a client is one. Upstream's socket.conn. */
#ifndef SIO_CONN_H
#define SIO_CONN_H

#include "socketio/client.h"

/* Tells those who listen for an event of the connection. */
void sio__conn_tell(sio__client_t *client, const sio_conn_info_t *info);

/* The engine's hooks. */
void sio__conn_on_packet(eio_session_t *session, bool created, const char *type, bool binary,
                         const char *data, size_t len, void *server);
void sio__conn_on_heartbeat(eio_session_t *session, void *server);
void sio__conn_on_flush(eio_session_t *session, size_t packets, void *server);
void sio__conn_on_drain(eio_session_t *session, void *server);
void sio__conn_on_oversize(eio_session_t *session, const char *transport, size_t size,
                           void *server);
void sio__conn_on_upgrading(eio_session_t *session, void *server);
void sio__conn_on_upgrade(eio_session_t *session, void *server);

void sio__conn_free(sio__client_t *client);

#endif
