/*
 * What carries a session: long-polling or a WebSocket. A transport takes packets from its session's
 * outbox when it can send, and gives received ones to it; nobody but the session touches it.
 */
#ifndef EIO_TRANSPORT_H
#define EIO_TRANSPORT_H

#include "engineio/engine.h"

typedef struct eio_transport eio_transport_t;

typedef struct eio_transport_ops {
    const char *name;
    /* Whether packets could leave now. */
    bool (*writable)(const eio_transport_t *transport);
    /* Sends what the session's outbox holds, as far as it is writable. */
    void (*flush)(eio_transport_t *transport);
    /* An HTTP request of the session; polling only. Takes the request. */
    void (*on_request)(eio_transport_t *transport, eio_request_t *request);
    /* Holds back a client that sends faster than it reads. */
    void (*pause)(eio_transport_t *transport, bool paused);
    /*
     * Closes in an orderly way, behind what the session's outbox holds and can leave.
     * `eio_session_on_transport_done` follows when the session may consider itself closed: at once,
     * or when a poll came to fetch the close packet.
     */
    void (*close)(eio_transport_t *transport);
    /* The session is through with it: closes what is still open, frees the transport at the end of
     * the iteration. */
    void (*release)(eio_transport_t *transport);
} eio_transport_ops_t;

struct eio_transport {
    const eio_transport_ops_t *ops;
    eio_session_t *session; /* NULL once released */
    bool discarded;         /* closing need not wait for a poll */
    bool opening;           /* nothing is sent yet: what waits for that isn't backed up */
    bool closing;
    bool over_limit; /* the session was ended for the rate at which it brought packets */
};

eio_transport_t *eio_polling_new(eio_session_t *session, eio_request_t *request);

/* Ends HTTP on the request's connection with a 101 answer. NULL: no memory, or the connection has
 * gone. */
eio_transport_t *eio_websocket_new(eio_session_t *session, eio_request_t *request);

/* Sends one packet outside the outbox: the probe's answer. */
void eio_websocket_send_now(eio_transport_t *transport, const char *packet, size_t len);

/* Completes a WebSocket handshake for nobody: 101, then an empty close frame. */
void eio_websocket_accept_and_close(eio_server_t *server, eio_request_t *request);

/* Checks what `ws` checks of the handshake's headers; refuses it with upstream's text and returns
 * false. */
bool eio_websocket_check_handshake(const eio_deflate_options_t *deflate, eio_request_t *request);

/* The transport of a session that is a plain WebSocket (plain.h). */
eio_transport_t *eio_websocket_new_plain(eio_session_t *session, eio_request_t *request,
                                         sio__span_t subprotocol);
void eio_websocket_ping(eio_transport_t *transport, const void *data, size_t len);

/* Answers a pending poll with a noop, if there is one: hastens an upgrade. */
void eio_polling_send_noop(eio_transport_t *transport);

#endif
