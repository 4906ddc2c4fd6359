/*
 * Middlewares: functions that let a connection, an event or a handshake pass, now or later. A
 * sio_next_t goes from one to the next, and back to who asked.
 */
#ifndef SIO_MIDDLEWARE_H
#define SIO_MIDDLEWARE_H

#include "engineio/engine.h"
#include "socketio/event.h"
#include "socketio/socket.h"

/* Whether a new socket may connect; goes on in sio__socket_connect() or sends CONNECT_ERROR. */
void sio__middleware_connection(sio_socket_t *socket);

/* Whether an event may be handled; goes on in sio__dispatch(). */
void sio__middleware_event(sio_socket_t *socket, sio_event_t *event);

/* allowRequest. */
void sio__middleware_request(sio_server_t *io, eio_request_t *request, eio_verdict_t *verdict);

/* handle_event.c: calls the handlers of an event's name. */
void sio__dispatch(sio_socket_t *socket, sio_event_t *event);

#endif
