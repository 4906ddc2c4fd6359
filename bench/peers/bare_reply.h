/* What the bare peers answer: the same bytes as a Socket.IO server, and nothing behind them. Their
 * handshake is the same for everybody, for the one Sec-WebSocket-Key that sioload sends. */
#ifndef BENCH_BARE_REPLY_H
#define BENCH_BARE_REPLY_H

#include <stddef.h>

enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

typedef struct bytes {
    char *data;
    size_t length, capacity;
} bytes_t;

/* Room for so many more, or the program ends. */
char *bytes_reserve(bytes_t *bytes, size_t extra);
void bytes_append(bytes_t *bytes, const char *data, size_t length);

/* An unmasked frame. */
void bare_frame(bytes_t *out, unsigned opcode, const char *data, size_t length);

/* The answer to an upgrade, with the open packet; the open packet alone. */
void bare_upgrade(bytes_t *out);
void bare_open(bytes_t *out);

/* What a frame of the client's is answered with: to `own`, or to everybody. */
void bare_reply(bytes_t *own, bytes_t *everybody, unsigned opcode, const char *data, size_t length);

#endif
