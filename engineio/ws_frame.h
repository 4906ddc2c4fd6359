/* WebSocket framing (RFC 6455, server side): frame headers both ways, masking, close payloads. Pure
 * functions on bytes. */
#ifndef EIO_WS_FRAME_H
#define EIO_WS_FRAME_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EIO_WS_CONTINUATION = 0x0,
    EIO_WS_TEXT = 0x1,
    EIO_WS_BINARY = 0x2,
    EIO_WS_CLOSE = 0x8,
    EIO_WS_PING = 0x9,
    EIO_WS_PONG = 0xa
};

enum { EIO_WS_MAX_HEADER = 10, EIO_WS_MAX_CLIENT_HEADER = 14, EIO_WS_ACCEPT_LEN = 28 };

typedef struct eio_ws_header {
    uint8_t opcode;
    bool fin;
    bool rsv1; /* compressed message; whether that was negotiated is the caller's to know */
    uint8_t mask[4];
    uint64_t len;
} eio_ws_header_t;

/*
 * Parses a client frame's header. Returns its size (6..14), 0 when incomplete, or -1002 for what
 * RFC 6455 forbids: rsv2 or rsv3 set, unknown opcode, no mask, control frame fragmented or longer
 * than 125; and for rsv1 on anything but the first frame of a
 * message (RFC 7692). A length written longer than need be is taken, as the npm package `ws` takes
 * it. `header` is written only when the answer is > 0.
 */
int eio_ws_header_parse(const uint8_t *data, size_t len, eio_ws_header_t *header);

/* Unmasks in place. `offset`: how many bytes of this frame's payload came before. Works eight bytes
 * at a time. */
void eio_ws_unmask(uint8_t *data, size_t len, const uint8_t mask[4], uint64_t offset);

/* Writes a server frame header (fin set); returns its size: 2, 4 or 10. */
static inline size_t eio_ws_header_size(uint64_t len)
{
    return len < 126 ? 2 : len < 65536 ? 4 : 10;
}
size_t eio_ws_header_write(uint8_t out[EIO_WS_MAX_HEADER], uint8_t opcode, bool rsv1, uint64_t len);

/* Whether a close code may be received in a close frame (RFC 6455 7.4; 3000-4999 included). */
bool eio_ws_close_code_valid(unsigned code);

/* Sec-WebSocket-Accept for a valid client key (base64 of SHA-1 of key + GUID), EIO_WS_ACCEPT_LEN
 * characters, no NUL. */
void eio_ws_accept(const char *key, size_t key_len, char out[EIO_WS_ACCEPT_LEN]);

/*
 * The first of the subprotocols that a Sec-WebSocket-Protocol header offers; false when the header
 * is malformed (no list of tokens, or one twice).
 */
bool eio_ws_first_subprotocol(sio__span_t offered, sio__span_t *first);

/* A well-formed Sec-WebSocket-Key: 24 characters of base64 ending in "==". */
bool eio_ws_key_valid(const char *key, size_t len);

#endif
