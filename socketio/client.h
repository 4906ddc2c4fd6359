/* A client: one Engine.IO session, its half-received binary packet and its sockets. Upstream's
 * Client. */
#ifndef SIO_CLIENT_H
#define SIO_CLIENT_H

#include "base/list.h"
#include "base/wheel.h"
#include "engineio/engine.h"
#include "base/args.h"
#include "socketio/listeners.h"
#include "socketio/messages.h"
#include "socketio/packet.h"
#include "socketio/socketio.h"

#include <stdatomic.h>

struct sio__pending; /* a binary packet that waits for its attachments */

typedef struct sio_conn {
    sio_server_t *server;
    eio_session_t *session; /* NULL: closed */
    uint8_t protocol;       /* of Engine.IO: 3 (a client of Socket.IO v2) or 4 */
    eio_request_t *request; /* the session's first one */
    sio__list_t sockets;    /* one per namespace, connecting ones included */
    sio__timer_t connect_timer;
    struct sio__pending *pending;
    void *decoder; /* of a parser of the program's own */
    bool decoding;
    sio__listeners_t *listeners;
    sio_request_t *asked;        /* the same as `request`, for the program */
    unsigned checks;             /* dynamic namespaces asked about */
    struct sio__cursor *cursors; /* walks over its sockets */
    const char *last_transport;
    atomic_uint refs; /* the session's and its sockets'; the last socket may go on another thread,
                         after the loop */
    eio_deferred_t release;
} sio__client_t;

/* Without a session, and a reference for it. NULL: out of memory. */
sio__client_t *sio__client_new(sio_server_t *io, eio_request_t *request);

void sio__client_on_connection(eio_session_t *session, void *server);
void sio__client_on_message(eio_session_t *session, bool binary, const char *data, size_t len,
                            void *server);
void sio__client_on_closing(eio_session_t *session, void *server);
void sio__client_on_close(eio_session_t *session, eio_reason_t reason, const char *detail,
                          void *server);

/* Calls fn for each connected socket until it answers false; fn may do anything. */
void sio__client_each(sio__client_t *client, bool (*fn)(sio_socket_t *socket, void *user),
                      void *user);

/* What had to wait for the client has left. */
void sio__client_on_drained(eio_session_t *session, void *server);

sio_socket_t *sio__client_find(const sio__client_t *client, sio__span_t nsp);

/* A packet that isn't one: "error" for each socket, then the connection is closed. */
void sio__client_error(sio__client_t *client, const char *message);

/* Closes the connection. */
void sio__client_close(sio__client_t *client, const char *why);

/* Its program has connected anew before this connection's end was noticed: that is now. */
void sio__client_supersede(sio__client_t *client);

/* Disconnects all sockets and closes. */
void sio__client_disconnect(sio__client_t *client);

/* Sends a packet without arguments of the program: CONNECT, CONNECT_ERROR, DISCONNECT. */
int sio__client_send(sio__client_t *client, sio__packet_type_t type, const char *nsp,
                     const sio__buf_t *json);

/* All of them or none. */
int sio__send_messages(eio_session_t *session, const sio_messages_t *messages, bool no_compress);

/* The socket leaves the client's list. */
void sio__client_forget(sio_socket_t *socket);

/* Freed at the end of the loop's iteration, or (defer: false) at once: nobody else has it then. */
void sio__client_unref(sio__client_t *client, bool defer);

/* One function per packet type; `socket` is the connected one of the packet's namespace, or NULL.
 */
void sio__handle_connect(sio__client_t *client, const sio__packet_t *packet);
void sio__handle_disconnect(sio_socket_t *socket);
void sio__handle_event(sio_socket_t *socket, const sio__packet_t *packet,
                       sio__attachments_t attachments);
void sio__handle_ack(sio_socket_t *socket, const sio__packet_t *packet,
                     sio__attachments_t attachments);

#endif
