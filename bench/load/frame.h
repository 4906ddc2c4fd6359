/* WebSocket frames as a client writes and reads them: masked out, unmasked in, never fragmented and
 * never compressed (the generator doesn't offer compression). */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include "buffer.h"

#include <stdint.h>
#include <sys/types.h>

enum {
    FRAME_TEXT = 1,
    FRAME_BINARY = 2,
    FRAME_CLOSE = 8,
    FRAME_PING = 9,
    FRAME_PONG = 10,
};

typedef struct frame {
    unsigned opcode;
    char *payload;
    size_t length;
} frame_t;

void frame_append(buffer_t *out, unsigned opcode, const char *payload, size_t length);
/* The number of bytes read, 0 when the frame is not complete, -1 when a server may not send it. */
ssize_t frame_parse(char *data, size_t length, frame_t *frame);

#endif
