/*
 * permessage-deflate (RFC 7692), server side: negotiation as `ws` does it, compressing and
 * inflating. A sender may start every message with an empty window, so one compressor serves all
 * connections of a server, and a broadcast is compressed once.
 */
#ifndef EIO_DEFLATE_H
#define EIO_DEFLATE_H

#include "base/buf.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

typedef struct eio_deflate_options {
    bool enabled;
    size_t threshold; /* smaller messages go uncompressed; 0: 1024 */
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    int server_max_window_bits; /* 8 to 15; 0: not asked for */
    int client_max_window_bits;
    int level;     /* zlib's, 0: its default */
    int mem_level; /* zlib's, 0: 8 */
} eio_deflate_options_t;

/* What one connection has agreed on. */
typedef struct eio_deflate_params {
    bool agreed;
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    uint8_t server_bits; /* 8 to 15 */
    uint8_t client_bits;
} eio_deflate_params_t;

/*
 * Answers a client's Sec-WebSocket-Extensions. Appends the header line of the answer when an offer
 * is accepted; no offer of permessage-deflate: no line. -1: malformed or unacceptable, refuse with
 * 400.
 */
int eio_deflate_negotiate(const eio_deflate_options_t *options, sio__span_t offered,
                          eio_deflate_params_t *params, sio__buf_t *line);

/* One compressor per window size, made on first use. */
typedef struct eio_compressor {
    z_stream *streams[16];
    int level, mem_level;
} eio_compressor_t;

void eio_compressor_init(eio_compressor_t *compressor, const eio_deflate_options_t *options);
void eio_compressor_free(eio_compressor_t *compressor);

/* The most that eio_compress() writes for `len` bytes. */
size_t eio_compress_bound(size_t len);

/* A message's payload, compressed, without the sync marker; 0 on failure: send it as it is. */
size_t eio_compress(eio_compressor_t *compressor, int window_bits, const void *data, size_t len,
                    uint8_t *out, size_t room);

/* One connection's decompressor, made with its first compressed message. */
typedef struct eio_inflater eio_inflater_t;

eio_inflater_t *eio_inflater_new(const eio_deflate_params_t *params);
void eio_inflater_free(eio_inflater_t *inflater); /* NULL is allowed */

/* Inflates one message. 0; -1 malformed or no memory; -2 larger than `max`. */
int eio_inflate(eio_inflater_t *inflater, const void *data, size_t len, size_t max,
                sio__buf_t *out);

#endif
