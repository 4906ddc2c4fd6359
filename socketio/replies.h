/*
 * The acknowledgements of many: clients that got a broadcast, or servers that got an event of ours.
 * Calls back exactly once: when all have answered, when the time is over, when the server ends.
 */
#ifndef SIO_REPLIES_H
#define SIO_REPLIES_H

#include "socketio/socket.h"

/* Not waiting yet. NULL: out of memory, or fn is NULL. Any thread. */
sio_replies_t *sio__replies_new(sio_namespace_t *nsp, unsigned timeout_ms, sio_replies_fn fn,
                                void *user);

/* Of one that never began: no call back. NULL is allowed. Any thread. */
void sio__replies_free(sio_replies_t *replies);

/* Those who are asked are other servers, one reply each. */
void sio__replies_of_servers(sio_replies_t *replies);

/* The acknowledgement id that its packets carry. */
uint64_t sio__replies_id(const sio_replies_t *replies);

/* Where other servers' answers go. */
sio__ack_sink_t *sio__replies_sink(sio_replies_t *replies);

/* Waits from now on; those who are asked are told of it until end_asking(). Loop thread. False: it
   has called back already. */
bool sio__replies_begin(sio_replies_t *replies);
void sio__replies_end_asking(sio_replies_t *replies, bool local);

/* A connected socket is about to get the packet. */
void sio__replies_expect(sio_replies_t *replies, sio_socket_t *socket);

/* It comes to nothing: calls back with that error. Loop thread. */
void sio__replies_fail(sio_replies_t *replies, int error);

/* The index-th reply with its value as the only argument, or without. NULL: there are fewer. */
const sio_event_t *sio__replies_event(const sio_replies_t *replies, size_t index);

#endif
