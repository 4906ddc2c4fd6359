/* Acknowledgements that the server waits for. Each calls back exactly once: reply, timeout or
 * disconnect. Loop thread. */
#ifndef SIO_ACK_H
#define SIO_ACK_H

#include "socketio/socket.h"

struct sio__ack;
typedef struct sio__ack sio__ack_t;

/* Waits from now on. NULL: out of memory. */
sio__ack_t *sio__ack_new(sio_reply_fn fn, void *user, unsigned timeout_ms, uint64_t id);
int sio__ack_start(sio_socket_t *socket, sio__ack_t *ack);

/* Without a call back, for an emit that failed. Stops it if it waits. */
void sio__ack_free(sio__ack_t *ack);

/* Acknowledgements that started and are freed together, as long as they wait. */
void sio__ack_group(sio__ack_t *ack, sio__list_t *group);
void sio__ack_free_all(sio__list_t *group);

/* Ends it with a call back. */
void sio__ack_end(sio__ack_t *ack, int status, const sio_event_t *reply);

sio__ack_t *sio__ack_find(sio_socket_t *socket, double id);

/* The socket has gone. */
void sio__ack_end_all(sio_socket_t *socket);

#endif
