/*
 * Plain WebSockets beside Engine.IO: sessions without its protocol. Their packets are bare
 * messages, their heartbeat is made of ping frames; outbox, rates, pausing and shutdown are any
 * session's.
 */
#ifndef EIO_PLAIN_H
#define EIO_PLAIN_H

#include "engineio/engine.h"
#include "engineio/ws_conn.h"

struct eio_plain {
    eio_server_t *server;
    eio_plain_options_t options; /* defaults filled in */
    eio_deflate_options_t deflate;
    eio_compressor_t compressor;
};

enum { EIO_WS_REASON_MAX = EIO_WS_CONTROL_MAX - 2 };

/* Of one session: why it closes, which either side says. */
typedef struct eio_plain_session {
    eio_plain_t *endpoint;
    uint16_t code; /* 0: nobody has said yet */
    uint8_t reason_len;
    bool received; /* from the peer, or by its vanishing */
    char reason[EIO_WS_REASON_MAX];
} eio_plain_session_t;

/* From the transport. */
void eio_plain_on_pong(eio_session_t *session, const char *data, size_t len);
void eio_plain_closed(eio_session_t *session, unsigned code, bool violation, sio__span_t reason);

/* What our close frame says; 0: no status. */
unsigned eio_plain_code_to_send(const eio_session_t *session, sio__span_t *reason);

/* Why the server closes it, unless that is known already. */
void eio_plain_set_code(eio_session_t *session, unsigned code, const char *reason, size_t len);

#endif
