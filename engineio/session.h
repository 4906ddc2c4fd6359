/*
 * One client's Engine.IO session: its state, outbox, heartbeat and transport (and a second one
 * while it upgrades). Upstream's Socket.
 */
#ifndef EIO_SESSION_H
#define EIO_SESSION_H

#include "base/id.h"
#include "base/map.h"
#include "engineio/engine.h"
#include "engineio/outbox.h"
#include "engineio/packet.h"
#include "engineio/transport.h"

typedef enum eio_session_state {
    EIO_OPENING,
    EIO_OPEN,
    EIO_CLOSING,
    EIO_CLOSED
} eio_session_state_t;

struct eio_session {
    /* What every message touches comes first, so that it shares cache lines. */
    eio_server_t *server;
    eio_transport_t *transport;
    struct eio_plain_session *plain; /* of a plain WebSocket; NULL: it speaks Engine.IO */
    void *user;
    eio_outbox_t outbox;
    eio_deferred_t flush;
    uint8_t protocol; /* 3 or 4 */
    uint8_t state;
    bool paused;
    bool waited; /* packets had to wait, or were refused: their leaving is worth telling */
    bool awaiting_pong;
    bool pong_extended;
    bool upgraded;
    bool drained;          /* nothing waits any more: on_drained is due when `stall` fires */
    uint64_t progress;     /* counts flushes: whether the client reads */
    struct eio_rate *rate; /* of its packets, when that is limited */

    struct eio_upgrade *upgrade; /* while a WebSocket probes */
    eio_request_t *request;
    sio__map_node_t by_id;
    sio__list_t link; /* in the server's list */
    /* To the next ping, or to the end of the wait for its pong; of protocol 3: for a ping. */
    sio__timer_t heartbeat;
    sio__timer_t stall; /* runs while the outbox is over its limit */
    eio_deferred_t release;
    uint64_t progress_seen;   /* when the stall timer started */
    uint64_t progress_pinged; /* when the last ping was sent */
    uint64_t ends_at;         /* loop time; 0: it may live on */
    const char *detail;       /* of the close that is under way, static */
    eio_address_t *address;   /* whose sessions are counted; NULL: nobody's */
    char *id;                 /* own_id, or one of the program's */
    char own_id[SIO__ID_LEN + 1];
    uint8_t reason; /* as detail */
};

/* Opens a session for a handshake request, with that id or (NULL) a random one. NULL: out of
 * memory. The transport follows with eio_session_open(). */
eio_session_t *eio_session_new(eio_server_t *server, eio_request_t *request, unsigned protocol,
                               const char *id);
void eio_session_open(eio_session_t *session, eio_transport_t *transport);

/* The same for a plain WebSocket; it isn't found by its id. */
eio_session_t *eio_session_new_plain(eio_plain_t *endpoint, eio_request_t *request);
void eio_session_open_plain(eio_session_t *session, eio_transport_t *transport);

/* Whom it tells, and with what. */
const eio_handlers_t *eio_session_handlers(const eio_session_t *session, void **user);
size_t eio_session_max_message(const eio_session_t *session);

/* Takes it out of the server and frees it at the end of the iteration, without telling anybody: a
 * handshake that failed. */
void eio_session_abandon(eio_session_t *session);

/* From transports: a packet; NULL: something that is none. */
void eio_session_on_packet(eio_session_t *session, eio_transport_t *transport,
                           const eio_packet_t *packet);
void eio_session_on_transport_error(eio_session_t *session, eio_transport_t *transport,
                                    const char *detail);
void eio_session_on_transport_close(eio_session_t *session, eio_transport_t *transport,
                                    const char *detail);
void eio_session_on_transport_done(eio_session_t *session, eio_transport_t *transport);

/* A message over max_http_buffer_size is coming in, `size` bytes as far as is known. */
void eio_session_on_oversize(eio_session_t *session, const eio_transport_t *transport, size_t size);

/* The transport can send again. */
void eio_session_on_ready(eio_session_t *session);

/* Packets were taken out of the outbox. */
void eio_session_on_sent(eio_session_t *session, unsigned packets);

/* A control packet through the outbox, whatever its limit. */
void eio_session_send_packet(eio_session_t *session, eio_packet_type_t type, const char *data,
                             size_t len);

/* Ends the session now: state closed, timers stopped, transport closed, owner told. */
void eio_session_end(eio_session_t *session, eio_reason_t reason, const char *detail);

/* heartbeat.c */
void eio_heartbeat_start(eio_session_t *session);
void eio_heartbeat_on_ping(eio_session_t *session); /* protocol 3 */
void eio_heartbeat_on_pong(eio_session_t *session);
void eio_heartbeat_on_other(eio_session_t *session);

/* upgrade.c: a WebSocket that wants to take over a polling session. Takes the request. */
void eio_upgrade_begin(eio_session_t *session, eio_request_t *request);
void eio_upgrade_on_packet(eio_session_t *session, const eio_packet_t *packet);
void eio_upgrade_cancel(eio_session_t *session);
bool eio_upgrade_owns(const eio_session_t *session, const eio_transport_t *transport);

/* upgrade.c to session.c: the probed WebSocket takes over. */
void eio_session_switch(eio_session_t *session, eio_transport_t *transport);

/* handshake.c: the protocol that the parameter EIO asks for. */
unsigned eio_protocol_revision(const sio__span_t *version); /* NULL: absent */

/* Answers a request without sid that was found in order. Takes the request. */
void eio_handshake(eio_server_t *server, eio_request_t *request, bool websocket);

/* One more session of the request's address; false: over a limit, answered with 429. */
bool eio_address_may_open(eio_server_t *server, eio_request_t *request, eio_address_t **address);

#endif
